"""Lines of a log, by the user's regular expression with named groups."""

import re
from collections.abc import Sequence

import numpy as np

from thresher.readers import csv_table
from thresher.readers._files import LogFile, decoded
from thresher.readers._layout import parse_number
from thresher.readers._problems import NotALogError, ReadError, place
from thresher.readers._reader import Coded, Key, Options, Piece, Reader
from thresher.readers._select import INDEX, axis_column, value_column

_LONGEST = 4096
_ENDINGS = (".log", ".txt", ".out", ".err")


def sniff(file: LogFile) -> int:
    """Text that is no table, by its ending."""
    text = not file.is_folder and file.name.endswith(_ENDINGS) and "\0" not in file.text_head
    return int(text and not csv_table.sniff(file))


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one log: a row for each line with the metric.

    A group that a line lacks keeps its value from the lines before, so that epoch and loss may
    stand on different ones.
    """
    (file,) = files
    expression = _compiled(file, options)
    groups = tuple(expression.groupindex)
    value = value_column(file.shown, groups, options.value)
    axis = axis_column(file.shown, groups, options.axis, options.axis_name)
    names = [name for name in groups if name in options.keys]
    rows: list[tuple[int, float, float, list[str]]] = []
    seen: dict[str, str] = {}
    for line, text in enumerate(decoded(file.read()).splitlines(), 1):
        match = expression.search(text[:_LONGEST])
        if match is None:
            continue
        seen |= {name: word for name, word in match.groupdict().items() if word is not None}
        if match[value] is None:
            continue
        step = (
            len(rows) if axis == INDEX and axis not in groups else _number(file, line, axis, seen)
        )
        rows.append(
            (line, step, _number(file, line, value, seen), [seen.get(n, "") for n in names])
        )
    if not rows:
        raise NotALogError(f"no line fits {options.line}")
    lines, steps, values, words = zip(*rows, strict=True)
    return [
        Piece(
            file,
            np.array(steps, float),
            np.array(values, float),
            np.ones(len(rows), bool),
            axis,
            value,
            {name: _coded([row[i] for row in words]) for i, name in enumerate(names)},
            np.array(lines, int),
        )
    ]


def _compiled(file: LogFile, options: Options) -> re.Pattern[str]:
    if not options.line:
        raise ReadError(
            f"{file.shown}: lines are read by a regular expression; give one with named groups "
            r"(`line: 'epoch (?P<epoch>\d+).*loss (?P<loss>\S+)'`)"
        )
    try:
        return re.compile(options.line)
    except re.error as error:
        raise ReadError(f"line: {options.line} is no regular expression ({error})") from None


def _number(file: LogFile, line: int, name: str, seen: dict[str, str]) -> float:
    if name not in seen:
        raise ReadError(f"{place(file.shown, line, name)}: no line before has it")
    found = parse_number(seen[name].strip(" ,;"), ".")
    if found is None:
        raise ReadError(
            f"{place(file.shown, line, name)}: {seen[name][:60]!r} is not a number; "
            "narrow the group of the regular expression"
        )
    return found


def _coded(words: list[str]) -> Key:
    labels = list(dict.fromkeys(words))
    at = {label: i for i, label in enumerate(labels)}
    return Coded(np.array([at[word] for word in words], np.int32), tuple(labels))


READER = Reader("log_lines", "log lines", sniff, read)
