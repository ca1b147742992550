"""Figures with a row for each arm or contrast: names at the left, words at the right.

In a narrow figure a row's words stand above it instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.figures.labels import lines, wrap
from thresher.figures.style import LINE, add, is_wide, new, place, text_width, write

_BOTTOM, _SPACE = 0.5, 0.14


@dataclass(frozen=True)
class Row:
    """A row: its name, and a word for each column at the right; ``gid`` of the name."""

    name: str
    words: tuple[str, ...]
    gid: str


def row_axes(
    rows: Sequence[Row], headings: Sequence[str], width: float, pitch: float = 0.27
) -> tuple[Figure, Axes]:
    """Make axes with row k at height k, from the top down, and write the words.

    Parameters
    ----------
    rows : sequence of Row
    headings : sequence of str
        Of the columns at the right.
    width : float
        Inches.
    pitch : float
        Height of a row, inches.
    """
    if not is_wide(width):
        return _narrow(rows, width, pitch)
    names = [wrap(row.name, 0.3 * width) for row in rows]
    pitch = max(pitch, lines(names) * LINE + 0.04)
    columns = list(zip(*(row.words for row in rows), strict=True)) if headings else []
    widths = [
        max(map(text_width, (heading, *words))) + _SPACE
        for heading, words in zip(headings, columns, strict=True)
    ]
    left = max(map(text_width, names)) + 0.3
    top = LINE + 0.14 if any(headings) else 0.1
    figure = new(width, _BOTTOM + pitch * len(rows) + top)
    across = max(width - left - sum(widths) - 0.15, 1.0)
    axes = add(figure, left, _BOTTOM, across, pitch * len(rows))
    _dress(axes, len(rows))
    height = figure.get_size_inches()[1]
    for k, (row, name) in enumerate(zip(rows, names, strict=True)):
        y = height - top - (k + 0.5) * pitch
        write(figure, left - 0.12, y, name, ha="right", gid=row.gid)
        x = place(axes)[2] + _SPACE
        for word, size in zip(row.words, widths, strict=True):
            write(figure, x, y, word)
            x += size
    x = place(axes)[2] + _SPACE
    for heading, size in zip(headings, widths, strict=True):
        write(figure, x, height - top + LINE / 2 + 0.02, heading, weight="bold")
        x += size
    return figure, axes


def _narrow(rows: Sequence[Row], width: float, pitch: float) -> tuple[Figure, Axes]:
    texts = [wrap(": ".join([row.name, ", ".join(row.words)]), width - 0.3) for row in rows]
    head = lines(texts) * LINE + 0.03
    step = pitch + head
    figure = new(width, _BOTTOM + step * len(rows) + 0.08)
    axes = add(figure, 0.2, _BOTTOM, width - 0.35, step * len(rows))
    _dress(axes, len(rows))
    # The row's marks stand in the lower part, below its words.
    axes.set_ylim(len(rows) - 1 + pitch / 2 / step, -1 + pitch / 2 / step)
    for k, (row, text) in enumerate(zip(rows, texts, strict=True)):
        y = place(axes)[3] - k * step - 0.02
        write(figure, 0.2, y, text, va="top", gid=row.gid)
    return figure, axes


def _dress(axes: Axes, count: int) -> None:
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
