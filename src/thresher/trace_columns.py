"""The columns of traces and of predictions: names, types, order, and the check that they are so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc


class ColumnsError(ValueError):
    """A table whose columns are not those of traces or of predictions; says which and why."""


Data = Literal["held-out", "training", ""]

RUN = ("study", "arm", "variant")
SEED = "seed"


@dataclass(frozen=True)
class TraceFormat:
    """What a table of traces says of its columns.

    Attributes
    ----------
    axis : str
        The column that says where on the axis a row stands, such as ``epoch``.
    quantities : mapping of str to {"held-out", "training", ""}
        The measured columns, and on which data; empty where that is not known.
    """

    axis: str
    quantities: Mapping[str, Data]


@dataclass(frozen=True)
class PredictionColumn:
    """A column of the predictions: its type, whether it may be missing, and its meaning."""

    type: pa.DataType
    optional: bool
    meaning: str


PREDICTIONS: Mapping[str, PredictionColumn] = {
    "example": PredictionColumn(pa.int64(), False, "held-out example, from 0"),
    "position": PredictionColumn(
        pa.int64(), False, "position in the example, from 0; 0 for one label an example"
    ),
    "input": PredictionColumn(
        pa.float64(), True, "first feature of the input; missing where inputs have other positions"
    ),
    "output": PredictionColumn(
        pa.float64(),
        True,
        "the model's output: probability of class 1 of two, of the predicted class of several, "
        "or the number; NaN where diverged",
    ),
    "decoded": PredictionColumn(
        pa.float64(), True, "the output as a label: class, 0 or 1, or number; NaN where diverged"
    ),
    "expected": PredictionColumn(pa.float64(), False, "the label, in the same terms"),
    "wrong": PredictionColumn(
        pa.bool_(), True, "whether decoded is not expected; missing for numbers and diverged runs"
    ),
}


def half_of(quantity: str) -> str:
    """Name the column of a held-out quantity on the first half of each set."""
    return f"{quantity}_half"


def in_order(table: pa.Table, layout: TraceFormat) -> pa.Table:
    """Check a table of traces, bring its columns into order, and make quantities floats."""
    _check_run(table)
    _check(table, layout.axis, _is_number, "numbers")
    for column in layout.quantities:
        _check(table, column, _is_number, "numbers", optional=True)
        place = table.column_names.index(column)
        table = table.set_column(place, column, table[column].cast(pa.float64()))
    known = {*RUN, SEED, layout.axis, *layout.quantities}
    factors = [column for column in table.column_names if column not in known]
    return table.select([*RUN, *factors, SEED, layout.axis, *layout.quantities])


def predictions_in_order(table: pa.Table) -> pa.Table:
    _check_run(table)
    for column, declared in PREDICTIONS.items():
        kind = str(declared.type)
        _check(table, column, declared.type.equals, kind, declared.optional)
    factors = [c for c in table.column_names if c not in {*RUN, SEED, *PREDICTIONS}]
    return table.select([*RUN, *factors, SEED, *PREDICTIONS])


def _check_run(table: pa.Table) -> None:
    for column in RUN:
        _check(table, column, _is_word, "words")
    _check(table, SEED, lambda kind: _is_word(kind) or _is_whole(kind), "seeds")


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _check(
    table: pa.Table,
    column: str,
    right: Callable[[pa.DataType], bool],
    kinds: str,
    optional: bool = False,
) -> None:
    count = table.column_names.count(column)
    if count != 1:
        problem = "has no" if not count else "has more than one"
        raise ColumnsError(f"{problem} column {column}, only {', '.join(table.column_names)}")
    found = table.schema.field(column).type
    if not right(found):
        raise ColumnsError(f"column {column} must hold {kinds}, but holds {found}")
    if not optional and pc.any(pc.is_null(table[column], nan_is_null=True)).as_py():
        raise ColumnsError(f"column {column} lacks values")
