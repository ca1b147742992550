"""Tables as the page shows them: which columns, what heads them, how cells are said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from thresher import format as say
from thresher.registry import View, ViewColumn
from thresher.report.words import records
from thresher.results import Results

ROWS, OPEN = 1000, 60
"""Rows that the page has of a table at most, and those beyond which it is folded."""
_WORDS = {"text", "arm", "verdict", "metric", "size"}


@dataclass(frozen=True)
class Cell:
    """A cell: what it says and what it is sorted by."""

    text: str
    sort: str
    kind: str


@dataclass(frozen=True)
class Head:
    """What stands above a column."""

    text: str
    unit: str
    number: bool


@dataclass(frozen=True)
class Filled:
    """A table ready to be shown; `total` counts its rows, `rows` has those that the page has."""

    table: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    folded: bool


def filled(results: Results, view: View) -> Filled | None:
    """Fill a view from its table; None where that has no rows.

    Columns that say the same of every row, or nothing, stay away.
    """
    table = results.table(view.table)
    caption = view.caption if isinstance(view.caption, str) else view.caption(results)
    return fill(results, view.table, caption, view.columns, table, view.folded)


def fill(
    results: Results,
    name: str,
    caption: str,
    columns: Sequence[ViewColumn],
    table: pd.DataFrame,
    folded: bool = False,
) -> Filled | None:
    """Fill a view from any table; None for one without rows."""
    if table.empty:
        return None
    kept = [column for column in columns if not _idle(column, table)]
    say_of = _sayings(results)
    rows = tuple(
        tuple(_cell(results, column, row, say_of) for column in kept)
        for row in records(table.iloc[:ROWS])
    )
    heads = tuple(
        Head(column.head, _unit(column, results), column.kind not in _WORDS) for column in kept
    )
    return Filled(name, caption, heads, rows, len(table), folded or len(table) > OPEN)


def _idle(column: ViewColumn, table: pd.DataFrame) -> bool:
    """Return whether a column has nothing to say: nothing diverged, one reference."""
    if column.name == "diverged":
        return not table["diverged"].any()
    if column.name == "reference":
        return len(set(table["reference"])) == 1
    return bool(table[column.name].isna().all()) and not column.limits


def _unit(column: ViewColumn, results: Results) -> str:
    study = results.study
    units = {
        "time": study.axis.unit,
        "difference": study.axis.unit,
        "level": study.metric.unit,
        "percent": "%",
        "share": "%",
    }
    return units.get(column.kind, "")


def _sayings(results: Results) -> Mapping[str, Callable[[Any], str]]:
    """Return how each kind of number is said; its unit stands in the head."""
    axis = results.study.axis
    return {
        "count": say.count,
        "time": lambda value: say.along(value, axis),
        "difference": lambda value: say.signed_duration(value, axis),
        "level": say.number,
        "number": say.number,
        "p": lambda value: say.p_value(value).removeprefix("p ").removeprefix("= "),
        "percent": lambda value: say.percent(value).removesuffix(" %"),
        "share": lambda value: say.fraction(value).removesuffix(" %"),
    }


def _cell(
    results: Results,
    column: ViewColumn,
    row: Mapping[str, Any],
    say_of: Mapping[str, Callable[[Any], str]],
) -> Cell:
    value = row[column.name]
    if column.kind in _WORDS:
        text = _word(results, column.kind, value)
        return Cell(text, text, column.kind)
    if not say.known(value) and column.name not in column.limits:
        return Cell(say.MISSING, "", column.kind)
    bound = row["bound"] if column.bound else "none"
    if bound == "unknown":
        return Cell(say.MISSING, "", column.kind)
    spoken = say_of[column.kind]
    shown = [] if column.name in column.limits else [spoken(value)]
    between = _between(column, row, spoken) if column.limits else ""
    if column.limits and (between or bound == "none" or not shown):
        limits = between or say.MISSING
        shown.append(f"({limits})" if shown else limits)
    if bound != "none" and column.name not in column.limits:
        shown.insert(0, bound)
    sort = repr(float(value)) if say.known(value) else ""
    return Cell(" ".join(shown), sort, column.kind)


def _between(column: ViewColumn, row: Mapping[str, Any], spoken: Callable[[Any], str]) -> str:
    """Say the limits; nothing where there are none, as for one run."""
    low, high = (row[name] for name in column.limits)
    alone = any(row.get(name) == 1 for name in ("n", "n_arm", "n_reference", "n_pairs"))
    finite = say.known(low) or say.known(high)
    if not finite and (alone or column.bound or column.kind in {"number", "share"}):
        return ""
    least = "0" if column.kind == "time" else f"{say.MINUS}{say.INFINITY}"
    return say.limits(low, high, spoken, least)


def _word(results: Results, kind: str, value: Any) -> str:
    if not say.known(value):
        return say.MISSING
    if kind == "arm":
        return results.label(value)
    if kind == "size":
        return say.against_margin(value, results.study.analysis.margin)
    if kind == "metric":
        metric = next((m for m in results.study.metrics if m.name == value), None)
        unit = f" ({metric.unit})" if metric and metric.unit else ""
        return f"{metric.label}{unit}" if metric else str(value)
    return str(value)
