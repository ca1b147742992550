"""A study file against the schema: every departure as a line, and what is left without them."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from thresher.study import wording
from thresher.study.problems import Key, Problem

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

# Without these, what holds them means nothing.
_NEEDED = {"name", "model"}


@dataclass(frozen=True)
class Structure:
    """What the schema says of a study file.

    Attributes
    ----------
    problems : tuple of Problem
    usable : dict
        The content without what is wrong, so that the rest can be checked, too.
    wrong : frozenset of key
        What was left out, or was meant by a misspelt key.
    failed : frozenset of str
        The variants of which something was left out.
    """

    problems: tuple[Problem, ...]
    usable: dict[str, Any]
    wrong: frozenset[Key]
    failed: frozenset[str]


@cache
def validator() -> Any:
    """Return the validator of `study.schema.yaml`; 8.0 is no integer to it."""
    # Imported here: each job of a study imports this module, and only one call checks a file.
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    schema = Path(__file__).with_name("study.schema.yaml").read_text(encoding="utf-8")
    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "number": lambda _, value: wording.number(value),
            "integer": lambda _, value: wording.number(value) and isinstance(value, int),
        }
    )
    own: Any = extend  # it has no types
    return own(Draft202012Validator, type_checker=checker)(yaml.safe_load(schema))


def check(content: dict[str, Any]) -> Structure:
    """Compare a study file's content with the schema."""
    errors = sorted(validator().iter_errors(content), key=lambda error: list(map(str, error.path)))
    usable = deepcopy(content)
    left_out = [path for error in errors for path in _wrong_paths(error)]
    for path in left_out:
        _drop(usable, path)
    return Structure(
        problems=tuple(dict.fromkeys(line for error in errors for line in _describe(error))),
        usable=usable,
        wrong=frozenset([*left_out, *(path for error in errors for path in _meant(error))]),
        failed=frozenset(str(path[1]) for path in left_out if path[0] == "variants" and path[1:]),
    )


def _meant(error: "ValidationError") -> Iterator[Key]:
    """Name the keys that unknown ones probably stand for."""
    for name in _unknown(error):
        if near := wording.nearest(name, _properties(error)):
            yield (*error.absolute_path, near)


def _wrong_paths(error: "ValidationError") -> list[Key]:
    """Name what has to be left out for an error to vanish."""
    path = tuple(error.absolute_path)
    # A list is left out as a whole.
    first = next((i for i, part in enumerate(path) if isinstance(part, int)), len(path))
    if first == len(path):
        if unknown := _unknown(error):
            return [(*path, name) for name in unknown]
        if "propertyNames" in error.absolute_schema_path:
            return [(*path, str(error.instance))]
    path = path[:first]
    path = path[:-1] if path and path[-1] in _NEEDED else path
    return [path] if path else []


def _drop(content: Any, path: Key) -> None:
    for part in path[:-1]:
        content = content.get(part, {})
    content.pop(path[-1], None)


def _unknown(error: "ValidationError") -> list[str]:
    """List the unknown keys that an error is about."""
    rule: Any = error.validator_value
    instance: Any = error.instance
    if error.validator != "additionalProperties" or not isinstance(rule, bool):
        return []
    known = _properties(error)
    return [name for name in instance if name not in known]


def _properties(error: "ValidationError") -> Mapping[str, Any]:
    schema: Any = error.schema
    properties: Mapping[str, Any] = schema["properties"]
    return properties


def _describe(error: "ValidationError") -> Iterator[Problem]:
    key, kind = tuple(error.absolute_path), str(error.validator)
    value: Any = error.instance
    rule: Any = error.validator_value
    if unknown := _unknown(error):
        if _is_training_of_variant(key):
            yield from _shared(key, unknown, _properties(error))
        else:
            yield from wording.unknown_keys(key, unknown, _properties(error))
    elif kind == "required":
        yield from (
            Problem((*key, name), "is missing; add it") for name in rule if name not in value
        )
    elif kind == "enum":
        yield wording.one_of(key, value, map(str, rule))
    else:
        yield Problem(key, _departure(error, kind, value, rule))


def _departure(error: "ValidationError", kind: str, value: Any, rule: Any) -> str:
    """Say what a value is not, to follow its key."""
    shown = wording.show(value)
    if kind == "pattern":
        return (
            f": {shown} must begin with a letter or digit and hold only "
            "letters, digits, '_', '-' and '.', because it names a folder; rename it"
        )
    if kind == "type":
        asked = wording.wanted_instead(value, [rule] if isinstance(rule, str) else rule)
        return f"must be {asked}, but was {shown}"
    if "propertyNames" in error.absolute_schema_path:
        return f": {shown} must be {wording.wanted(kind, rule)}; rename it"
    percent = kind == "exclusiveMaximum" and 1 < value < 100
    remedy = f"; write {value / 100:g} for {value} %" if percent else ""
    return f"must be {wording.wanted(kind, rule)}, but was {shown}{remedy}"


def _is_training_of_variant(key: Key) -> bool:
    return len(key) == 3 and key[0] == "variants" and key[2] == "training"


def _shared(key: Key, found: Iterable[str], own: Mapping[str, Any]) -> Iterator[Problem]:
    """Tell apart what is the same for every arm from what is unknown."""
    common = validator().schema["properties"]["training"]["properties"]
    for name in found:
        if name in common:
            yield Problem(
                (*key, name), f"must be the same for every arm; set it in training.{name}"
            )
        else:
            yield from wording.unknown_keys(key, [name], own)
