"""Weights & Biases: a chart's CSV export (a column a run), and histories from `scan_history`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from thresher.readers._csv import Columns, read_columns
from thresher.readers._files import LogFile
from thresher.readers._problems import ReadError, listed, place, shown
from thresher.readers._reader import Options, Piece, Reader, placed
from thresher.readers._select import axis_column
from thresher.readers.csv_table import read_table

_STEPS = {"_step": ("step", "steps", "global step"), "_runtime": ("seconds", "time")}
_LOW, _HIGH, _BETWEEN = "__MIN", "__MAX", " - "


def sniff(file: LogFile) -> int:
    """Columns with their smallest and largest values, or the history's own columns."""
    if any(name.endswith(_LOW) and _BETWEEN in name for name in file.header):
        return 3
    return 3 if "_step" in file.header and {"_runtime", "_timestamp"} & set(file.header) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one export."""
    (file,) = files
    if "_step" in file.header:
        return [read_table(file, options, axes=_STEPS, blanks=False)]
    return _chart(file, options)


def _chart(file: LogFile, options: Options) -> list[Piece]:
    metric, runs = _runs(file, options)
    first = file.header[0]
    axis = axis_column(
        file.shown, (first,), options.axis, options.axis_name, {first: _words(first)}
    )
    wanted = [name for column in runs.values() for name in _three(file, column)]
    columns = read_columns(file, [axis, *wanted], ())
    for column in runs.values():
        _refuse_aggregates(file, columns, column)
    pieces = []
    for run, column in runs.items():
        piece = Piece(
            file,
            columns.numbers[axis],
            columns.numbers[column],
            columns.measured[column],
            axis,
            metric,
            {"run": run},
            columns.lines,
        )
        pieces.append(placed(piece, blanks=False))
    gaps = [np.diff(piece.axis).max(initial=0) for piece in pieces]
    if max(gaps, default=0) > 1:
        note = (
            f"{file.shown}: a Weights & Biases chart export holds a sample of the logged steps; "
            f"up to {shown(max(gaps))} lie between two of them, and what was measured there is "
            "missing."
        )
        pieces = [replace(piece, notes=(note,)) for piece in pieces]
    return pieces


def _words(first: str) -> tuple[str, ...]:
    name = first.lower().replace("_", " ")
    return (name, name.rpartition("/")[2], f"{name}s")


def _runs(file: LogFile, options: Options) -> tuple[str, dict[str, str]]:
    """Return the metric, and each run's column."""
    charted: dict[str, dict[str, str]] = {}
    for column in file.header[1:]:
        run, between, metric = column.rpartition(_BETWEEN)
        if between and not metric.endswith((_LOW, _HIGH)):
            charted.setdefault(metric, {})[run] = column
    if options.value is None and len(charted) == 1:
        return next(iter(charted.items()))
    if options.value is None or options.value not in charted:
        raise ReadError(
            f"{file.shown}: charts {listed(sorted(charted))}, not {options.value}; "
            "name the metric (`columns: {value: …}`)"
        )
    return options.value, charted[options.value]


def _three(file: LogFile, column: str) -> list[str]:
    return [column, *(c for c in (column + _LOW, column + _HIGH) if c in file.header)]


def _refuse_aggregates(file: LogFile, columns: Columns, column: str) -> None:
    low, high = columns.numbers.get(column + _LOW), columns.numbers.get(column + _HIGH)
    if low is None or high is None:
        return
    known = columns.measured[column + _LOW] & columns.measured[column + _HIGH]
    differ = known & (low != high) & ~(np.isnan(low) & np.isnan(high))
    if differ.any():
        row = int(differ.argmax())
        lines = columns.lines
        line = int(lines[row]) if isinstance(lines, np.ndarray) else lines + row
        raise ReadError(
            f"{place(file.shown, line, column)}: is an aggregate, {low[row]:g} to {high[row]:g}; "
            "export single runs, ungrouped, or their histories with scan_history"
        )


READER = Reader("wandb", "Weights & Biases", sniff, read)
