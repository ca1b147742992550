"""What a comparison with few seeds would have said: which arm wins, and in which order two come."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Rectangle

from thresher.drawing import wording
from thresher.drawing.arms import ArmStyle, arms_of, present
from thresher.drawing.fonts import text_width
from thresher.drawing.palette import ink_on
from thresher.drawing.style import (
    LINE,
    SEQUENTIAL,
    add,
    figure_of,
    is_wide,
    new,
    place,
    styled,
    write,
)
from thresher.drawing.wrapping import fit, lines
from thresher.format import count, fraction, listed, plural
from thresher.registry import Drawing, Figure
from thresher.results import Results
from thresher.statistics.luck import DRAWS

PAIRS = 30
"""Pairs shown at most: the most uncertain with one seed."""
_ROW, _TOP = 0.26, 0.52


def caption(results: Results) -> str:
    """Say what was drawn how often."""
    winners = results.tables["luck_winners"]
    sizes = [count(n) for n in sorted(set(winners["seeds"]))]
    largest = int(winners["seeds"].max())
    shown, total = _winners(results), winners["arm"].nunique()
    paired = results.study.paired
    drawn = "the same for every arm" if paired else "drawn for each arm independently"
    return (
        "How often each arm would have had the best mean, and how often two arms would have come "
        f"in the other order, with {listed(sizes)} {plural(largest, 'seed')}, {drawn}, out of "
        f"those there are (exact for 1, else {count(DRAWS)} draws)."
        f"{wording.left_out(len(shown), total, 'arms')}{_most_uncertain(results)} "
        f"{wording.runs(results)}"
    )


def _most_uncertain(results: Results) -> str:
    of_reference = results.study.reference is not None
    pairs = len(results.tables["arms"]) - 1
    pairs = pairs if of_reference else pairs * (pairs + 1) // 2
    return f" Of the pairs the {PAIRS} most uncertain are shown." if pairs > PAIRS else ""


def _winners(results: Results) -> list[ArmStyle]:
    return [a for a in present(arms_of(results), results.tables["luck_winners"]) if a.chosen]


@styled
def luck(results: Results, width: float) -> Picture:
    """Draw how often each arm wins, and how often a pair comes out the other way round.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    everyone, arms = arms_of(results), _winners(results)
    winners = results.tables["luck_winners"]
    shown = _chosen(results.tables["luck_pairs"], results.study.reference)
    couples = list(dict.fromkeys(zip(shown["arm"], shown["reference"], strict=True)))
    share = 0.5 if is_wide(width) else 0.38
    names = [_couple(everyone[a], everyone[b], share * width) for a, b in couples]
    own = [fit(arm.name, share * width) for arm in arms]
    sizes = sorted(winners["seeds"].unique())
    left = max(map(text_width, [*names, *own])) + 0.3
    across = min(width - left - 0.1, 0.95 * len(sizes))
    tall = [max(_ROW, lines(texts) * LINE + 0.1) for texts in (own, names)]
    blocks = [len(arms) * tall[0], len(couples) * tall[1]]
    figure = new(width, sum(blocks) + 2 * _TOP + 0.1)
    upper = add(figure, left, 0.1 + blocks[1] + _TOP, across, blocks[0])
    table = winners.pivot_table(index="arm", columns="seeds", values="wins", sort=False)
    table = table.reindex([arm.arm for arm in arms])
    gids = [arm.gid("wins") for arm in arms]
    _heat(upper, table, own, gids, "How often an arm has the best mean")
    lower = add(figure, left, 0.1, across, blocks[1])
    table = shown.pivot_table(
        index=["arm", "reference"], columns="seeds", values="other_order", sort=False
    ).reindex(couples)
    gids = [f"order-{everyone[a].index}-{everyone[b].index}" for a, b in couples]
    _heat(lower, table, names, gids, "How often two arms come in the other order")
    return figure


def _couple(arm: ArmStyle, reference: ArmStyle, width: float) -> str:
    """Name a pair, in one line where that is wide enough."""
    text = f"{arm.name} − {reference.name}"
    if text_width(text) <= width:
        return text
    return f"{fit(arm.name, width, 2)}\n− {fit(reference.name, width - 0.1, 2)}"


def _chosen(pairs: pd.DataFrame, reference: str | None) -> pd.DataFrame:
    if reference is not None:
        pairs = pairs[(pairs["arm"] == reference) | (pairs["reference"] == reference)]
    fewest = pairs[pairs["seeds"] == pairs["seeds"].min()]
    most = fewest.nlargest(PAIRS, "other_order")[["arm", "reference"]]
    kept = pd.MultiIndex.from_frame(most)
    return pairs[pd.MultiIndex.from_frame(pairs[["arm", "reference"]]).isin(kept)]


def _heat(
    axes: Axes, table: pd.DataFrame, names: Sequence[str], gids: Sequence[str], title: str
) -> None:
    """Draw a table of shares: a row for each name, a column for each number of seeds."""
    figure = figure_of(axes)
    axes.set(xlim=(0, table.shape[1]), ylim=(len(table), 0))
    axes.axis("off")
    left, bottom, right, top = place(axes)
    tall, across = (top - bottom) / len(table), (right - left) / table.shape[1]
    write(figure, 0.1, top + 1.9 * LINE, title, weight="bold")
    wide = text_width("10 seeds") + 0.05 < across
    for k, seeds in enumerate(table.columns):
        head = f"{count(seeds)} {plural(seeds, 'seed')}" if wide else count(seeds)
        write(figure, left + (k + 0.5) * across, top + 0.7 * LINE, head, ha="center")
    if not wide:
        write(figure, left - 0.12, top + 0.7 * LINE, "seeds drawn", ha="right")
    for row, (name, gid) in enumerate(zip(names, gids, strict=True)):
        write(figure, left - 0.12, top - (row + 0.5) * tall, name, ha="right", gid=gid)
        for column, value in enumerate(table.iloc[row].to_numpy(float)):
            colour = SEQUENTIAL(float(np.nan_to_num(value)))
            cell = Rectangle((column + 0.02, row + 0.06), 0.96, 0.88, facecolor=colour)
            axes.add_patch(cell)
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink_on(colour)}
            axes.text(column + 0.5, row + 0.5, fraction(value), **style)


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the study's luck, where it compares arms."""
    yield Drawing(luck(results, width))


FIGURE = Figure(
    title="What few seeds would have said",
    caption=caption,
    section="luck",
    draw=draw,
    needs=("arms", "luck_winners", "luck_pairs"),
    order=10,
)
