"""Every contrast's difference in epochs to threshold with its interval, verdict and p-value."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thresher.drawing.cast import Actor
from thresher.drawing.palette import NEUTRAL, TEXT
from thresher.drawing.rows import Row, row_axes
from thresher.drawing.style import DOUBLE, difference_ticks, is_wide, place, styled
from thresher.figures.inputs import Inputs
from thresher.format import count, nats, p_value, percent

Limits = tuple[float, float]


@styled
def forest(
    contrasts: pd.DataFrame,
    actors: Mapping[str, Actor],
    threshold: float,
    p: str = "p_adjusted",
    limits: Limits | None = None,
    width: float = DOUBLE,
) -> Figure:
    """Draw a forest plot.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        Columns of `tables.CONTRASTS`, or of `tables.THRESHOLDS` with ``margin`` and ``n_arm``.
    actors : mapping of str to Actor
    threshold : float
        Nats.
    p : str
        The column of p-values that the verdict rests on.
    limits : tuple of float, optional
        Of the axis, epochs; so that several plots can share it.
    width : float
        Inches.
    """
    table = contrasts.to_dict("records")
    one = len(set(contrasts["reference"])) == 1
    named = "adjusted p" if p == "p_adjusted" else "max-T p"
    rows = [_row(row, actors, one, p, named if not is_wide(width) else "") for row in table]
    against = actors[table[0]["reference"]].name if one else "the arm after the minus"
    below = f"← sooner · grey: within ±{percent(100 * table[0]['margin'])} · later →"
    below += f"\nEpochs to {nats(threshold)}, difference to {against}"
    reserve = ("inconclusive", "< 0.001", "")
    headings = ("verdict", named, "n")
    figure, axes = row_axes(rows, headings, below, width, reserve=reserve)
    axes.set_xlim(*(limits or forest_limits(contrasts)))
    for k, row in enumerate(table):
        _zone(axes, k, row)
    axes.axvline(0, color=TEXT, linewidth=0.9, gid="zero")
    for k, row in enumerate(table):
        _mark(axes, k, row, actors[row["arm"]])
    difference_ticks(axes, "x", place(axes)[2] - place(axes)[0])
    return figure


def _row(row: Mapping[Any, Any], actors: Mapping[str, Actor], one: bool, p: str, named: str) -> Row:
    arm = actors[row["arm"]]
    name = arm.name if one else f"{arm.name} − {actors[row['reference']].name}"
    value = p_value(row[p], named or "p")
    if not named:
        value = value.removeprefix("p ").removeprefix("= ")
    n = count(row["n_arm"])
    return Row(name, (row["verdict"], value, f"n = {n}" if named else n), arm.gid("label"))


def forest_limits(contrasts: pd.DataFrame) -> Limits:
    """Return limits that hold zero, the margins and every finite interval, in epochs."""
    values = contrasts[["mean_difference", "lower", "upper"]].to_numpy(float, na_value=np.nan)
    margin = (contrasts["margin"] * contrasts["mean_reference"]).to_numpy(float)
    everything = np.concatenate([values.ravel(), margin, -margin, [0.0]])
    everything = everything[np.isfinite(everything)]
    low, high = everything.min(), everything.max()
    room = 0.06 * max(high - low, 1.0)
    return float(low - room), float(high + room)


def _zone(axes: Axes, k: int, row: Mapping[Any, Any]) -> None:
    half = row["margin"] * row["mean_reference"]
    zone = Rectangle((-half, k - 0.5), 2 * half, 1, gid=f"margin-{k}")
    zone.set(facecolor=NEUTRAL, alpha=0.22, linewidth=0, antialiased=False)
    axes.add_patch(zone)


def _mark(axes: Axes, k: int, row: Mapping[Any, Any], arm: Actor) -> None:
    low, high = axes.get_xlim()
    ends: Sequence[Any] = (row["lower"], row["upper"])
    left, right = (
        edge if pd.isna(end) else end for end, edge in zip(ends, (low, high), strict=True)
    )
    line: dict[str, Any] = {"color": arm.look.colour, "linewidth": 1.8, "solid_capstyle": "butt"}
    axes.plot([left, right], [k, k], gid=arm.gid(f"interval-{k}"), **line)
    for end, edge, marker in zip(ends, (low, high), ("<", ">"), strict=True):
        if pd.isna(end):
            axes.plot([edge], [k], marker=marker, markersize=6, color=line["color"], clip_on=False)
    dot: dict[str, Any] = {
        "marker": arm.look.marker,
        "markersize": 6,
        "color": line["color"],
        "zorder": 3,
    }
    axes.plot([row["mean_difference"]], [k], gid=arm.gid(f"point-{k}"), **dot)


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the study's forest plot and one for every threshold of the grid."""
    if inputs.has("contrasts"):
        table = inputs.tables["contrasts"]
        yield "forest", forest(table, inputs.actors, inputs.threshold, width=inputs.width)
    if not inputs.has("thresholds"):
        return
    table = inputs.tables["thresholds"].rename(columns={"n_pairs": "n_arm"})
    table = table.assign(margin=inputs.settings["analysis"]["margin"])
    limits = forest_limits(table)
    for i, threshold in enumerate(inputs.grid):
        rows = table[(table["threshold"] - threshold).abs() < 1e-9]
        if len(rows):
            figure = forest(rows, inputs.actors, threshold, "p_max_t", limits, inputs.width)
            yield f"forest_at_{i}", figure
