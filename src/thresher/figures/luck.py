"""What a comparison with few seeds would have said: which arm wins, and in which order two come."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thresher.drawing.cast import Actor, present
from thresher.drawing.labels import lines, wrap
from thresher.drawing.style import DOUBLE, LINE, add, is_wide, new, place, styled, text_width, write
from thresher.figures.inputs import Inputs
from thresher.format import count, fraction, plural

PAIRS = 30
"""Pairs shown at most: the most uncertain with one seed."""
_ROW, _TOP = 0.26, 0.52


@styled
def luck(
    winners: pd.DataFrame,
    pairs: pd.DataFrame,
    actors: Mapping[str, Actor],
    reference: str | None = None,
    width: float = DOUBLE,
) -> Figure:
    """Draw how often each arm wins, and how often a pair comes out the other way round.

    Parameters
    ----------
    winners : pandas.DataFrame
        Columns of `tables.LUCK_WINNERS`.
    pairs : pandas.DataFrame
        Columns of `tables.LUCK_PAIRS`.
    actors : mapping of str to Actor
    reference : str or None
        Show only the pairs with this arm.
    width : float
        Inches.
    """
    arms = present(actors, winners)
    shown = _chosen(pairs, reference)
    couples = list(dict.fromkeys(zip(shown["arm"], shown["reference"], strict=True)))
    share = 0.5 if is_wide(width) else 0.38
    names = [wrap(f"{actors[a].name} − {actors[b].name}", share * width) for a, b in couples]
    own = [wrap(actor.name, share * width) for actor in arms]
    sizes = sorted(winners["seeds"].unique())
    left = max(map(text_width, [*names, *own])) + 0.3
    across = min(width - left - 0.1, 0.95 * len(sizes))
    tall = [max(_ROW, lines(texts) * LINE + 0.1) for texts in (own, names)]
    blocks = [len(arms) * tall[0], len(couples) * tall[1]]
    figure = new(width, sum(blocks) + 2 * _TOP + 0.1)
    upper = add(figure, left, 0.1 + blocks[1] + _TOP, across, blocks[0])
    table = winners.pivot_table(index="arm", columns="seeds", values="wins", sort=False)
    table = table.reindex([actor.arm for actor in arms])
    gids = [actor.gid("wins") for actor in arms]
    _heat(upper, table, own, gids, "How often an arm has the best mean")
    lower = add(figure, left, 0.1, across, blocks[1])
    table = shown.pivot_table(
        index=["arm", "reference"], columns="seeds", values="other_order", sort=False
    ).reindex(couples)
    gids = [f"order-{actors[a].index}-{actors[b].index}" for a, b in couples]
    _heat(lower, table, names, gids, "How often two arms come in the other order")
    return figure


def _chosen(pairs: pd.DataFrame, reference: str | None) -> pd.DataFrame:
    if reference is not None:
        pairs = pairs[(pairs["arm"] == reference) | (pairs["reference"] == reference)]
    fewest = pairs[pairs["seeds"] == pairs["seeds"].min()]
    most = fewest.nlargest(PAIRS, "other_order")[["arm", "reference"]]
    kept = pd.MultiIndex.from_frame(most)
    return pairs[pd.MultiIndex.from_frame(pairs[["arm", "reference"]]).isin(kept)]


def _heat(axes: Axes, table: pd.DataFrame, names: list[str], gids: list[str], title: str) -> None:
    figure = axes.figure
    assert isinstance(figure, Figure)
    axes.set(xlim=(0, table.shape[1]), ylim=(len(table), 0))
    axes.axis("off")
    left, bottom, right, top = place(axes)
    tall = (top - bottom) / len(table)
    write(figure, 0.1, top + 1.9 * LINE, title, weight="bold")
    across = (right - left) / table.shape[1]
    for k, seeds in enumerate(table.columns):
        head = f"{count(seeds)} {plural(seeds, 'seed')}"
        head = head if text_width("10 seeds") + 0.05 < across else count(seeds)
        write(figure, left + (k + 0.5) * across, top + 0.7 * LINE, head, ha="center")
    if head == count(seeds):
        write(figure, left - 0.12, top + 0.7 * LINE, "seeds drawn", ha="right")
    colours = sns.light_palette("#0072b2", as_cmap=True)
    for row, (name, gid) in enumerate(zip(names, gids, strict=True)):
        write(figure, left - 0.12, top - (row + 0.5) * tall, name, ha="right", gid=gid)
        for column, value in enumerate(table.iloc[row].to_numpy(float)):
            colour = colours(float(np.nan_to_num(value)))
            dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.5
            cell = Rectangle((column + 0.02, row + 0.06), 0.96, 0.88, facecolor=colour)
            axes.add_patch(cell)
            ink = "#ffffff" if dark else "#000000"
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
            axes.text(column + 0.5, row + 0.5, fraction(value), **style)


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the study's luck, where it compares arms."""
    if inputs.has("luck_winners", "luck_pairs"):
        winners, pairs = inputs.tables["luck_winners"], inputs.tables["luck_pairs"]
        reference = inputs.settings["reference"]
        yield "luck", luck(winners, pairs, inputs.actors, reference, inputs.width)
