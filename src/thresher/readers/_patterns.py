"""File patterns: ``runs/{optimizer}/seed_{seed}.csv`` to files and what their paths say."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from glob import escape, glob
from pathlib import Path

from thresher.readers._problems import ReadError

_TOKEN = re.compile(
    r"\{(?P<name>[^{}:]+)(?P<whole>:int)?\}|(?P<deep>\*\*/?)|(?P<any>\*)|(?P<one>\?)"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ ./-]*")


@dataclass(frozen=True)
class Found:
    """A path that a pattern matches.

    Attributes
    ----------
    path : Path
        Absolute.
    shown : str
        As the pattern gives it, for messages, with ``/``.
    names : mapping of str to str
        What stands at the pattern's names in braces.
    """

    path: Path
    shown: str
    names: Mapping[str, str]


def find(patterns: str | Sequence[str], folder: Path) -> list[Found]:
    """List the paths that match, in natural order within each pattern, none twice.

    Parameters
    ----------
    patterns : str or sequence of str
        ``*`` and ``?`` stay within a folder, ``**`` doesn't; ``{name}`` matches like ``*`` and
        names what it matches, ``{name:int}`` takes digits only.
    folder : Path
        What relative patterns are relative to.

    Raises
    ------
    ReadError
        Where a pattern matches nothing, or a path can be read in two ways.
    """
    found: dict[str, Found] = {}
    problems: list[str] = []
    for pattern in [patterns] if isinstance(patterns, str) else list(patterns):
        try:
            matches = list(_matches(str(pattern), folder))
        except ReadError as error:
            problems += error.problems
            continue
        if not matches:
            problems.append(f"files: {pattern} matches nothing in {folder}; check the pattern")
        for match in matches:
            found.setdefault(match.shown, match)
    if problems:
        raise ReadError(*problems)
    if not found:
        raise ReadError("files: no pattern is given; give at least one")
    return list(found.values())


def parse_name(template: str, word: str) -> dict[str, str] | None:
    """Read a word by a template such as ``{arm}-seed{seed}``; None where it does not fit.

    Raises
    ------
    ReadError
        Where the word can be read in two ways.
    """
    lazy, greedy = _compiled(template)
    match = lazy.fullmatch(word)
    if match is None:
        return None
    other = greedy.fullmatch(word)
    first = _named(template, match)
    second = first if other is None else _named(template, other)
    if first != second:
        raise ReadError(
            f"files: {word} fits {template} in two ways, {_spelled(first)} or {_spelled(second)}; "
            "say {name:int} where digits stand, or use other patterns"
        )
    return first


def _matches(pattern: str, folder: Path) -> Iterator[Found]:
    pattern = pattern.strip()
    if not pattern:
        raise ReadError("files: a pattern is empty; give a path such as runs/*.csv")
    paths = glob(_as_glob(pattern), root_dir=folder, recursive=True)
    for shown in sorted(paths, key=_natural):
        shown = shown.rstrip("/")
        names = parse_name(pattern.rstrip("/"), shown)
        if names is not None:
            yield Found(folder / shown, shown, names)


def _as_glob(pattern: str) -> str:
    parts, end = [], 0
    for token in _TOKEN.finditer(pattern):
        parts.append(escape(pattern[end : token.start()]))
        parts.append("*" if token["name"] else token.group())
        end = token.end()
    return "".join([*parts, escape(pattern[end:])])


@lru_cache(maxsize=256)
def _compiled(template: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile a template twice: names as short, and as long, as they can be."""
    return re.compile(_regex(template, "?")), re.compile(_regex(template, ""))


def _regex(template: str, lazy: str) -> str:
    parts: list[str] = []
    end = 0
    groups: dict[str, str] = {}
    for token in _TOKEN.finditer(template):
        parts.append(re.escape(template[end : token.start()]))
        end = token.end()
        name = token["name"]
        if name and not _NAME.fullmatch(name.strip()):
            raise ReadError(f"files: {{{name}}} in {template} is no name; use letters and digits")
        if name and name.strip() in groups:
            parts.append(f"(?P={groups[name.strip()]})")
        elif name:
            groups[name.strip()] = f"g{len(groups)}"
            inner = "[0-9]+" if token["whole"] else f"[^/]+{lazy}"
            parts.append(f"(?P<{groups[name.strip()]}>{inner})")
        elif token["deep"]:
            parts.append("(?:[^/]+/)*" if token["deep"].endswith("/") else ".*")
        else:
            parts.append("[^/]*" if token["any"] else "[^/]")
    return "".join([*parts, re.escape(template[end:])])


def _named(template: str, match: re.Match[str]) -> dict[str, str]:
    names = [token["name"].strip() for token in _TOKEN.finditer(template) if token["name"]]
    return {name: match[f"g{i}"] for i, name in enumerate(dict.fromkeys(names))}


def _spelled(names: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in names.items())


def _natural(path: str) -> list[list[tuple[int, int, str]]]:
    """Sort key that puts ``seed_2`` before ``seed_10``, and a folder's files together."""
    return [
        [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]
        for parts in (re.split(r"([0-9]+)", folder) for folder in path.split("/"))
    ]
