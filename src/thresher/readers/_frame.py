"""A DataFrame as if it were a log: for a notebook, where order says nothing about restarts."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from thresher.readers._files import LogFile
from thresher.readers._imported import Imported, assemble
from thresher.readers._patterns import Found
from thresher.readers._problems import ReadError, place
from thresher.readers._reader import Coded, Piece
from thresher.readers._request import Request
from thresher.readers._select import axis_column, value_column

NAME = "the DataFrame"


def read_frame(
    frame: pd.DataFrame, request: Request, nan: Literal["diverged", "missing"] | None
) -> Imported:
    """See `thresher.readers.from_frame`."""
    frame = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    frame = frame.rename(columns=str)
    options = request.options()
    header = tuple(frame.columns)
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise ReadError(f"{place(NAME, column=twice)}: two columns have this name")
    value = value_column(NAME, header, options.value)
    axis = axis_column(NAME, header, options.axis, options.axis_name)
    values, measured = _numbers(frame, value)
    gaps = measured & np.isnan(values)
    if gaps.any() and nan is None:
        raise ReadError(
            f"{place(NAME, column=value)}: is NaN in {int(gaps.sum())} rows; say whether runs "
            'diverged there (nan="diverged") or nothing was measured (nan="missing")'
        )
    if nan == "missing":
        measured &= ~gaps
    steps, known = _numbers(frame, axis) if axis in header else (np.arange(len(frame)) * 1.0, None)
    lost = measured & (~np.isfinite(steps) if known is None else ~(known & np.isfinite(steps)))
    if lost.any():
        raise ReadError(f"{place(NAME, column=axis)}: row {int(lost.argmax())} has no place on it")
    words = {name: _words(frame[name]) for name in header if name in options.keys}
    keep = measured
    piece = Piece(
        LogFile(Found(Path(NAME), NAME, {})),
        steps[keep],
        values[keep],
        measured[keep],
        axis,
        value,
        {name: Coded(key.codes[keep], key.labels) for name, key in words.items()},
        in_order=False,
    )
    return assemble([piece], request, ("a DataFrame",))


def _numbers(frame: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column as numbers, and where something stands: NaN does, None and NA don't."""
    column = frame[name]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return column.to_numpy(dtype=float), np.ones(len(column), bool)
    objects = column.astype(object).to_numpy()
    measured = np.array([value is not None and value is not pd.NA for value in objects], bool)
    numbers = np.full(len(objects), np.nan)
    for row in np.flatnonzero(measured).tolist():
        try:
            numbers[row] = float(objects[row])
        except (TypeError, ValueError):
            shown = f"{objects[row]!r}"[:60]
            raise ReadError(
                f"{place(NAME, column=name)}: row {row} holds {shown}, not a number"
            ) from None
    return numbers, measured


def _words(column: pd.Series) -> Coded:
    codes, labels = pd.factorize(column, use_na_sentinel=False)
    words = tuple("" if pd.isna(label) else str(label) for label in labels)
    return Coded(codes.astype(np.int32), words)
