"""The trace: the one long table of what runs measured, and the table of their predictions.

A table of traces has a row for each run and point of the axis. `RUN` and the factors say which arm
it is, ``seed`` which run, the column named by the axis where, and one float column for each
quantity what was measured: null where nothing was, NaN where the run had diverged. Predictions are
a table of their own, `PREDICTIONS`. What a file is, stands in its metadata.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thresher.parquet import (
    REMEDY,
    CheckedFile,
    Name,
    TraceError,
    check_digests,
    digest_of,
    verify,
    write_parquet,
)
from thresher.trace_columns import (
    PREDICTIONS,
    RUN,
    SEED,
    ColumnsError,
    Data,
    PredictionColumn,
    TraceFormat,
    in_order,
    predictions_in_order,
)

__all__ = [
    "PREDICTIONS",
    "RUN",
    "SEED",
    "PredictionColumn",
    "TraceError",
    "TraceFormat",
    "check_digests",
    "check_specification",
    "factors_of",
    "format_of",
    "read_predictions",
    "read_traces",
    "specification_of",
    "values",
    "verify",
    "write_predictions",
    "write_trace",
]


def write_trace(
    table: pa.Table,
    path: Name,
    *,
    specification: str,
    axis: str,
    quantities: Mapping[str, Data],
    packages: Mapping[str, str] | None = None,
) -> str:
    """Check a table of traces and write it atomically, the same bytes for the same content.

    Parameters
    ----------
    table : pyarrow.Table
        Columns: `RUN` (words), ``seed`` (whole numbers or words), the axis and every quantity
        (numbers); all others are factors. The order of columns is made uniform.
    path : path
    specification : str
        Everything but the seed that determines these runs, as canonical JSON.
    axis : str
        Name of the column that says where on the axis a row stands.
    quantities : mapping of str to {"held-out", "training", ""}
    packages : mapping of str to str, optional
        Versions of what made the table.

    Returns
    -------
    str
        The SHA-256 of the file, in hexadecimal digits.

    Raises
    ------
    TraceError
        If a column is missing, of another type, or lacks a value it must have.
    """
    metadata = {
        **_metadata(TraceFormat(axis, quantities)),
        "specification": specification,
        "packages": json.dumps(dict(packages or {}), sort_keys=True),
    }
    with _named(path):
        table = in_order(table, TraceFormat(axis, quantities))
    return write_parquet(table, path, metadata)


def write_predictions(
    table: pa.Table,
    path: Name,
    *,
    specification: str,
    packages: Mapping[str, str] | None = None,
) -> str:
    """Check a table of predictions and write it as `write_trace` does; return its SHA-256.

    Parameters
    ----------
    table : pyarrow.Table
        Columns: `RUN`, ``seed``, `PREDICTIONS`; all others are factors.
    """
    metadata = {
        "specification": specification,
        "packages": json.dumps(dict(packages or {}), sort_keys=True),
    }
    with _named(path):
        table = predictions_in_order(table)
    return write_parquet(table, path, metadata)


def read_traces(
    paths: Sequence[Name],
    columns: Sequence[str] | None = None,
    runs: Sequence[Name] | None = None,
) -> pa.Table:
    """Join files of traces, in the order given.

    Parameters
    ----------
    paths : sequence of path
    columns : sequence of str, optional
        Only these quantities; what names runs, the factors and the axis always come along.
    runs : sequence of path, optional
        The ``*.run.json`` of each, with the digest that the file must have. Without them, only
        the pages' own checksums are verified.

    Returns
    -------
    pyarrow.Table
        A factor or quantity that a file lacks is null there. `format_of` tells axis and
        quantities; `values` keeps null and NaN apart, ``to_pandas()`` does not.

    Raises
    ------
    TraceError
        With one line: the file, what is wrong, what to do.
    """
    parts = [
        _read_trace(CheckedFile(path, digest), columns)
        for path, digest in _digests(paths, runs, "traces")
    ]
    formats = [format_of(part) for part in parts]
    first = formats[0].axis
    for path, found in zip(paths, formats, strict=True):
        if found.axis != first:
            raise TraceError(
                f"{path}: its axis is {found.axis}, but that of {paths[0]} is {first}; "
                "compare runs along one axis"
            )
    quantities = {name: data for found in formats for name, data in found.quantities.items()}
    layout = TraceFormat(first, quantities)
    return in_order(_joined(parts, paths), layout).replace_schema_metadata(_metadata(layout))


def read_predictions(paths: Sequence[Name], runs: Sequence[Name] | None = None) -> pa.Table:
    """Join files of predictions, in the order given; see `read_traces`."""
    parts = []
    for path, digest in _digests(paths, runs, "predictions"):
        file = CheckedFile(path, digest)
        with _named(path, f"; {REMEDY}"):
            parts.append(predictions_in_order(file.read(file.columns)))
    return predictions_in_order(_joined(parts, paths))


def format_of(table: pa.Table) -> TraceFormat:
    """Return the axis and the quantities of a table that `read_traces` gave."""
    metadata = table.schema.metadata
    return TraceFormat(metadata[b"axis"].decode(), json.loads(metadata[b"quantities"]))


def factors_of(table: pa.Table) -> list[str]:
    """Name the factors among the columns of a table that was read here."""
    known: set[str] = {*RUN, SEED}
    if table.schema.metadata:
        layout = format_of(table)
        known |= {layout.axis, *layout.quantities}
    else:
        known |= {*PREDICTIONS}
    return [name for name in table.column_names if name not in known]


def values(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of numbers, and where there is one.

    Returns
    -------
    values : ndarray of float, shape (rows,)
        NaN where nothing was measured, and where the run had diverged.
    measured : ndarray of bool, shape (rows,)
        False where nothing was measured.

    Examples
    --------
    >>> table = pa.table({"loss": [None, 0.5, float("nan")]})
    >>> values(table, "loss")
    (array([nan, 0.5, nan]), array([False,  True,  True]))
    """
    column = table[name]
    numbers = pc.fill_null(column.cast(pa.float64()), np.nan)
    return numbers.to_numpy(), column.is_valid().to_numpy()


def specification_of(path: Name) -> str:
    """Return the specification that a file of traces or predictions was made from, as JSON.

    Raises
    ------
    TraceError
    """
    metadata = CheckedFile(path).metadata
    if "specification" not in metadata:
        raise TraceError(f"{path}: has no specification of what made it; {REMEDY}")
    return metadata["specification"]


def check_specification(path: Name, expected: str) -> None:
    """Compare the specification that a file was made from with the study's.

    Raises
    ------
    TraceError
        That names what differs, key by key.
    """
    found = specification_of(path)
    if found != expected:
        lines = _differences("", _parsed(found), _parsed(expected)) or ["is spelt otherwise"]
        raise TraceError(f"{path}: is of other runs than the study's: {'; '.join(lines)}; {REMEDY}")


@contextmanager
def _named(path: Name, remedy: str = "") -> Iterator[None]:
    try:
        yield
    except ColumnsError as error:
        raise TraceError(f"{path}: {error}{remedy}") from None


def _digests(
    paths: Sequence[Name], runs: Sequence[Name] | None, kind: str
) -> list[tuple[Name, str | None]]:
    if not paths:
        raise TraceError(f"there are no {kind} to read; train an arm, or name the files")
    if runs is None:
        return [(path, None) for path in paths]
    return [(path, digest_of(run, kind)) for path, run in zip(paths, runs, strict=True)]


def _metadata(layout: TraceFormat) -> dict[str, str]:
    return {"axis": layout.axis, "quantities": json.dumps(dict(layout.quantities))}


def _read_trace(file: CheckedFile, columns: Sequence[str] | None) -> pa.Table:
    try:
        quantities = dict(json.loads(file.metadata["quantities"]))
        axis = file.metadata["axis"]
    except (LookupError, TypeError, ValueError):
        raise TraceError(f"{file.path}: does not say its axis and quantities; {REMEDY}") from None
    left_out = {name for name in quantities if columns is not None and name not in columns}
    wanted = {name: data for name, data in quantities.items() if name not in left_out}
    table = file.read([name for name in file.columns if name not in left_out])
    layout = TraceFormat(axis, wanted)
    with _named(file.path, f"; {REMEDY}"):
        return in_order(table, layout).replace_schema_metadata(_metadata(layout))


def _joined(parts: Sequence[pa.Table], paths: Sequence[Name]) -> pa.Table:
    try:
        return pa.concat_tables(parts, promote_options="permissive").replace_schema_metadata(None)
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())
        raise TraceError(
            f"{paths[0]} … {paths[-1]}: columns differ in type ({reason:.120}); make them alike"
        ) from None


def _parsed(specification: str) -> Any:
    """Read a specification; its factors, a list of pairs to keep their order, become a mapping."""
    try:
        content = json.loads(specification)
        return {**content, "factors": dict(content["factors"])}
    except (LookupError, TypeError, ValueError):
        return specification


def _differences(key: str, found: Any, expected: Any) -> list[str]:
    if isinstance(found, dict) and isinstance(expected, dict):
        return [
            line
            for name in {**expected, **found}
            for line in _differences(
                f"{key}.{name}" if key else name, found.get(name), expected.get(name)
            )
        ]
    if json.dumps(found) == json.dumps(expected):
        return []
    there, here = ("missing" if value is None else json.dumps(value) for value in (found, expected))
    return [f"{key or 'specification'} is {there}, in the study {here}"]
