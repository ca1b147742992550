"""One line for each thing that is wrong: key, value and remedy."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from operator import ge, gt, le, lt
from typing import Any

from thresher.declarations import Option
from thresher.study.problems import Key, Problem

_KINDS = {
    "integer": "an integer",
    "number": "a number",
    "string": "a word",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def show(value: Any) -> str:
    """Show a value as it would stand in the study file: in one line, shortened."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str) and _needs_quotes(value):
        text = json.dumps(value[:60], ensure_ascii=not value.isprintable())
    else:
        text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _needs_quotes(text: str) -> bool:
    looks_otherwise = re.fullmatch(r"[-+.]*\d.*|true|false|null|~|", text, re.IGNORECASE)
    return bool(looks_otherwise) or not text.isprintable() or text != text.strip()


def nearest(word: Any, known: Iterable[str]) -> str:
    """Return the known word that was probably meant; empty if none is near."""
    return next(iter(get_close_matches(show(word), list(known), 1)), "")


def one_of(key: Key, value: Any, known: Iterable[str], needs: tuple[Key, ...] = ()) -> Problem:
    """Say that a word is unknown, which it may have meant, and which there are."""
    known = list(known)
    near = nearest(value, known)
    meant = f"; did you mean {near}?" if near else ""
    return Problem(key, f"must be one of {', '.join(known)}, but was {show(value)}{meant}", needs)


def unknown_keys(key: Key, found: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """Say which keys are unknown, and the nearest known one of each."""
    known = list(known)
    for name in found:
        if name not in known:
            near = nearest(name, known)
            remedy = f"did you mean {near}?" if near else f"known are {', '.join(known)}"
            yield Problem((*key, name), f"is unknown; {remedy}")


def number(value: Any) -> bool:
    """Tell whether a value is a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < 2**63 if isinstance(value, int) else math.isfinite(value)


def wanted_instead(value: Any, kinds: Iterable[str]) -> str:
    """Say which kinds of value are allowed where this one is none of them."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not number(value):
        return "a number below 2^63" if isinstance(value, int) else "a finite number"
    return " or ".join(_KINDS[name] for name in kinds)


def wanted(kind: str, rule: Any) -> str:
    """Say what a rule of the schema asks for, to follow "must be"."""
    return {
        "minimum": "positive" if rule == 1 else f"at least {rule}",
        "exclusiveMinimum": "positive" if rule == 0 else f"above {rule}",
        "maximum": f"at most {rule}",
        "exclusiveMaximum": f"below {rule}",
        "minItems": "a list that is not empty",
        "minProperties": "a mapping that is not empty",
        "minLength": "a text that is not empty",
        "maxLength": f"at most {rule} characters long",
        "uniqueItems": "a list without repetitions",
    }[kind]


def option(key: Key, value: Any, declared: Option) -> Problem | None:
    """Check a value against what a task, model or optimizer declares; None if it is right."""
    fits = {
        bool: isinstance(value, bool),
        int: number(value) and isinstance(value, int),
        float: number(value),
        str: isinstance(value, str),
    }
    if not fits[declared.type]:
        asked = wanted_instead(value, [_TYPES[declared.type]])
    elif declared.choices and value not in declared.choices:
        return one_of(key, value, declared.choices)
    else:
        broken = _broken_bound(value, declared)
        if broken is None:
            return None
        asked = broken
    example = "" if declared.default is None else f"; {show(declared.default)} is the default"
    return Problem(key, f"must be {asked}, but was {show(value)}{example}")


def _broken_bound(value: Any, declared: Option) -> str | None:
    bounds = (
        (declared.minimum, "minimum", ge),
        (declared.above, "exclusiveMinimum", gt),
        (declared.maximum, "maximum", le),
        (declared.below, "exclusiveMaximum", lt),
    )
    broken = (
        wanted(kind, bound)
        for bound, kind, holds in bounds
        if bound is not None and not holds(value, bound)
    )
    return next(broken, None)
