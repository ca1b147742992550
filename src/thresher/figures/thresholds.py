"""Every contrast's difference in epochs over the grid of thresholds: a panel for each."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT
from thresher.drawing.style import DOUBLE, difference_ticks, place, styled, ticks
from thresher.figures.inputs import Inputs
from thresher.format import count, number, plural

_DECIDED = ("faster", "slower", "detectable but negligible")


@styled
def thresholds(
    table: pd.DataFrame,
    actors: Mapping[str, Actor],
    paired: bool = True,
    width: float = DOUBLE,
) -> Figure:
    """Draw the difference with its interval at each threshold.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of `tables.THRESHOLDS`.
    actors : mapping of str to Actor
    paired : bool
        Whether n counts pairs.
    width : float
        Inches.
    """
    contrasts = [
        (actors[str(arm)], actors[str(reference)], rows.sort_values("threshold"))
        for (arm, reference), rows in table.groupby(["arm", "reference"], sort=False)
    ]
    one = len({reference.arm for _, reference, _ in contrasts}) == 1
    unit = "pair" if paired else "run"
    titles = [
        f"{arm.name}{'' if one else f' − {reference.name}'}, "
        f"{count(rows['n_pairs'].max())} {plural(rows['n_pairs'].max(), unit)}"
        for arm, reference, rows in contrasts
    ]
    against = f"difference to {contrasts[0][1].name}" if one else "difference of the two arms"
    shape = "filled: decided by the max-T p-value; open: not; ring: the study's threshold"
    below = f"Threshold (nats)\n({shape})"
    figure, panels = grid(titles, f"Epochs to threshold, {against}", below, width)
    limits = _limits(table)
    for axes, (arm, _, rows) in zip(panels, contrasts, strict=True):
        axes.set_ylim(*limits)
        _panel(axes, rows, arm)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, arm: Actor) -> None:
    levels, colour = rows["threshold"].to_numpy(float), arm.look.colour
    room = 0.06 * max(np.ptp(levels), 0.01)
    axes.set_xlim(levels.min() - room, levels.max() + room)
    axes.axhline(0, color=TEXT, linewidth=0.8)
    low, high = axes.get_ylim()
    lower = rows["lower"].fillna(low).to_numpy(float)
    upper = rows["upper"].fillna(high).to_numpy(float)
    axes.vlines(levels, lower, upper, color=colour, linewidth=1.4, gid=arm.gid("interval"))
    difference = rows["mean_difference"].to_numpy(float)
    axes.plot(levels, difference, color=colour, linewidth=0.8, gid=arm.gid("line"))
    decided = rows["verdict"].isin(_DECIDED).to_numpy()
    dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 4.5, "color": colour}
    axes.plot(levels[decided], difference[decided], gid=arm.gid("decided"), **dots)
    # Open: filled with nothing would let the line through, and a page may be dark or light.
    for level, value in zip(levels[~decided], difference[~decided], strict=True):
        axes.plot([level], [value], **{**dots, "markerfacecolor": "#d9d9d9"})
    primary = rows["primary"].to_numpy(bool)
    ring: dict[str, Any] = {
        "markersize": 9,
        "markerfacecolor": "none",
        "markeredgewidth": 1,
        "color": TEXT,
    }
    axes.plot(levels[primary], difference[primary], **{**dots, **ring}, gid=arm.gid("primary"))
    ticks(axes, "x", number, place(axes)[2] - place(axes)[0])
    difference_ticks(axes, "y", place(axes)[3] - place(axes)[1])
    axes.grid(axis="y")


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    values = table[["mean_difference", "lower", "upper"]].to_numpy(float, na_value=np.nan)
    finite = np.array([*values[np.isfinite(values)], 0.0])
    room = 0.08 * max(np.ptp(finite), 50.0)
    return float(finite.min() - room), float(finite.max() + room)


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the effect over the threshold grid, where the study compares arms."""
    if inputs.has("thresholds"):
        table, paired = inputs.tables["thresholds"], inputs.settings["paired"]
        yield "thresholds", thresholds(table, inputs.actors, paired, inputs.width)
