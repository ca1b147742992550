"""YAML as people mean it: duplicate keys are errors, 1e-3 is a number, every value is plain."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from thresher.study.wording import show

DEEPEST = 8
LARGEST = 20_000


class StudyError(ValueError):
    """A study file that can't be used; one line for each thing that is wrong."""


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = node.tag.rpartition(":")[2]
            raise _wrong(f"can't read {show(node.value)} as {kind}; remove the tag", node) from None


def _wrong(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[str, int] = {}
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _wrong("a key must be a word; give one", key_node)
        key = key_node.value
        if key in seen:
            raise _wrong(f"{key} stands twice, first in line {seen[key]}; remove one", key_node)
        seen[key] = key_node.start_mark.line + 1
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _unknown_tag(loader: _Loader, node: yaml.Node) -> Any:
    raise _wrong(f"the tag {node.tag} is not allowed; remove it", node)


def _scalar(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


_TAG = "tag:yaml.org,2002:"
_NUMBER = list("-+.0123456789")
_PLAIN = {_TAG + kind for kind in ("null", "bool", "str", "seq")}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag in _PLAIN
}
_Loader.add_constructor(None, _unknown_tag)
_Loader.add_constructor(_TAG + "map", _mapping)
_Loader.add_constructor(_TAG + "int", lambda loader, node: int(_scalar(loader, node)))
_Loader.add_constructor(
    _TAG + "float",
    lambda loader, node: float(re.sub(r"\.(inf|nan)", r"\1", _scalar(loader, node).lower())),
)
# YAML 1.1, which yaml follows, reads 1e-3 and 2. as words, but 1:30 as ninety and `on` as true.
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] in {_TAG + "null", _TAG + "merge"}]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _name, _pattern, _first in (
    ("bool", r"^([Tt]rue|TRUE|[Ff]alse|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", _NUMBER),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", _NUMBER),
    ("float", r"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", _NUMBER),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


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
    except OSError as error:
        raise StudyError(
            f"{path}: can't be read: {error.strerror}; give a readable .yaml file"
        ) from None
    content = _parse(text, path)
    if not isinstance(content, dict):
        found = "is empty" if content is None else f"must be a mapping, but was {show(content)}"
        raise StudyError(f"{path}: {found}; start from config/studies/smoke.yaml")
    problems = list(_unusable(content))
    if problems:
        raise StudyError("\n".join(f"{path}: {problem}" for problem in problems))
    return content


def _parse(text: str, path: str | Path) -> Any:
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        reason = _reason(error)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"line {line}: character #x{error.character:04x} is not allowed; remove it"
    except RecursionError:
        reason = "is nested too deeply; make it flat"
    raise StudyError(f"{path}: {reason}")


def _reason(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    line = f"line {mark.line + 1}: " if mark else ""
    if error.problem == "found unconstructable recursive node":
        return f"{line}refers to itself; write it out"
    if error.context is None:
        return line + " ".join(str(error.problem).split())
    begin = f" that begins in line {error.context_mark.line + 1}" if error.context_mark else ""
    problem = error.problem or "something is missing"
    return " ".join(f"{line}not valid YAML: {error.context}{begin}, {problem}".split())


def _others(path: str | Path) -> str:
    folder = Path(path).parent
    studies = sorted(str(file) for file in folder.glob("*.yaml")) if folder.is_dir() else []
    return f"there are {', '.join(studies)}" if studies else "give the path of a .yaml file"


def _unusable(content: dict[Any, Any]) -> Iterator[str]:
    """Find what no value may be: too many, nested deeply, or under keys that are not words."""
    for count, (key, value, depth) in enumerate(_walk(content, "", 0)):
        if count > LARGEST:
            yield f"the study must hold at most {LARGEST} values; make it smaller"
            return
        if depth > DEEPEST:
            yield f"{key} is nested too deeply; make it flat"
            return
        if isinstance(value, dict):
            yield from (
                f"{key + ': ' if key else ''}the key {show(name)} must be a word; put it in quotes"
                for name in value
                if not _word(name)
            )


def _walk(value: Any, key: str, depth: int) -> Iterator[tuple[str, Any, int]]:
    yield key, value, depth
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if _word(name):
                yield from _walk(inner, f"{key}.{name}" if key else name, depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _walk(inner, f"{key}[{position}]", depth + 1)


def _word(name: Any) -> bool:
    return isinstance(name, str) and name.isprintable() and bool(name)
