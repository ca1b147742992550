"""Every run's time to threshold; the runs of one seed are joined."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.arms import ArmStyle, arms_of, extremes, present
from thresher.drawing.contrasts import ROWS
from thresher.drawing.curves import chosen_seeds
from thresher.drawing.palette import NEUTRAL
from thresher.drawing.rows import Row, row_axes
from thresher.drawing.style import along_axis, styled
from thresher.format import goal
from thresher.registry import Drawing, Figure
from thresher.results import Results

SEEDS = 256
"""Of so many seeds at most the runs are drawn: more dots say no more, and weigh on the page."""


def caption(results: Results) -> str:
    """Say what marks and lines are."""
    study = results.study
    joined = "lines join the runs of one seed" if study.paired else "a dot each"
    shown, total = _arms(results), len(results.tables["arms"])
    return (
        f"{wording.as_sentence(study.axis.unit)} to threshold of every run; {joined}. Bars are "
        f"restricted means; open marks at the budget did not reach it."
        f"{wording.left_out(len(shown), total, 'arms')}"
        f"{wording.left_out(SEEDS, results.tables['events']['seed'].nunique(), 'seeds')}"
    )


def _arms(results: Results) -> list[ArmStyle]:
    """Choose the arms that have a row: those that stand out, the soonest and the latest."""
    arms = present(arms_of(results), results.tables["events"])
    ranked = [arm.arm for arm in sorted(arms, key=lambda arm: arm.mean)]
    found = extremes(ranked, ROWS, [arm.arm for arm in arms if arm.chosen])
    return [arm for arm in arms if arm.arm in found]


@styled
def runs(results: Results, width: float) -> Picture:
    """Draw a row of runs for each arm.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    study, arms = results.study, _arms(results)
    events = results.tables["events"]
    chosen = chosen_seeds(list(events["seed"].unique()), SEEDS)
    events = events[events["arm"].isin([arm.arm for arm in arms]) & events["seed"].isin(chosen)]
    rows = [Row(arm.name, (arm.counts,), arm.gid("label")) for arm in arms]
    below = wording.as_sentence(f"{study.axis.unit} to {goal(study)}\n({_marks(events)})")
    figure, axes = row_axes(rows, ("",), below, width, pitch=0.34)
    along_axis(axes, study.endpoint.budget, "")
    axes.set_xlim(0, study.endpoint.budget * 1.02)
    if study.paired and len(arms) > 1:
        _join(axes, events, arms)
    for k, arm in enumerate(arms):
        _points(axes, events[events["arm"] == arm.arm], arm, k)
    return figure


def _marks(events: pd.DataFrame) -> str:
    text = "bar: mean within the budget"
    if (events["outcome"] == "censored").any():
        text += "; open at the budget: censored"
    if (events["outcome"] == "diverged").any():
        text += "; cross: diverged"
    return text


def _join(axes: Axes, events: pd.DataFrame, arms: Sequence[ArmStyle]) -> None:
    order = {arm.arm: k for k, arm in enumerate(arms)}
    ordered = events.assign(row=events["arm"].map(order)).sort_values(["seed", "row"])
    style: dict[str, Any] = {"color": NEUTRAL, "linewidth": 0.5, "alpha": 0.45, "zorder": 1}
    for k, (_, rows) in enumerate(ordered.groupby("seed")):
        axes.plot(rows["time"], rows["row"], gid=f"seed-{k}", **style)


def _points(axes: Axes, rows: pd.DataFrame, arm: ArmStyle, k: int) -> None:
    colour = arm.look.colour
    base: dict[str, Any] = {"linestyle": "none", "markersize": 4, "color": colour, "clip_on": False}
    shapes: dict[str, dict[str, Any]] = {
        "reached": {"marker": "o", "alpha": 0.75, "markeredgewidth": 0},
        "censored": {"marker": "o", "markerfacecolor": "none", "markeredgewidth": 0.9},
        "diverged": {"marker": "x", "markersize": 5, "markeredgewidth": 1.2},
    }
    for outcome, shape in shapes.items():
        some = rows.loc[rows["outcome"] == outcome, "time"].to_numpy()
        if len(some):
            height = k + _jitter(some)
            axes.plot(some, height, gid=arm.gid(outcome), **{**base, **shape})
    bar: dict[str, Any] = {"color": colour, "linewidth": 2.4, "solid_capstyle": "butt", "zorder": 3}
    axes.plot([arm.mean, arm.mean], [k - 0.34, k + 0.34], gid=arm.gid("mean"), **bar)


def _jitter(times: np.ndarray) -> np.ndarray:
    """Return small shifts that keep equal times apart: 0, +, −, ++, −−, … in their order."""
    shift = np.zeros(len(times))
    for time in np.unique(times):
        same = np.flatnonzero(times == time)
        step = min(0.09, 0.3 / max(len(same) // 2, 1))
        shift[same] = [(-1) ** j * ((j + 1) // 2) * step for j in range(len(same))]
    return shift


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the study's runs."""
    yield Drawing(runs(results, width))


FIGURE = Figure(
    title="Every run",
    caption=caption,
    section="times",
    draw=draw,
    needs=("arms", "events"),
    order=20,
    paper=True,
)
