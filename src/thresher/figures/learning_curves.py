"""Mean metric of every arm with its band, threshold and baseline; single runs behind."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.arms import ArmStyle, arms_of, split
from thresher.drawing.curves import (
    ALL_RUNS,
    RUNS,
    curve_counts,
    draw_band,
    draw_faint,
    draw_runs,
    is_whole,
    last_finite,
    levels_of,
)
from thresher.drawing.keys import Head, draw_levels
from thresher.drawing.labels import Label, draw_labels, frame
from thresher.drawing.limits import has_log_scale, log_limits, metric_limits
from thresher.drawing.style import along_axis, styled, value_axis
from thresher.format import metric_title
from thresher.registry import Drawing, Figure
from thresher.results import Results


def caption(results: Results) -> str:
    """Say what the curves and bands are, and which arms have none."""
    metric, table = results.study.metric, shown_curves(results)
    bands = wording.band(results, table)
    without = [arm for arm in results.tables["arms"]["arm"] if arm not in set(table["arm"])]
    thin = "A thin dotted mean leaves out the runs that diverged. "
    return (
        f"Mean {metric.label} of each arm {bands}. "
        f"{thin if (table['n'] < table['runs']).any() else ''}"
        f"{_raw(results)} can be switched on."
        f"{wording.carried(results, table)}"
        f"{wording.without_curve(results, without)}"
    )


def _raw(results: Results) -> str:
    most = int(results.tables["arms"]["n"].max())
    arms = len(split(list(arms_of(results).values()))[0])
    drawn = min(RUNS, ALL_RUNS // arms)
    return f"{drawn} single runs an arm, evenly chosen," if most > drawn else "Single runs"


def shown_curves(results: Results) -> pd.DataFrame:
    """Return the mean curves of the study's metric."""
    curves = results.tables["curves"]
    return curves[curves["metric"] == results.study.metric.name]


@styled
def learning_curves(
    results: Results, width: float, scale: str = "linear", table: pd.DataFrame | None = None
) -> Picture:
    """Draw the mean learning curves.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    scale : {"linear", "log"}
    table : pandas.DataFrame or None
        Other curves than those of `shown_curves`, in the same columns.
    """
    study = results.study
    table = shown_curves(results) if table is None else table
    curves = {str(arm): rows for arm, rows in table.groupby("arm")}
    chosen, rest = split(list(arms_of(results).values()))
    labels = [_label(results, arm, curves.get(arm.arm, table[:0])) for arm in chosen]
    if rest:
        labels.append(Label.of_rest(rest))
    levels = levels_of(results)
    head = Head(metric_title(study.metric), levels, width)
    figure, axes = frame([label.text for label in labels], head)
    axes.patch.set_gid("frame")
    along_axis(axes, study.endpoint.budget, study.axis.title)
    heights = [level.value for level in levels]
    limits = (log_limits if scale == "log" else metric_limits)(table, heights, study.metric)
    value_axis(axes, limits, scale)
    for arm in rest:
        if arm.arm in curves:
            draw_faint(axes, curves[arm.arm], arm)
    for arm in chosen:
        draw_runs(axes, results, arm, len(chosen))
        if arm.arm in curves:
            draw_band(axes, curves[arm.arm], arm, min(0.18, 1.44 / len(chosen)))
    draw_levels(axes, levels)
    draw_labels(axes, labels)
    return figure


def _label(results: Results, arm: ArmStyle, rows: pd.DataFrame) -> Label:
    end = last_finite(rows.sort_values("time")["mean"])
    return Label.of(arm, curve_counts(results, arm, rows), end, is_whole(rows))


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the curves, and where that makes sense with a logarithmic scale, too."""
    table = shown_curves(results)
    if table.empty:
        return
    yield Drawing(learning_curves(results, width))
    if has_log_scale(results.study.metric, table, results.study.endpoint.threshold):
        yield Drawing(learning_curves(results, width, "log"), "log")


FIGURE = Figure(
    title="Learning curves",
    caption=caption,
    section="curves",
    draw=draw,
    needs=("arms", "events", "curves"),
    order=10,
    paper=True,
)
