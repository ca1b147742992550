"""Every contrast's difference in time to threshold with its interval, verdict and p-value."""

from collections.abc import Iterator, Mapping, Sequence
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

PS: Mapping[str, str] = {"p_adjusted": "adjusted p", "p_decides": "adjusted p"}
_ENDS = ("lower", "upper", "lower_family", "upper_family")


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
        "interval; verdicts and p-values are those adjusted over the grid. n in the last column, "
        f"as {'pairs' if results.study.paired else 'runs of the arm'}."
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
    headings = ("verdict", PS[p], *(("size",) if "size" in table else ()), "n")
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
    words = [str(row["verdict"]), _p(row[p], PS[p] if narrow else "")]
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
    names = [name for name in (*_ENDS, "mean_difference") if name in table]
    values = table[names].to_numpy(float, na_value=np.nan)
    half = margin * table["mean_reference"].to_numpy(float)
    return around(np.concatenate([values.ravel(), half, -half]))


def _zone(axes: Axes, k: int, row: Mapping[Any, Any], margin: float) -> None:
    half = margin * row["mean_reference"]
    zone = Rectangle((-half, k - 0.5), 2 * half, 1, gid=f"margin-{k}")
    zone.set(facecolor=NEUTRAL, alpha=0.22, linewidth=0, antialiased=False)
    axes.add_patch(zone)


def _mark(axes: Axes, k: int, contrast: Contrast) -> None:
    row, arm = contrast.row, contrast.arm
    if "lower_family" in row:
        _interval(axes, k, row, ("lower_family", "upper_family"), contrast, "family")
    _interval(axes, k, row, ("lower", "upper"), contrast, "interval")
    dot: dict[str, Any] = {"marker": arm.look.marker, "markersize": 6, "zorder": 3}
    gid = contrast.gid(f"point-{k}")
    axes.plot([row["mean_difference"]], [k], gid=gid, color=arm.look.colour, **dot)


def _interval(
    axes: Axes, k: int, row: Mapping[Any, Any], names: Sequence[str], contrast: Contrast, part: str
) -> None:
    """Draw an interval; an open end goes to the axes' edge and ends in an arrow.

    An end that is the difference itself, which is only bounded from that side, is closed.
    """
    colour = contrast.arm.look.colour
    edges, bound = axes.get_xlim(), row.get("bound", "none")
    closed = {"at least": 0, "at most": 1}.get(bound)
    ends = []
    for side, (name, edge, marker) in enumerate(zip(names, edges, ("<", ">"), strict=True)):
        end = row["mean_difference"] if pd.isna(row[name]) and side == closed else row[name]
        if pd.isna(end):
            arrow: dict[str, Any] = {"marker": marker, "markersize": 6, "clip_on": False}
            axes.plot([edge], [k], color=colour, **arrow)
        ends.append(edge if pd.isna(end) else end)
    line: dict[str, Any] = {"color": colour, "solid_capstyle": "butt"}
    line["linewidth"] = 0.8 if part == "family" else 1.8
    axes.plot(ends, [k, k], gid=contrast.gid(f"{part}-{k}"), **line)


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
