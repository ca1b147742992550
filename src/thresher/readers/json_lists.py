"""JSON with lists: a list of values a run (Keras' `History`, DeepOBS), or a list of records."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thresher.readers._files import LogFile, decoded
from thresher.readers._problems import NotALogError, ReadError, place
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers._records import flattened, from_records, is_lines, numbers
from thresher.readers._select import INDEX, axis_column, is_foreign, value_column


def sniff(file: LogFile) -> int:
    """Any JSON object with lists, or list of objects."""
    text = file.text_head.lstrip()
    if file.is_folder or not text.startswith(("{", "[")) or is_lines(file):
        return 0
    if file.name.endswith(".json"):
        return 1
    return int(bool(re.match(r"\[\s*\{|\{[^{}]*\[", text)))


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one JSON file."""
    (file,) = files
    content = parse(file)
    if isinstance(content, list):
        if not content or not all(isinstance(record, dict) for record in content):
            raise ReadError(f"{file.shown}: is a list of no records; name a list within an object")
        return [from_records(file, [flattened(record) for record in content], options)]
    if not isinstance(content, dict):
        raise ReadError(f"{file.shown}: holds no lists; a run is a list of values")
    return [_from_lists(file, flattened(content), options)]


def parse(file: LogFile) -> Any:
    """Parse a JSON file; ``NaN`` and ``Infinity`` are numbers, as Python writes them.

    Raises
    ------
    ReadError
        Naming the line at which it stops being JSON.
    """
    try:
        return json.loads(decoded(file.read()))
    except json.JSONDecodeError as error:
        raise ReadError(
            f"{place(file.shown, error.lineno)}: is no valid JSON ({error.msg}); was it cut off?"
        ) from None
    except RecursionError:
        raise ReadError(f"{file.shown}: is nested too deeply to be a log") from None


def _from_lists(file: LogFile, content: Mapping[str, Any], options: Options) -> Piece:
    lists = {
        name: values for name, values in content.items() if isinstance(values, list) and values
    }
    if not lists and is_foreign(tuple(content), options.value, [options.axis]):
        raise NotALogError("it has no lists")
    value = value_column(file.shown, tuple(lists) or tuple(content), options.value)
    if value not in lists:
        raise ReadError(f"{place(file.shown, column=value)}: is {content[value]!r}, not a list")
    values, measured = numbers(file, value, lists[value])
    axis, steps = _axis(file, lists, value, options)
    keys = {
        name: str(content[name])
        for name in options.keys
        if name in content and isinstance(content[name], (str, int, float))
    }
    return Piece(file, steps, values, measured, axis, value, keys)


def _axis(
    file: LogFile, lists: Mapping[str, list[Any]], value: str, options: Options
) -> tuple[str, np.ndarray]:
    """Take the axis that is there; a list without one counts from 0."""
    rows = len(lists[value])
    named = options.axis if options.axis is not None else options.axis_name
    if options.axis is None and (named is None or named not in lists):
        return named or INDEX, np.arange(rows, dtype=float)
    axis = axis_column(file.shown, tuple(lists), options.axis, options.axis_name)
    if axis not in lists:
        return axis, np.arange(rows, dtype=float)
    steps, known = numbers(file, axis, lists[axis])
    if len(steps) != rows:
        raise ReadError(
            f"{place(file.shown, column=axis)}: has {len(steps)} values, but {value} has {rows}; "
            "name the axis that belongs to it (`columns: {axis: …}`), or `index` to count from 0"
        )
    if not (known & np.isfinite(steps)).all():
        raise ReadError(f"{place(file.shown, column=axis)}: has gaps; give each value its place")
    return axis, steps


READER = Reader("json_lists", "JSON with lists", sniff, read)
