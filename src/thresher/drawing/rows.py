"""Figures with a row for each arm or contrast: names at the left, words at the right.

In a narrow figure a row's words stand below its name instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.fonts import text_width
from thresher.drawing.style import LINE, add, is_wide, new, write
from thresher.drawing.wrapping import fit, lines, wrap

_SPACE, _TICKS = 0.2, 0.26
_LEADING = 1.2


@dataclass(frozen=True)
class Row:
    """A row: its name, and a word for each column at the right; ``gid`` of the name."""

    name: str
    words: tuple[str, ...]
    gid: str


def row_axes(
    rows: Sequence[Row],
    headings: Sequence[str],
    below: str,
    width: float,
    pitch: float = 0.27,
    reserve: Sequence[str] = (),
) -> tuple[Figure, Axes]:
    """Make axes with row k at height k, from the top down, and write the words.

    Parameters
    ----------
    rows : sequence of Row
    headings : sequence of str
        Of the columns at the right.
    below : str
        The name of the x axis; its lines are wrapped to the figure.
    width : float
        Inches.
    pitch : float
        Height of a row at least, inches.
    reserve : sequence of str
        A word for each column, which it is wide enough for at least: equal axes for other rows.
    """
    wide = is_wide(width)
    names = [_name(row, width) for row in rows]
    pitch = max(pitch, lines(names) * LINE + (0.04 if wide else 0.1))
    least = tuple(reserve) or ("",) * len(headings)
    table = list(zip(*(row.words for row in rows), strict=True)) if wide else []
    widths = [
        max(map(text_width, (heading, word, *words))) + _SPACE
        for heading, word, words in zip(headings, least, table, strict=False)
    ]
    left = max(map(text_width, names)) + 0.3
    top = LINE + 0.14 if wide and any(headings) else 0.1
    text = "\n".join(wrap(line, width - 0.3) for line in below.split("\n"))
    bottom = _TICKS + 0.1 + lines([text]) * LINE * _LEADING
    figure = new(width, bottom + pitch * len(rows) + top)
    across = max(width - left - sum(widths) - 0.2, 1.0)
    axes = add(figure, left, bottom, across, pitch * len(rows))
    _dress(axes, len(rows))
    ceiling = figure.get_size_inches()[1] - top
    for k, (row, name) in enumerate(zip(rows, names, strict=True)):
        y = ceiling - (k + 0.5) * pitch
        write(figure, left - 0.14, y, name, ha="right", gid=row.gid)
        _columns(figure, left + across, y, row.words, widths)
    _columns(figure, left + across, ceiling + LINE / 2 + 0.02, headings, widths, weight="bold")
    half = text_width(text) / 2 + 0.08
    middle = min(max(left + across / 2, half), width - half)
    style = {"ha": "center", "va": "top", "linespacing": _LEADING, "gid": "below"}
    write(figure, middle, bottom - _TICKS, text, **style)
    return figure, axes


def _name(row: Row, width: float) -> str:
    """Return what stands at the left: in a narrow figure the words, too."""
    if is_wide(width):
        return fit(row.name, 0.27 * width)
    words = ", ".join(word for word in row.words if word)
    texts = [fit(row.name, 0.42 * width), wrap(words, 0.42 * width)]
    return "\n".join(text for text in texts if text)


def _columns(
    figure: Figure, x: float, y: float, words: Sequence[str], widths: Sequence[float], **style: str
) -> None:
    """Write words side by side; without widths, as in a narrow figure, none."""
    x += _SPACE
    for word, size in zip(words, widths, strict=False):
        write(figure, x, y, word, **style)
        x += size


def _dress(axes: Axes, count: int) -> None:
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
