"""A study file against the schema: every departure as a line, and what is left without them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from thresher.study import wording

# Without these, what holds them means nothing.
_NEEDED = {"name", "model"}


@dataclass(frozen=True)
class Structure:
    """What the schema says of a study file.

    Attributes
    ----------
    problems : tuple of str
    usable : dict
        The content without what is wrong, so that the rest can be checked, too.
    dropped : frozenset of str
        The known keys that were left out, or were meant by a misspelt one.
    failed : frozenset of str
        The variants that were left out.
    """

    problems: tuple[str, ...]
    usable: dict[str, Any]
    dropped: frozenset[str]
    failed: frozenset[str]

    def concerns(self, problem: str) -> bool:
        """Tell whether a problem may only follow from one that is reported already."""
        names = "|".join(map(re.escape, self.dropped))
        return bool(names) and bool(re.search(rf"(?<![\w-])({names})(?![\w-])", problem))


@cache
def validator() -> Any:
    """Return the validator of `study.schema.yaml`; 8.0 is no integer to it."""
    schema = Path(__file__).with_name("study.schema.yaml").read_text(encoding="utf-8")
    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "number": lambda _, value: wording.number(value),
            "integer": lambda _, value: wording.number(value) and isinstance(value, int),
        }
    )
    return extend(Draft202012Validator, type_checker=checker)(yaml.safe_load(schema))


def check(content: dict[str, Any]) -> Structure:
    """Compare a study file's content with the schema."""
    errors = sorted(validator().iter_errors(content), key=lambda error: list(map(str, error.path)))
    lines = [line for error in errors for line in _describe(error)]
    usable, left_out = deepcopy(content), list[list[Any]]()
    for error in errors:
        for path in _wrong_paths(error):
            _drop(usable, path)
            left_out.append(path)
    meant = {wording.nearest(name, _properties(e)) for e in errors for name in _unknown(e)}
    dropped = {str(path[-1]) for path in left_out if path[0] != "variants" or len(path) > 2}
    return Structure(
        problems=tuple(dict.fromkeys(lines)),
        usable=usable,
        dropped=frozenset((meant | dropped) & _vocabulary(validator().schema)),
        failed=frozenset(path[1] for path in left_out if path[0] == "variants" and len(path) == 2),
    )


def _vocabulary(schema: Any) -> set[str]:
    """Collect every key that the schema knows."""
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", ())).union(*map(_vocabulary, schema.values()))


def _wrong_paths(error: ValidationError) -> list[list[Any]]:
    """Name what has to be left out for an error to vanish."""
    path = list(error.absolute_path)
    # A list is left out as a whole.
    first = next((i for i, part in enumerate(path) if isinstance(part, int)), len(path))
    if first == len(path):
        if unknown := _unknown(error):
            return [[*path, name] for name in unknown]
        if "propertyNames" in error.absolute_schema_path:
            return [[*path, error.instance]]
    path = path[:first]
    path = path[:-1] if path and path[-1] in _NEEDED else path
    return [path] if path else []


def _drop(content: Any, path: list[Any]) -> None:
    for part in path[:-1]:
        content = content.get(part, {})
    content.pop(path[-1], None)


def _unknown(error: ValidationError) -> list[str]:
    """List the unknown keys that an error is about."""
    rule: Any = error.validator_value
    instance: Any = error.instance
    if error.validator != "additionalProperties" or not isinstance(rule, bool):
        return []
    known = _properties(error)
    return [name for name in instance if name not in known]


def _properties(error: ValidationError) -> Mapping[str, Any]:
    schema: Any = error.schema
    properties: Mapping[str, Any] = schema["properties"]
    return properties


def _describe(error: ValidationError) -> Iterator[str]:
    key, kind = _key(error.absolute_path), str(error.validator)
    value: Any = error.instance
    rule: Any = error.validator_value
    if unknown := _unknown(error):
        if _is_training_of_variant(error):
            yield from _shared(key, unknown, _properties(error))
        else:
            yield from wording.unknown_keys(key, unknown, _properties(error))
    elif kind == "required":
        prefix = f"{key}." if key else ""
        yield from (f"{prefix}{name} is missing; add it" for name in rule if name not in value)
    elif kind == "enum":
        yield wording.one_of(key, value, map(str, rule))
    elif kind == "pattern":
        yield (
            f"{key}: {wording.show(value)} must begin with a letter or digit and hold only "
            "letters, digits, '_', '-' and '.', because it names a folder; rename it"
        )
    elif kind == "type":
        kinds = [rule] if isinstance(rule, str) else rule
        asked = wording.wanted_instead(value, kinds)
        yield f"{key} must be {asked}, but was {wording.show(value)}"
    elif "propertyNames" in error.absolute_schema_path:
        yield f"{key}: {wording.show(value)} must be {wording.wanted(kind, rule)}; rename it"
    else:
        percent = kind == "exclusiveMaximum" and 1 < value < 100
        remedy = f"; write {value / 100:g} for {value} %" if percent else ""
        yield f"{key} must be {wording.wanted(kind, rule)}, but was {wording.show(value)}{remedy}"


def _key(path: Iterable[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _is_training_of_variant(error: ValidationError) -> bool:
    path = list(error.absolute_path)
    return len(path) == 3 and path[0] == "variants" and path[2] == "training"


def _shared(key: str, found: Iterable[str], own: Mapping[str, Any]) -> Iterator[str]:
    """Tell apart what is the same for every arm from what is unknown."""
    common = validator().schema["properties"]["training"]["properties"]
    for name in found:
        if name in common:
            yield f"{key}.{name} must be the same for every arm; set it in training.{name}"
        else:
            yield from wording.unknown_keys(key, [name], own)
