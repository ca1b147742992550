"""YAML as people mean it: duplicate keys are errors, 1e-3 is a number, every value is plain."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


class StudyError(ValueError):
    """A study file that can't be used; one line for each thing that is wrong."""


class _Loader(yaml.SafeLoader):
    pass


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(
                None, None, "a key must be a word", key_node.start_mark
            )
        line = key_node.start_mark.line + 1
        if key_node.value in seen:
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"{key_node.value} stands twice, first in line {seen[key_node.value]}; remove one",
                key_node.start_mark,
            )
        seen[key_node.value] = line
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _construct(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return _mapping(loader, node)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)
# YAML 1.1 reads 1e-3 as a word, and 1:30 as ninety.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":int", ":timestamp"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
_Loader.add_constructor(
    "tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node))
)
_Loader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: _number(loader.construct_scalar(node))
)


def _number(text: Any) -> float:
    text = str(text).replace("_", "").lower()
    for word in ("inf", "nan"):
        text = text.replace(f".{word}", word)
    return float(text)


def read(path: str | Path) -> dict[str, Any]:
    """Read a study file into plain mappings, lists, words and numbers.

    Raises
    ------
    StudyError
        If the file is missing, not UTF-8, not YAML, or not a mapping; names the line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StudyError(f"{path}: no such study file; {_others(path)}") from None
    except IsADirectoryError:
        raise StudyError(f"{path}: is a folder; name a study file in it") from None
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        raise StudyError(f"{path}: can't be read: {error}") from None
    content = _parse(text, path)
    if not isinstance(content, dict):
        found = "is empty" if content is None else f"must be a mapping, but was {content!r:.60}"
        raise StudyError(f"{path}: {found}; start from config/studies/smoke.yaml")
    problems = list(_unusable(content, ""))
    if problems:
        raise StudyError("\n".join(f"{path}: {problem}" for problem in problems))
    return content


def _parse(text: str, path: str | Path) -> Any:
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise StudyError(f"{path}: {line}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise StudyError(f"{path}: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise StudyError(f"{path}: is nested too deeply, or refers to itself") from None
    except (ValueError, OverflowError) as error:
        raise StudyError(f"{path}: {' '.join(str(error).split())}") from None


def _others(path: str | Path) -> str:
    folder = Path(path).parent
    studies = sorted(str(file) for file in folder.glob("*.yaml")) if folder.is_dir() else []
    return f"there are {', '.join(studies)}" if studies else "give the path of a .yaml file"


def _unusable(value: Any, key: str, depth: int = 0) -> Iterator[str]:
    """Find what no key may be: deep nesting, keys that are not words, numbers not finite."""
    if depth > 8:
        yield f"{key} is nested too deeply, or refers to itself"
    elif isinstance(value, dict):
        for name, inner in value.items():
            inside = f"{key}.{name}" if key else str(name)
            if isinstance(name, str):
                yield from _unusable(inner, inside, depth + 1)
            else:
                yield f"{inside} must be a word; put it in quotes"
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _unusable(inner, f"{key}[{position}]", depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{key} must be a finite number, but was {value}; give a number"
    elif isinstance(value, int) and abs(value) >= 2**63:
        yield f"{key} must be below 2^63, but was {str(value)[:12]}…; give a smaller number"
