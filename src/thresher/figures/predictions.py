"""What the trained models say to one held-out sequence, and where along it they err."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thresher.drawing.cast import Actor, present
from thresher.drawing.labels import Label, dashed, draw_labels, frame
from thresher.drawing.palette import TEXT
from thresher.drawing.rows import Row, row_axes
from thresher.drawing.style import DOUBLE, place, styled, ticks
from thresher.figures.inputs import Inputs
from thresher.format import count, fraction, number

_TEXTS = 20
"""Up to so many timesteps a cell holds its number."""


@styled
def predictions(table: pd.DataFrame, actors: Mapping[str, Actor], width: float = DOUBLE) -> Figure:
    """Draw input, expected label, and how many of each arm's runs predict a 1.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of `tables.PREDICTIONS`.
    actors : mapping of str to Actor
    width : float
        Inches.
    """
    arms = present(actors, table)
    sequence = table.drop_duplicates("timestep").sort_values("timestep")
    names = ["input", "expected", *(actor.name for actor in arms)]
    gids = ["input", "expected", *(actor.gid("label") for actor in arms)]
    words = ["", "", *(f"n = {count(actor.n)}" for actor in arms)]
    rows = [Row(name, (word,), gid) for name, word, gid in zip(names, words, gids, strict=True)]
    below = (
        "Timestep of one held-out sequence; cells: percent of runs that predict 1\n"
        "(framed where most runs are wrong; at the budget)"
    )
    figure, axes = row_axes(rows, ("",), below, width)
    steps = sequence["timestep"].to_numpy()
    axes.set_xlim(steps[0] - 0.5, steps[-1] + 0.5)
    axes.grid(False)
    ticks(axes, "x", count, place(axes)[2] - place(axes)[0])
    _strip(axes, 0, sequence["input"].to_numpy(float), None)
    expected = sequence["expected"].to_numpy(float)
    _strip(axes, 1, expected, expected)
    for k, actor in enumerate(arms, start=2):
        share = _share(table[table["arm"] == actor.arm], "predicted")
        _strip(axes, k, share.reindex(steps).to_numpy(float), expected, percent=True)
    return figure


def _share(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows.groupby("timestep")[column].mean()


def _strip(
    axes: Axes, k: int, values: np.ndarray, expected: np.ndarray | None, percent: bool = False
) -> None:
    """Draw a row of cells; `expected` None for the input, whose cells are not filled."""
    colours = sns.light_palette("#0072b2", as_cmap=True)
    low = axes.get_xlim()[0]
    for i, value in enumerate(values):
        cell = Rectangle((low + i + 0.04, k - 0.42), 0.92, 0.84, linewidth=0, facecolor="none")
        ink = TEXT
        if expected is not None and np.isfinite(value):
            colour = colours(float(np.clip(value, 0, 1)))
            dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.5
            ink = "#ffffff" if dark else "#000000"
            cell.set_facecolor(colour)
            if abs(value - expected[i]) > 0.5:
                cell.set(edgecolor="#d55e00", linewidth=1.8)
        axes.add_patch(cell)
        width = (place(axes)[2] - place(axes)[0]) / len(values)
        if len(values) <= _TEXTS and width > 0.27:
            text = fraction(value).removesuffix(" %") if percent else number(value, 2)
            axes.text(low + i + 0.5, k, text, ha="center", va="center", color=ink)


@styled
def errors_along(table: pd.DataFrame, actors: Mapping[str, Actor], width: float = DOUBLE) -> Figure:
    """Draw the share of runs that are wrong at each timestep of the held-out sequence.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of `tables.PREDICTIONS`.
    actors : mapping of str to Actor
    width : float
        Inches.
    """
    arms = present(actors, table)
    figure, axes = frame([f"{actor.name}, n = {count(actor.n)}" for actor in arms], width, 2.4)
    steps = np.sort(table["timestep"].unique())
    axes.set_xlim(steps[0], max(steps[-1], steps[0] + 1))
    ticks(axes, "x", count, place(axes)[2] - place(axes)[0])
    axes.set_xlabel("Timestep of one held-out sequence")
    known = table[table["predicted"].notna()]
    wrong = known.assign(wrong=(known["predicted"] != known["expected"]).astype(float))
    rates = {actor.arm: _share(wrong[wrong["arm"] == actor.arm], "wrong") for actor in arms}
    top = max([0.1, *(rate.max() for rate in rates.values() if len(rate))])
    axes.set_ylim(0, min(top * 1.1, 1.02))
    axes.set_ylabel("Runs that are wrong")
    ticks(axes, "y", fraction, place(axes)[3] - place(axes)[1])
    axes.grid(axis="y")
    labels = []
    for actor in arms:
        rate, look = rates[actor.arm], actor.look
        style: dict[str, Any] = {
            "color": look.colour,
            "marker": look.marker,
            "markersize": 3.5,
            **dashed(look),
        }
        axes.plot(rate.index, rate, gid=actor.gid("line"), clip_on=False, **style)
        end = float(rate.iloc[-1]) if len(rate) else 0.0
        labels.append(Label(actor, f"{actor.name}, n = {count(actor.n)}", end))
    draw_labels(axes, labels)
    return figure


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the study's predictions and errors."""
    if inputs.has("predictions"):
        table = inputs.tables["predictions"]
        yield "predictions", predictions(table, inputs.actors, inputs.width)
        yield "errors_along", errors_along(table, inputs.actors, inputs.width)
