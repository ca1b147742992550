"""The reference of the study file: types and bounds from the schema, words from the manual."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "object": "mapping",
    "array": "list",
    "null": "empty",
}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
_WORDS = ("mapping", "list", "text", "word", "true or false", "")
"""Units that the type says already."""
_TABLE = re.compile(r"^\| key \|.*?(?=^\s*$)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Row:
    """What the manual says of a key."""

    meaning: str
    unit: str
    default: str
    example: str


def page(root: Path) -> str:
    """Return config/README.md with its table of keys completed by the schema, key by key."""
    manual = (root / "config" / "README.md").read_text(encoding="utf-8")
    file = root / "src" / "thresher" / "study" / "study.schema.yaml"
    schema = yaml.safe_load(file.read_text(encoding="utf-8"))
    table = _TABLE.search(manual)
    if table is None:
        raise ValueError("config/README.md: has no table of keys")
    text = "\n".join(_shown(schema, rows(table[0])))
    return manual.replace(table[0], text + "\n")


def rows(table: str) -> Mapping[str, Row]:
    """Read the manual's table of keys."""
    found = {}
    for line in table.splitlines()[2:]:
        key, *cells = (cell.strip() for cell in line.strip().strip("|").split("|"))
        found[key.strip("`")] = Row(*cells)
    return found


def keys(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return every key of the schema, dotted, with what may stand there."""
    return dict(_keys(schema, schema["$defs"], ""))


def _keys(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, given in schema.get("properties", {}).items():
        inner = _resolved(given, definitions)
        yield prefix + name, inner
        for part in (given, given.get("items", {})):
            yield from _keys(part, definitions, f"{prefix}{name}.")
        if prefix + name == "variants":
            yield from _keys(definitions["variant"], definitions, "variants.<variant>.")


def _resolved(given: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    name = given.get("$ref", "").removeprefix("#/$defs/")
    return definitions[name] if name else given


def allowed(schema: Mapping[str, Any]) -> str:
    """Say what may stand at a key: ``whole number or list, at least 1``."""
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else types
    text = " or ".join(_TYPES[name] for name in names)
    bounds = [f"{word} {schema[bound]}" for bound, word in _BOUNDS.items() if bound in schema]
    return ", ".join([text, " and ".join(bounds)] if bounds else [text])


def _shown(schema: Mapping[str, Any], said: Mapping[str, Row]) -> Iterator[str]:
    for key, may_be in keys(schema).items():
        if key not in said:
            raise ValueError(f"config/README.md: its table of keys lacks {key}")
        row = said[key]
        facts = [allowed(may_be)]
        facts += [row.unit] if row.unit not in _WORDS else []
        facts.append("required" if row.default == "required" else f"default: {row.default}")
        facts.append(f"example: {row.example}")
        line = " · ".join(facts)
        if "." in key:
            yield f"`{key}`\n:   {row.meaning}\n\n    {line}\n    {{: .facts }}\n"
        else:
            yield f"### `{key}`\n\n{row.meaning}\n\n{line}\n{{: .facts }}\n"
