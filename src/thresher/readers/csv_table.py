"""CSV and other tables of text: a file a run, or one long table with columns for arm and seed."""

from collections.abc import Mapping, Sequence

import numpy as np

from thresher.readers._csv import read_columns
from thresher.readers._files import LogFile
from thresher.readers._layout import Layout, cells, parse_number
from thresher.readers._problems import ReadError, listed, place
from thresher.readers._reader import Options, Piece, Reader, placed
from thresher.readers._select import INDEX, axis_column, refuse_foreign, value_column

_SPREAD = ("std", "sd", "se", "sem", "stderr", "stddev", "ci", "lower", "upper", "low", "high")
_COUNTS = ("n_seeds", "num_seeds", "n_runs", "num_runs")


def sniff(file: LogFile) -> int:
    """Any table of text: by its ending, or two lines of equally many cells."""
    if file.name.endswith((".csv", ".tsv")):
        return 1
    found = file.layout
    if found is None or len(found.header) < 2 or file.text_head.lstrip().startswith(("{", "[")):
        return 0
    first = next(iter(file.lines[found.skip :]), "")
    row = cells(first, found.delimiter)
    numeric = any(parse_number(cell, found.decimal) is not None for cell in row)
    return int(len(row) == len(found.header) and (numeric or found.delimiter != " "))


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one table."""
    (file,) = files
    return [read_table(file, options)]


def read_table(
    file: LogFile,
    options: Options,
    usual: str = "",
    axes: Mapping[str, Sequence[str]] | None = None,
    blanks: bool = True,
) -> Piece:
    """Read a table of text: metric, axis and the names that it has.

    Parameters
    ----------
    file : LogFile
    options : Options
    usual : str
        The format's usual metric.
    axes : mapping of str to sequence of str, optional
        The format's axes; see `axis_column`.
    blanks : bool
        Whether rows without the metric still tell how the axis runs.
    """
    found = file.layout
    if found is None:
        raise ReadError(f"{file.shown}: has no header line; the first line must name the columns")
    header = found.header
    candidates = [options.axis, options.axis_name, *(axes or {}), "epoch", "step"]
    refuse_foreign(header, options.value or usual or None, candidates)
    value = value_column(file.shown, header, options.value, usual)
    axis = axis_column(file.shown, header, options.axis, options.axis_name, axes)
    keys = [name for name in header if name in options.keys and name not in {value, axis}]
    _refuse_averages(file, header, value, options)
    return _piece(file, found, value, axis, keys, blanks)


def _piece(
    file: LogFile, found: Layout, value: str, axis: str, keys: list[str], blanks: bool
) -> Piece:
    counted = axis == INDEX and INDEX not in found.header
    columns = read_columns(file, [value] if counted else [value, axis], keys, found)
    measured = columns.measured[value]
    piece = Piece(
        file=file,
        axis=np.arange(len(measured), dtype=float) if counted else columns.numbers[axis],
        value=columns.numbers[value],
        measured=measured,
        axis_name=axis,
        value_name=value,
        keys=columns.words,
        lines=columns.lines,
        notes=columns.notes,
    )
    return placed(piece, blanks)


def _refuse_averages(file: LogFile, header: Sequence[str], value: str, options: Options) -> None:
    """Refuse a curve that was averaged over runs before it was written."""
    low = {name.lower(): name for name in header}
    counted = next((low[name] for name in _COUNTS if name in low), None)
    stem = value.lower().removesuffix("mean").removeprefix("mean").strip("_-./ ")
    averaged = "mean" in value.lower() or "avg" in value.lower() or counted
    forms = ("{}", f"{stem}_{{}}", f"{{}}_{stem}", f"{value.lower()}_{{}}")
    spread = [
        low[form.format(mark)] for mark in _SPREAD for form in forms if form.format(mark) in low
    ]
    has_seed = any(name in options.keys and name != "arm" for name in [*header, *file.names])
    if averaged and (spread or counted) and not has_seed:
        beside = counted or spread[0]
        raise ReadError(
            f"{place(file.shown, column=value)}: looks averaged over runs ({beside} stands beside "
            f"it); give single runs, or name the seed's column; there are {listed(tuple(header))}"
        )


READER = Reader("csv_table", "CSV, TSV and other tables of text", sniff, read)
