"""Logs that are records, one after another: some of them hold the metric."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thresher.readers._files import LogFile, decoded
from thresher.readers._problems import NotALogError, ReadError, place
from thresher.readers._reader import Coded, Key, Options, Piece
from thresher.readers._select import INDEX, axis_column, refuse_foreign, value_column

_DEEPEST = 8


def number(value: Any) -> float | None:
    """Return a JSON value as a number; None where it is none. ``"NaN"`` in quotes is one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else -float("inf")
    if isinstance(value, str) and value.strip().lower() in {
        "nan",
        "inf",
        "-inf",
        "+inf",
        "infinity",
        "-infinity",
    }:
        return float(value)
    return None


def numbers(file: LogFile, name: str, values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Turn a JSON list into numbers and whether they were measured (null was not)."""
    result = np.full(len(values), np.nan)
    measured = np.ones(len(values), bool)
    for i, value in enumerate(values):
        if value is None:
            measured[i] = False
            continue
        found = number(_unwrapped(value))
        if found is None:
            shown = f"{value!r}"[:60]
            raise ReadError(
                f"{place(file.shown, column=name)}: value {i + 1} is {shown}, not a number; "
                "one list of plain numbers a run is read"
            )
        result[i] = found
    return result, measured


def _unwrapped(value: Any) -> Any:
    """Take a number out of the object that jsonpickle makes of a NumPy scalar."""
    return value.get("value") if isinstance(value, dict) and "py/object" in value else value


def flattened(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Flatten objects within objects: ``{"eval": {"loss": 1}}`` to ``{"eval/loss": 1}``."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            flat |= flattened(value, f"{prefix}{name}/", depth + 1)
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def from_records(
    file: LogFile,
    records: Sequence[Mapping[str, Any]],
    options: Options,
    usual: str = "",
    axes: Mapping[str, Sequence[str]] | None = None,
    lines: Sequence[int] = (),
) -> Piece:
    """Turn records into a piece: those with the metric, at their own places on the axis.

    Parameters
    ----------
    file : LogFile
    records : sequence of mapping
    options : Options
    usual : str
        The format's usual metric.
    axes : mapping of str to sequence of str, optional
        The format's axes; see `axis_column`.
    lines : sequence of int
        The line of each record; none where they have none.
    """
    header = tuple(dict.fromkeys(name for record in records for name in record))
    candidates = [options.axis, options.axis_name, *(axes or {}), "epoch", "step"]
    refuse_foreign(header, options.value or usual or None, candidates)
    value = value_column(file.shown, header, options.value, usual)
    axis = axis_column(file.shown, header, options.axis, options.axis_name, axes)
    rows = [i for i, record in enumerate(records) if record.get(value) is not None]
    values, steps = np.empty(len(rows)), np.empty(len(rows))
    counted = axis == INDEX and INDEX not in header
    for at, i in enumerate(rows):
        line = lines[i] if lines else None
        values[at] = _value(file, line, value, records[i][value])
        steps[at] = at if counted else _value(file, line, axis, records[i].get(axis))
        if not np.isfinite(steps[at]):
            raise ReadError(f"{place(file.shown, line, axis)}: {steps[at]} is no place on the axis")
    keys = {name: _words(records, rows, name) for name in header if name in options.keys}
    where = np.array([lines[i] for i in rows], int) if lines else 0
    return Piece(file, steps, values, np.ones(len(rows), bool), axis, value, keys, where)


def _value(file: LogFile, line: int | None, name: str, value: Any) -> float:
    found = number(value)
    if found is None:
        what = "is missing" if value is None else f"{value!r}"[:60] + " is not a number"
        raise ReadError(f"{place(file.shown, line, name)}: {what}; correct or delete the record")
    return found


def _words(records: Sequence[Mapping[str, Any]], rows: Sequence[int], name: str) -> Key:
    words = ["" if records[i].get(name) is None else str(records[i][name]) for i in rows]
    labels = list(dict.fromkeys(words))
    if len(labels) == 1:
        return labels[0]
    at = {label: i for i, label in enumerate(labels)}
    return Coded(np.array([at[word] for word in words], np.int32), tuple(labels))


def is_lines(file: LogFile) -> bool:
    """Whether a text is JSON lines: a whole record in its first line, and more, or ``.jsonl``."""
    if not file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    rows = [line for line in file.lines if line.strip()][:2]
    if not rows or not rows[0].lstrip().startswith("{"):
        return False
    whole = rows[0].rstrip().endswith("}") and _is_record(rows[0])
    more = len(rows) > 1 and rows[1].lstrip().startswith("{")
    return file.name.endswith((".jsonl", ".ndjson")) or (whole and more)


def _is_record(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def read_lines(file: LogFile) -> tuple[list[dict[str, Any]], list[int], tuple[str, ...]]:
    """Parse JSON lines.

    Returns
    -------
    records : list of dict
        Flattened.
    lines : list of int
        The line of each, from 1.
    notes : tuple of str
        Whether the last line was cut off.

    Raises
    ------
    ReadError
        Naming the line that is no record.
    """
    text = decoded(file.read())
    rows = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    records: list[dict[str, Any]] = []
    lines: list[int] = []
    notes: tuple[str, ...] = ()
    for number_, line in rows:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            records.append(flattened(record))
            lines.append(number_)
        elif number_ == rows[-1][0] and not text.endswith("\n"):
            notes = (f"{place(file.shown, number_)}: the last line was cut off and is left out",)
        else:
            raise ReadError(
                f"{place(file.shown, number_)}: is no JSON record; correct or delete it"
            )
    if not records:
        raise NotALogError("it holds no whole record")
    return records, lines, notes
