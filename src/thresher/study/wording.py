"""One line for each thing that is wrong: key, value and remedy."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from thresher.declarations import Option

_KINDS = {
    "integer": "an integer",
    "number": "a number",
    "string": "a word",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


@cache
def validator() -> Draft202012Validator:
    """Return the validator of `study.schema.yaml`."""
    schema = Path(__file__).with_name("study.schema.yaml").read_text(encoding="utf-8")
    return Draft202012Validator(yaml.safe_load(schema))


def structure(content: Any) -> list[str]:
    """Describe everything in which a study file departs from the schema."""
    errors = sorted(validator().iter_errors(content), key=lambda error: list(map(str, error.path)))
    return [line for error in errors for line in _describe(error)]


def show(value: Any) -> str:
    """Show a value as it would stand in the study file, shortened."""
    text = {True: "true", False: "false", None: "empty"}.get(value) if _plain(value) else None
    text = text or str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def one_of(key: str, value: Any, known: Iterable[str]) -> str:
    """Say that a word is unknown, which it may have meant, and which there are."""
    known = list(known)
    near = get_close_matches(str(value), known, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{key} must be one of {', '.join(known)}, but was {show(value)}{meant}"


def unknown_keys(key: str, found: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Say which keys are unknown, and the nearest known one of each."""
    known = list(known)
    for name in found:
        if name not in known:
            near = get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            yield f"{key + '.' if key else ''}{name} is unknown; {remedy}"


def _key(path: Iterable[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _describe(error: ValidationError) -> Iterator[str]:
    key, value = _key(error.absolute_path), error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    kind = str(error.validator)
    if kind == "additionalProperties" and isinstance(rule, bool):
        if _is_training_of_variant(error):
            yield from _shared(key, value, schema["properties"])
        else:
            yield from unknown_keys(key, value, schema["properties"])
    elif kind == "required":
        missing = [name for name in rule if name not in value]
        prefix = f"{key}." if key else ""
        yield from (f"{prefix}{name} is missing; add it" for name in missing)
    elif kind == "enum":
        yield one_of(key, value, map(str, rule))
    elif kind == "pattern":
        yield (
            f"{key or 'variants'}: {show(value)} must begin with a letter or digit and hold only "
            "letters, digits, '_', '-' and '.', because it names a folder; rename it"
        )
    else:
        yield f"{key or 'the study'} must be {_wanted(kind, rule)}, but was {show(value)}"


def _is_training_of_variant(error: ValidationError) -> bool:
    path = list(error.absolute_path)
    return len(path) == 3 and path[0] == "variants" and path[2] == "training"


def _shared(key: str, found: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    """Tell apart what is the same for every arm from what is unknown."""
    schema: Any = validator().schema
    common = schema["properties"]["training"]["properties"]
    for name in found:
        if name in common and name not in own:
            yield f"{key}.{name} must be the same for every arm; set it in training.{name}"
        elif name not in own:
            yield from unknown_keys(key, [name], own)


def _wanted(kind: str, rule: Any) -> str:
    if kind == "type":
        kinds = [rule] if isinstance(rule, str) else rule
        return " or ".join(_KINDS[name] for name in kinds)
    return {
        "minimum": "positive" if rule == 1 else f"at least {rule}",
        "exclusiveMinimum": "positive" if rule == 0 else f"above {rule}",
        "maximum": f"at most {rule}",
        "exclusiveMaximum": f"below {rule}",
        "minItems": "a list that is not empty",
        "minProperties": "a mapping that is not empty",
        "minLength": "a text that is not empty",
        "uniqueItems": "a list without repetitions",
    }.get(kind, f"valid ({kind} {rule})")


def option(key: str, value: Any, declared: Option) -> str | None:
    """Check a value against what a task, model or optimizer declares; None if it is right."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        bool: isinstance(value, bool),
        int: number and not isinstance(value, float),
        float: number,
        str: isinstance(value, str),
    }
    if not fits[declared.type]:
        wanted = _KINDS[_TYPES[declared.type]]
    elif declared.choices and value not in declared.choices:
        return one_of(key, value, declared.choices)
    else:
        bounds = [
            (declared.minimum, "minimum", lambda bound: value >= bound),
            (declared.above, "exclusiveMinimum", lambda bound: value > bound),
            (declared.maximum, "maximum", lambda bound: value <= bound),
            (declared.below, "exclusiveMaximum", lambda bound: value < bound),
        ]
        broken = [
            _wanted(kind, bound)
            for bound, kind, holds in bounds
            if bound is not None and not holds(bound)
        ]
        if not broken:
            return None
        wanted = broken[0]
    example = "" if declared.default is None else f"; {show(declared.default)} is the default"
    return f"{key} must be {wanted}, but was {show(value)}{example}"
