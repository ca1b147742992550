"""Every contrast's difference in time to threshold with its interval, verdict and p-value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Rectangle

from thresher.drawing import wording
from thresher.drawing.contrasts import ROWS, Contrast, contrasts_of, heading_of
from thresher.drawing.limits import Limits, around
from thresher.drawing.palette import NEUTRAL, TEXT
from thresher.drawing.rows import Row, row_axes
from thresher.drawing.style import difference_ticks, is_wide, styled
from thresher.format import against_margin, count, fraction, goal, known, level, p_value
from thresher.registry import Drawing, Figure
from thresher.results import Results


@dataclass(frozen=True)
class Interval:
    """An interval's columns, and how wide its line and its arrows are."""

    lower: str
    upper: str
    line: float
    arrow: float


INTERVALS: Mapping[str, Interval] = {
    "family": Interval("lower_family", "upper_family", 0.8, 4),
    "interval": Interval("lower", "upper", 1.8, 6),
}
_BOUNDED = {"at least": 0, "at most": 1}
"""Which end of an interval is closed, by the column ``bound``."""
_P = "adjusted p"


def caption(results: Results) -> str:
    """Say what points, lines and the shaded zone are."""
    table = results.tables["contrasts"]
    shown, total = contrasts_of(results, table, ROWS)
    thin = "; thin, the limits for all contrasts together" if "lower_family" in table else ""
    size = (
        " Size: whether the interval has the difference beyond the margin, within it, or leaves "
        "that open."
        if "size" in table
        else ""
    )
    return (
        f"Difference of restricted mean {results.study.axis.unit}{wording.against(results)}, "
        f"{wording.pairs(results)}, with the interval of the inverted test, not adjusted{thin}. "
        f"Shaded: the margin of equivalence, ±{fraction(results.study.analysis.margin)} of the "
        f"reference.{size}{wording.left_out(len(shown), total, 'contrasts')} "
        f"{wording.runs(results)}"
    )


def level_caption(results: Results) -> str:
    """Say the same of another threshold."""
    return (
        f"Difference of restricted mean {results.study.axis.unit} to this threshold, with its own "
        "interval; verdicts and p-values are adjusted over the grid and the contrasts. n in the "
        f"last column, as {'pairs' if results.study.paired else 'runs of the arm'}."
    )


@styled
def forest(
    results: Results,
    table: pd.DataFrame,
    threshold: float,
    width: float,
    p: str = "p_adjusted",
    limits: Limits | None = None,
) -> Picture:
    """Draw a forest plot.

    Parameters
    ----------
    results : Results
    table : pandas.DataFrame
        The table ``contrasts``, or of ``thresholds`` one level with ``n_arm``.
    threshold : float
    width : float
        Inches.
    p : str
        The column of p-values that the verdict rests on.
    limits : tuple of float, optional
        Of the axis; so that several plots can share it.
    """
    contrasts, _ = contrasts_of(results, table, ROWS)
    study, margin = results.study, results.study.analysis.margin
    rows = [
        Row(contrast.name, _words(contrast.row, p, not is_wide(width)), contrast.gid("label"))
        for contrast in contrasts
    ]
    below = f"← sooner · grey: within ±{fraction(margin)} · later →\n"
    reached = f"{study.axis.unit} to {goal(study, threshold)}"
    below += wording.as_sentence(f"{reached}, {heading_of(contrasts)}")
    headings = ("verdict", _P, *(("size",) if "size" in table else ()), "n")
    reserve = ("inconclusive", "< 0.001", *("",) * (len(headings) - 2))
    figure, axes = row_axes(rows, headings, below, width, reserve=reserve)
    axes.set_xlim(*(limits or forest_limits(table, margin)))
    for k, contrast in enumerate(contrasts):
        _zone(axes, k, contrast.row, margin)
    axes.axvline(0, color=TEXT, linewidth=0.9, gid="zero")
    for k, contrast in enumerate(contrasts):
        _mark(axes, k, contrast)
    difference_ticks(axes, "x")
    return figure


def _words(row: Mapping[Any, Any], p: str, narrow: bool) -> tuple[str, ...]:
    """Return a row's words; with the names of numbers where no heading gives them."""
    words = [str(row["verdict"]), _p(row[p], _P if narrow else "")]
    if "size" in row:
        size = against_margin(row["size"], row["margin"])
        words.append(f"size {size}" if narrow else size)
    return (*words, f"n = {count(row['n_arm'])}" if narrow else count(row["n_arm"]))


def _p(value: Any, name: str) -> str:
    if name or not known(value):
        return p_value(value, name) if known(value) else "–"
    return p_value(value).removeprefix("p ").removeprefix("= ")


def forest_limits(table: pd.DataFrame, margin: float) -> Limits:
    """Return limits that hold zero, the margins and every finite interval, along the axis."""
    ends = [name for part in INTERVALS.values() for name in (part.lower, part.upper)]
    names = [name for name in (*ends, "mean_difference") if name in table]
    values = table[names].to_numpy(float, na_value=np.nan)
    half = margin * table["mean_reference"].to_numpy(float)
    return around(np.concatenate([values.ravel(), half, -half]))


def _zone(axes: Axes, k: int, row: Mapping[Any, Any], margin: float) -> None:
    half = margin * row["mean_reference"]
    zone = Rectangle((-half, k - 0.5), 2 * half, 1, gid=f"margin-{k}")
    zone.set(facecolor=NEUTRAL, alpha=0.22, linewidth=0, antialiased=False)
    axes.add_patch(zone)


def _mark(axes: Axes, k: int, contrast: Contrast) -> None:
    """Draw a contrast's intervals, the one for all contrasts together behind, and its point."""
    row, arm = contrast.row, contrast.arm
    for part in INTERVALS:
        if INTERVALS[part].lower in row:
            _interval(axes, k, contrast, part)
    dot: dict[str, Any] = {"marker": arm.look.marker, "markersize": 6, "zorder": 3}
    gid = contrast.gid(f"point-{k}")
    axes.plot([row["mean_difference"]], [k], gid=gid, color=arm.look.colour, **dot)


def _interval(axes: Axes, k: int, contrast: Contrast, part: str) -> None:
    """Draw an interval; an open end goes to the axes' edge and ends in an arrow.

    A difference that is only bounded is the closed end of its interval.
    """
    row, colour, interval = contrast.row, contrast.arm.look.colour, INTERVALS[part]
    closed = _BOUNDED.get(row.get("bound", "none"))
    ends = []
    for side, edge in enumerate(axes.get_xlim()):
        end = row[(interval.lower, interval.upper)[side]]
        if pd.isna(end) and side == closed:
            end = row["mean_difference"]
        elif pd.isna(end):
            end = edge
            arrow: dict[str, Any] = {"marker": "<>"[side], "markersize": interval.arrow}
            axes.plot([edge], [k], color=colour, clip_on=False, **arrow)
        ends.append(end)
    line: dict[str, Any] = {"linewidth": interval.line, "solid_capstyle": "butt"}
    axes.plot(ends, [k, k], color=colour, gid=contrast.gid(f"{part}-{k}"), **line)


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the study's forest plot and one for every threshold of the grid."""
    study, table = results.study, results.tables["contrasts"]
    yield Drawing(forest(results, table, study.endpoint.threshold, width))
    if not results.has("thresholds"):
        return
    grid = results.tables["thresholds"].rename(columns={"n_pairs": "n_arm"})
    limits, text = forest_limits(grid, study.analysis.margin), level_caption(results)
    for i, of_grid in enumerate(results.levels):
        rows = grid[grid["threshold"] == of_grid]
        if len(rows):
            figure = forest(results, rows, of_grid, width, "p_decides", limits)
            title = f"Effects at {level(of_grid, study.metric)}"
            yield Drawing(figure, f"level-{i}", title, text)


FIGURE = Figure(
    title="Effects",
    caption=caption,
    section="contrasts",
    draw=draw,
    needs=("arms", "contrasts"),
    order=10,
    paper=True,
)
