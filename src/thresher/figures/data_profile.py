"""Share of (run, threshold) solved within a share of the budget: all levels in one picture."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from thresher.drawing.arms import ArmStyle, arms_of, split
from thresher.drawing.keys import Head, dashed
from thresher.drawing.labels import Label, draw_labels, frame
from thresher.drawing.palette import GREY
from thresher.drawing.style import styled, value_axis
from thresher.format import along, count, duration, fraction, level
from thresher.registry import Drawing, Figure
from thresher.results import Results
from thresher.statistics.limits import FEWEST_FOR_BAND

BANDS = 4
"""Pointwise bands are drawn for so many arms at most; of more nothing could be read."""
_QUARTERS = [0, 0.25, 0.5, 0.75, 1]


def caption(results: Results) -> str:
    """Say what is counted, over which thresholds, and where the lines end."""
    table, study = results.tables["data_profile"], results.study
    levels = results.levels
    low, high = (level(each, study.metric) for each in (levels[0], levels[-1]))
    arms = [arm for arm in arms_of(results).values() if arm.n >= FEWEST_FOR_BAND]
    bands = ", with pointwise limits" if arms and len(arms_of(results)) <= BANDS else ""
    end = float(table["time"].max())
    short = ""
    if end < study.endpoint.budget:
        short = (
            f" Lines end at {along(end, study.axis)}: some run was not followed for longer that "
            "had not reached every threshold."
        )
    return (
        f"Data profile: which share of all (run, threshold) is reached within a share of the "
        f"budget of {duration(study.endpoint.budget, study.axis)}{bands}; "
        f"{count(len(levels))} thresholds, {low} to {high}. Runs that diverged count.{short}"
    )


@styled
def data_profile(results: Results, width: float) -> Picture:
    """Draw a line for each arm.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    table = results.tables["data_profile"]
    curves = {str(arm): rows for arm, rows in table.groupby("arm")}
    everyone = list(arms_of(results).values())
    chosen, rest = split(everyone)
    labels = [_label(arm, curves[arm.arm]) for arm in chosen]
    labels += [Label.of_rest(rest)] if rest else []
    levels = count(len(results.levels))
    head = Head(f"Share of runs × {levels} thresholds that are reached", (), width)
    figure, axes = frame([label.text for label in labels], head, 2.8)
    axes.set_xlim(0, 1)
    axes.set_xticks(_QUARTERS, [fraction(share) for share in _QUARTERS])
    axes.set_xlabel("Share of the budget")
    value_axis(axes, (0, 1.02))
    axes.set_yticks(_QUARTERS, [fraction(share) for share in _QUARTERS])
    for arm in rest:
        _curve(axes, curves[arm.arm], arm, bands=False)
    for arm in chosen:
        _curve(axes, curves[arm.arm], arm, bands=len(everyone) <= BANDS)
    draw_labels(axes, labels)
    return figure


def _label(arm: ArmStyle, rows: pd.DataFrame) -> Label:
    """Label a line at its end; of those that end together, the sooner one a trace higher."""
    share, solved = rows["budget_share"].to_numpy(float), rows["solved"].to_numpy(float)
    area = float((solved[:-1] * np.diff(share)).sum())
    words = f"n = {count(arm.n)}, {fraction(solved[-1])} in the end"
    return Label.of(arm, words, float(solved[-1]) + 1e-6 * area)


def _curve(axes: Axes, rows: pd.DataFrame, arm: ArmStyle, bands: bool) -> None:
    share, solved = rows["budget_share"].to_numpy(float), rows["solved"].to_numpy(float)
    lower, upper = (rows[name].to_numpy(float, na_value=np.nan) for name in ("lower", "upper"))
    style: dict[str, Any] = {"color": arm.look.colour, "drawstyle": "steps-post"}
    if bands and np.isfinite(lower).any():
        fill: dict[str, Any] = {"facecolor": arm.look.colour, "alpha": 0.14, "linewidth": 0}
        axes.fill_between(share, lower, upper, step="post", gid=arm.gid("band"), **fill)
    if arm.chosen:
        style |= dashed(arm.look)
    else:
        style |= {"color": GREY.colour, "linewidth": 0.6, "alpha": 0.45, "zorder": 0.9}
    axes.plot(share, solved, gid=arm.gid("line"), **style)


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the profile, where there is more than one threshold."""
    if len(results.levels) > 1:
        yield Drawing(data_profile(results, width))


FIGURE = Figure(
    title="All thresholds at once",
    caption=caption,
    section="thresholds",
    draw=draw,
    needs=("arms", "data_profile", "threshold_events"),
    order=30,
)
