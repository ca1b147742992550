"""Sacred's ``metrics.json``: for each metric its steps and values, with ``config.json``."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from thresher.readers._beside import beside
from thresher.readers._files import LogFile
from thresher.readers._problems import ReadError, place
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers._records import numbers
from thresher.readers._select import axis_column, value_column
from thresher.readers.json_lists import parse

_AXES = {"steps": ("step", "steps", "epoch", "epochs", "iteration", "iterations")}


def sniff(file: LogFile) -> int:
    """A JSON object whose members have steps, timestamps and values."""
    text = file.text_head
    marks = ('"steps"', '"timestamps"', '"values"')
    return 3 if text.lstrip().startswith("{") and all(mark in text for mark in marks) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one run; what a step counts is the user's own, so that any axis fits."""
    (file,) = files
    content = parse(file)
    if not isinstance(content, dict):
        raise ReadError(f"{file.shown}: holds no metrics")
    value = value_column(file.shown, tuple(content), options.value)
    metric = content[value]
    if not isinstance(metric, dict) or not isinstance(metric.get("values"), list):
        raise ReadError(f"{place(file.shown, column=value)}: has no list of values")
    axis_column(file.shown, ("steps",), options.axis, options.axis_name, _AXES)
    values, measured = numbers(file, value, metric["values"])
    steps, known = numbers(file, f"{value}.steps", metric.get("steps") or [])
    if len(steps) != len(values) or not (known & np.isfinite(steps)).all():
        raise ReadError(
            f"{place(file.shown, column=value)}: {len(values)} values, but {int(known.sum())} "
            "steps; was the file cut off?"
        )
    piece = Piece(file, steps, values, measured, "step", value)
    keys, paths = beside(file, ("config.json",), options)
    return [replace(piece, keys={"run": file.path.parent.name, **keys}, beside=paths)]


READER = Reader("sacred", "Sacred metrics.json", sniff, read)
