"""All pairs of arms: difference in time to threshold, and verdict, in one triangle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Rectangle

from thresher.drawing import wording
from thresher.drawing.arms import ArmStyle, arms_of
from thresher.drawing.fonts import text_width
from thresher.drawing.palette import ink_on
from thresher.drawing.style import DIVERGING, LINE, add, new, styled, write
from thresher.drawing.wrapping import fit, lines, shorten, wrap
from thresher.format import SIGNS, goal, signed_duration
from thresher.metric import Axis
from thresher.registry import Drawing, Figure
from thresher.results import Results

_MEANING = " · ".join(
    f"{sign} {meaning}"
    for sign, meaning in zip(
        SIGNS.values(), ["row sooner than column", "later", *list(SIGNS)[2:]], strict=True
    )
)
_TALLEST = 2.2
"""Height of a column's name at most, inches."""


def caption(results: Results) -> str:
    """Say how a cell is read."""
    unit, total = results.study.axis.unit, len(results.tables["arms"])
    kind = "an exploratory family of its own" if results.study.contrast_reference else "the family"
    return (
        f"Row against column: difference of restricted mean {unit}, row − column, and the verdict. "
        f"Adjusted over all pairs, {kind}.{wording.left_out(len(_arms(results)), total, 'arms')} "
        f"{wording.runs(results)}"
    )


def _arms(results: Results) -> list[ArmStyle]:
    """List the arms that have a row and a column: those that stand out."""
    return [arm for arm in arms_of(results).values() if arm.chosen]


@styled
def matrix(results: Results, width: float) -> Picture:
    """Draw the matrix of all pairs; a cell is row − column.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    arms, pairs = _arms(results), results.tables["pairs"]
    named = {arm.arm for arm in arms}
    pairs = pairs[pairs["arm"].isin(named) & pairs["reference"].isin(named)]
    rows = [fit(arm.name, 0.3 * width) for arm in arms[1:]]
    left = max(map(text_width, rows)) + 0.2
    # The names of columns stand in the empty triangle, each above its column and in one line.
    cell = min((width - left - 0.1) / (len(arms) - 1), 0.75)
    columns = [shorten(arm.name, _TALLEST) for arm in arms[:-1]]
    height = max(min(cell, 0.42), lines(rows) * LINE + 0.04)
    study = results.study
    legend = wording.as_sentence(f"{study.axis.unit} to {goal(study)}, row − column")
    legend = "\n".join(wrap(line, width - 0.2) for line in (legend, *_whole(arms[0]), _MEANING))
    bottom = (legend.count("\n") + 1) * LINE * 1.1 + 0.2
    tops = [text_width(name) - k * height for k, name in enumerate(columns)]
    figure = new(width, bottom + height * (len(arms) - 1) + max(tops) + 0.15)
    axes = add(figure, left, bottom, cell * (len(arms) - 1), height * (len(arms) - 1))
    axes.set(xlim=(0, len(arms) - 1), ylim=(len(arms), 1))
    axes.axis("off")
    places = {arm.arm: (k, arm) for k, arm in enumerate(arms)}
    _cells(axes, _said(pairs, places, study.axis), cell)
    for k, name in enumerate(rows, start=1):
        y = bottom + (len(arms) - k - 0.5) * height
        write(figure, left - 0.1, y, name, ha="right", gid=arms[k].gid("row"))
    for k, name in enumerate(columns):
        x, above = left + (k + 0.5) * cell, bottom + (len(arms) - 1 - k) * height + 0.08
        style: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "bottom"}
        write(figure, x, above, name, gid=arms[k].gid("column"), **style)
    write(figure, 0.1, 0.08, legend, va="bottom", linespacing=1.35, gid="key")
    return figure


def _whole(first: ArmStyle) -> Sequence[str]:
    """Name the first column's arm in full, where it is shortened: no row names it."""
    shortened = shorten(first.name, _TALLEST) != first.name
    return [f"First column: {first.name}"] if shortened else []


@dataclass(frozen=True)
class _Cell:
    """A pair: its column and row, what it is called, the difference, in words, and the sign."""

    x: int
    y: int
    gid: str
    difference: float
    words: str
    sign: str


def _said(
    pairs: pd.DataFrame, places: Mapping[str, tuple[int, ArmStyle]], axis: Axis
) -> list[_Cell]:
    """Say every pair as row − column, the later arm of the study in the row."""
    swapped, found = {"faster": "slower", "slower": "faster"}, []
    for row in pairs.to_dict("records"):
        (x, reference), (y, arm) = places[row["reference"]], places[row["arm"]]
        difference, verdict = row["mean_difference"], row["verdict"]
        if y < x:
            x, reference, y, arm = y, arm, x, reference
            difference, verdict = -difference, swapped.get(verdict, verdict)
        gid = f"pair-{arm.index}-{reference.index}"
        words, sign = signed_duration(difference, axis), SIGNS.get(verdict, "?")
        found.append(_Cell(x, y, gid, difference, f"{words} {sign}", sign))
    return found


def _cells(axes: Axes, cells: Sequence[_Cell], width: float) -> None:
    """Fill the cells; with numbers where the widest of them fits `width` inches."""
    reach = max(abs(cell.difference) for cell in cells) or 1.0
    scale = Normalize(-reach, reach)
    numbers = all(text_width(cell.words) + 0.04 < width for cell in cells)
    for cell in cells:
        colour = DIVERGING(scale(cell.difference))
        style: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "gid": cell.gid}
        axes.add_patch(Rectangle((cell.x, cell.y), 1, 1, **style))
        text = cell.words if numbers else cell.sign
        ink: dict[str, Any] = {"ha": "center", "va": "center", "color": ink_on(colour)}
        axes.text(cell.x + 0.5, cell.y + 0.5, text, **ink)


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the matrix of a study with three arms or more, where it fits."""
    if len(_arms(results)) > 2:
        yield Drawing(matrix(results, width))


FIGURE = Figure(
    title="All pairs",
    caption=caption,
    section="contrasts",
    draw=draw,
    needs=("arms", "pairs"),
    order=20,
)
