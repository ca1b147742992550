"""Tables of text: header, delimiter, and the wanted columns as arrays, fast and line by line."""

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from thresher.readers._files import LogFile, decoded
from thresher.readers._layout import Layout, parse_number
from thresher.readers._problems import NotALogError, ReadError, place
from thresher.readers._reader import Coded

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "None", "none")
_LARGE = 4 * 1024**2


@dataclass(frozen=True)
class Columns:
    """The wanted columns of a table.

    Attributes
    ----------
    numbers : dict of str to ndarray of float64, shape (rows,)
        NaN where not measured, too.
    measured : dict of str to ndarray of bool, shape (rows,)
    words : dict of str to Coded
    lines : ndarray of int or int
        See `Piece.lines`.
    notes : tuple of str
    """

    numbers: dict[str, np.ndarray]
    measured: dict[str, np.ndarray]
    words: dict[str, Coded]
    lines: np.ndarray | int
    notes: tuple[str, ...] = ()


def read_columns(
    file: LogFile, numbers: Sequence[str], words: Sequence[str], known: Layout | None = None
) -> Columns:
    """Read the wanted columns of a table of text.

    Parameters
    ----------
    file : LogFile
    numbers, words : sequence of str
        Names in its header.
    known : Layout or None
        Where it was found before.

    Raises
    ------
    NotALogError
        Where it has no rows.
    ReadError
        Naming line, column and value, where a row is too short or text stands for a number.
    """
    found = known or file.layout
    if found is None:
        raise ReadError(f"{file.shown}: has no header line; the first line must name the columns")
    for name in dict.fromkeys([*numbers, *words]):
        if found.header.count(name) > 1:
            raise ReadError(f"{place(file.shown, column=name)}: two columns have this name")
    data = file.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = decoded(data).encode()
    elif data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    columns = None
    if found.delimiter != " " and b"\n\n" not in data and b"\n\r\n" not in data:
        columns = _fast(data, found, numbers, words)
    if columns is None:
        columns = _careful(file.shown, data, found, numbers, words)
    if not len(next(iter(columns.measured.values()), ())):
        raise NotALogError("it has a header but no rows")
    return columns


def _fast(
    data: bytes, found: Layout, numbers: Sequence[str], words: Sequence[str]
) -> Columns | None:
    """Read with Arrow; None where anything is unusual, for `_careful` to look at it."""
    place_of = {name: str(found.header.index(name)) for name in [*numbers, *words]}
    dictionary = pa.dictionary(pa.int32(), pa.string())
    types = {place_of[name]: pa.float64() for name in numbers}
    types |= {place_of[name]: dictionary for name in words if name not in numbers}
    threads = len(data) > _LARGE
    try:
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(
                column_names=[str(i) for i in range(len(found.header))],
                skip_rows=found.skip,
                use_threads=threads,
            ),
            parse_options=pacsv.ParseOptions(delimiter=found.delimiter),
            convert_options=pacsv.ConvertOptions(
                include_columns=list(types),
                column_types=types,
                null_values=MISSING,
                decimal_point=found.decimal,
            ),
        )
    except pa.ArrowException:
        return None
    columns = {name: table.column(place_of[name]) for name in [*numbers, *words]}
    measured = {name: _to_numpy(pc.is_valid(columns[name])) for name in numbers}
    values = {name: _to_numpy(pc.fill_null(columns[name], np.nan)) for name in numbers}
    coded = {name: _coded(columns[name]) for name in words if name not in numbers}
    return Columns(values, measured, coded, found.skip + 1)


def _to_numpy(column: pa.ChunkedArray) -> np.ndarray:
    return column.to_numpy()


def _coded(column: pa.ChunkedArray) -> Coded:
    """Turn a dictionary column into codes and stripped words."""
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return Coded(np.empty(0, np.int32), ())
    codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in chunks])
    return Coded(codes, tuple(word.strip() for word in chunks[0].dictionary.to_pylist()))


def _careful(
    shown: str, data: bytes, found: Layout, numbers: Sequence[str], words: Sequence[str]
) -> Columns:
    """Read line by line: says where something is wrong, bears what loggers do.

    A repeated header is passed over (the axis tells whether it was a restart); a last line that
    was cut off is left out.
    """
    at = {name: found.header.index(name) for name in [*numbers, *words]}
    values = {name: array("d") for name in numbers}
    measured = {name: array("b") for name in numbers}
    codes = {name: array("i") for name in words}
    labels: dict[str, dict[str, int]] = {name: {} for name in words}
    lines, problems, notes = array("q"), list[str](), list[str]()
    for number, row, is_last in _rows(data, found, shown):
        if len(row) == len(found.header) and tuple(cell.strip() for cell in row) == found.header:
            notes.append(f"{place(shown, number)}: the header is repeated")
            continue
        wrong = _row_problem(shown, number, row, found, numbers, at)
        if wrong and is_last and not data.endswith(b"\n"):
            notes.append(f"{place(shown, number)}: the last line was cut off and is left out")
            continue
        if wrong:
            problems.append(wrong)
            continue
        for name in numbers:
            cell = row[at[name]].strip()
            given = cell not in MISSING
            measured[name].append(given)
            values[name].append(parse_number(cell, found.decimal) or 0.0 if given else np.nan)
        for name in words:
            codes[name].append(labels[name].setdefault(row[at[name]].strip(), len(labels[name])))
        lines.append(number)
    if problems:
        raise ReadError(*problems)
    return Columns(
        {name: np.array(column) for name, column in values.items()},
        {name: np.array(column, dtype=bool) for name, column in measured.items()},
        {name: Coded(np.array(codes[name], np.int32), tuple(labels[name])) for name in words},
        np.array(lines),
        tuple(notes),
    )


def _rows(data: bytes, found: Layout, shown: str) -> Iterator[tuple[int, list[str], bool]]:
    """Give line number, cells and whether it is the last, for each line that is not blank."""
    text = io.StringIO(decoded(data), newline="")
    for _ in range(found.skip):
        text.readline()
    if found.delimiter == " ":
        rows: Iterator[list[str]] = (line.split() for line in text)
        numbered = ((found.skip + i, row) for i, row in enumerate(rows, 1))
    else:
        reader = csv.reader(text, delimiter=found.delimiter, skipinitialspace=True)
        numbered = ((found.skip + reader.line_num, row) for row in reader)
    previous: tuple[int, list[str]] | None = None
    try:
        for line, row in numbered:
            if not any(cell.strip() for cell in row):
                continue
            if previous:
                yield *previous, False
            previous = line, row
    except csv.Error as error:
        raise ReadError(f"{shown}: {error}; is it a text file?") from None
    if previous:
        yield *previous, True


def _row_problem(
    shown: str,
    line: int,
    row: list[str],
    found: Layout,
    numbers: Sequence[str],
    at: dict[str, int],
) -> str | None:
    if len(row) != len(found.header):
        return (
            f"{place(shown, line)}: {len(row)} cells, but the header names "
            f"{len(found.header)} columns; complete or delete the line"
        )
    for name in numbers:
        cell = row[at[name]].strip()
        if cell not in MISSING and parse_number(cell, found.decimal) is None:
            return (
                f"{place(shown, line, name)}: {cell[:60]!r} is not a number; "
                "correct it, or leave the cell blank where nothing was measured"
            )
    return None
