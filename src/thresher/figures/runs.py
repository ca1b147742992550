"""Every run's epochs to threshold; the runs of one seed are joined."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor, present
from thresher.drawing.palette import NEUTRAL
from thresher.drawing.rows import Row, row_axes
from thresher.drawing.style import DOUBLE, epoch_axis, styled
from thresher.figures.inputs import Inputs
from thresher.format import nats


@styled
def runs(
    events: pd.DataFrame,
    actors: Mapping[str, Actor],
    paired: bool = True,
    width: float = DOUBLE,
) -> Figure:
    """Draw a row of runs for each arm.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.EVENTS`.
    actors : mapping of str to Actor
    paired : bool
        Whether the runs of one seed belong together, and are joined.
    width : float
        Inches.
    """
    arms = present(actors, events)
    rows = [Row(actor.name, (actor.counts,), actor.gid("label")) for actor in arms]
    budget = int(events["budget"].iloc[0])
    ends = "bar: mean within the budget"
    if (events["outcome"] == "censored").any():
        ends += "; open at the budget: censored"
    if (events["outcome"] == "diverged").any():
        ends += "; cross: diverged"
    below = f"Epochs to {nats(events['threshold'].iloc[0])}\n({ends})"
    figure, axes = row_axes(rows, ("",), below, width, pitch=0.34)
    epoch_axis(axes, budget, "")
    axes.set_xlim(0, budget * 1.02)
    if paired and len(arms) > 1:
        _join(axes, events, arms)
    for k, actor in enumerate(arms):
        _points(axes, events[events["arm"] == actor.arm], actor, k)
    return figure


def _join(axes: Axes, events: pd.DataFrame, arms: list[Actor]) -> None:
    order = {actor.arm: k for k, actor in enumerate(arms)}
    ordered = events.assign(row=events["arm"].map(order)).sort_values(["seed", "row"])
    style: dict[str, Any] = {"color": NEUTRAL, "linewidth": 0.5, "alpha": 0.45, "zorder": 1}
    for seed, rows in ordered.groupby("seed"):
        axes.plot(rows["time"], rows["row"], gid=f"seed-{seed}", **style)


def _points(axes: Axes, rows: pd.DataFrame, actor: Actor, k: int) -> None:
    colour = actor.look.colour
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
            axes.plot(some, height, gid=actor.gid(outcome), **{**base, **shape})
    mean = actor.restricted_mean
    bar: dict[str, Any] = {"color": colour, "linewidth": 2.4, "solid_capstyle": "butt", "zorder": 3}
    axes.plot([mean, mean], [k - 0.34, k + 0.34], gid=actor.gid("mean"), **bar)


def _jitter(times: np.ndarray) -> np.ndarray:
    """Return small shifts that keep equal times apart: 0, +, −, ++, −−, … in their order."""
    shift = np.zeros(len(times))
    for time in np.unique(times):
        same = np.flatnonzero(times == time)
        step = min(0.09, 0.3 / max(len(same) // 2, 1))
        shift[same] = [(-1) ** j * ((j + 1) // 2) * step for j in range(len(same))]
    return shift


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the study's runs."""
    if inputs.has("events"):
        events, paired = inputs.tables["events"], inputs.settings["paired"]
        yield "runs", runs(events, inputs.actors, paired, inputs.width)
