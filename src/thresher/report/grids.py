"""The grids of thresholds and of budgets: at each step verdicts, with a slider over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from thresher import format as say
from thresher.report.answer import Line
from thresher.report.material import Material
from thresher.report.pictures import Picture, stepped
from thresher.report.strips import Interval, interval_of, span_of, strip_of
from thresher.report.words import records
from thresher.results import Results
from thresher.study.plan import Study

MOST = 24
"""Verdicts that the page has of a step at most, the soonest and the latest; the table has all."""


@dataclass(frozen=True)
class Step:
    """The verdicts at one step of a grid."""

    name: str
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True)
class Grid:
    """A grid; `primary` is the place of the study's own step."""

    name: str
    label: str
    table: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    primary: int
    figures: tuple[Picture, ...]


@dataclass(frozen=True)
class _Kind:
    """A kind of grid: the prefix of its variants, its table, and how a step is said."""

    name: str
    label: str
    table: str
    column: str
    said: Callable[[float, Study], str]


_KINDS = (
    _Kind("level", "Threshold", "thresholds", "threshold", lambda v, s: say.level(v, s.metric)),
    _Kind("budget", "Budget", "budgets", "budget", lambda v, s: say.duration(v, s.axis)),
)


def grids(material: Material, notes: Mapping[str, Sequence[str]]) -> tuple[Grid, ...]:
    """Show every grid that has rows; `notes` has what its table's analysis says."""
    found = (_grid(material, kind, tuple(notes.get(kind.table, ()))) for kind in _KINDS)
    return tuple(grid for grid in found if grid is not None)


def _grid(material: Material, kind: _Kind, notes: tuple[str, ...]) -> Grid | None:
    results = material.results
    table = results.table(kind.table)
    if table.empty:
        return None
    values = sorted(table[kind.column].unique().tolist())
    own = table.loc[table["primary"], kind.column]
    primary = values.index(own.iloc[0]) if len(own) else len(values) - 1
    steps = tuple(
        _step(results, kind, table, value, k == primary) for k, value in enumerate(values)
    )
    figures = stepped(material, kind.name, primary)
    return Grid(kind.name, kind.label, kind.table, notes, steps, primary, figures)


def _step(results: Results, kind: _Kind, table: pd.DataFrame, value: float, own: bool) -> Step:
    rows = table[table[kind.column] == value].sort_values("mean_difference", kind="stable")
    name = f"{kind.said(value, results.study)}{', the study’s own' if own else ''}"
    ends = pd.concat([rows.iloc[: MOST // 2], rows.iloc[-MOST // 2 :]])
    shown = ends if len(rows) > MOST else rows
    lines = _lines(results, records(shown), _span(results, table))
    return Step(name, lines, len(rows) - len(shown))


def _span(results: Results, table: pd.DataFrame) -> tuple[float, float]:
    return span_of([_interval(results, row) for row in records(table)])


def _interval(results: Results, row: Mapping[str, Any]) -> Interval:
    """Draw strips along the axis: a low reference makes percent meaningless at easy levels."""
    margin = results.study.analysis.margin * row["mean_reference"]
    return interval_of(row, ("mean_difference", "lower", "upper"), margin)


def _lines(
    results: Results, rows: list[dict[str, Any]], span: tuple[float, float]
) -> tuple[Line, ...]:
    return tuple(
        Line(
            results.label(row["arm"]),
            row["verdict"],
            _sentence(results, row),
            strip_of(_interval(results, row), span),
        )
        for row in rows
    )


def _sentence(results: Results, row: Mapping[str, Any]) -> str:
    names = f"{results.label(row['arm'])} − {results.label(row['reference'])}"
    axis, n = results.study.axis, say.count(row["n_pairs"])
    if row["degenerate"] == "all at 0":
        return f"{names}: every run was there at {axis.name} 0, nothing to compare."
    if row["bound"] == "unknown":
        return f"{names}: neither got there in any of {n} {say.plural(row['n_pairs'], 'pair')}."
    between = say.limits(row["lower"], row["upper"], lambda value: say.along(value, axis))
    interval = f"{say.confidence(results.study.analysis.confidence)} CI {between}"
    if row["n_pairs"] < 2:
        interval = "one seed gives no interval"
    bound = "" if row["bound"] == "none" else f"{row['bound']} "
    return (
        f"{names}: {bound}{say.signed_duration(row['mean_difference'], axis)} {axis.unit} "
        f"({interval}; {say.p_value(row['p_decides'], 'adjusted p')}; reached "
        f"{say.count(row['reached_arm'])} and {say.count(row['reached_reference'])} of {n})."
    )
