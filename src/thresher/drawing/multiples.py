"""Small multiples: a grid of equal panels with shared axes."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.fonts import text_width
from thresher.drawing.style import LINE, add, is_wide, new, write
from thresher.drawing.wrapping import fit, lines, wrap

_LEFT, _RIGHT, _TICKS, _TOP, _BETWEEN = 0.56, 0.24, 0.26, 0.1, 0.34
_COLUMNS = 3


def grid(
    titles: Sequence[str],
    heading: str,
    below: str,
    width: float,
    height: float = 1.25,
    extra: float = 0.0,
) -> tuple[Figure, list[Axes]]:
    """Make a figure with a panel for each title.

    Only the panels at the left and at the bottom of a column have tick labels; all limits are
    the caller's to set.

    Parameters
    ----------
    titles : sequence of str
        Stand above the panels, each a name and, on a line of its own, some words.
    heading : str
        What the y axes show; stands above all.
    below : str
        What the x axes show; stands below all.
    width : float
        Of the figure, inches.
    height : float
        Of a panel, inches.
    extra : float
        Further room at the very bottom, inches.
    """
    columns = min(_COLUMNS if is_wide(width) else 2, len(titles))
    rows = math.ceil(len(titles) / columns)
    across = (width - _LEFT - _RIGHT - (columns - 1) * _BETWEEN) / columns
    if len(titles) == 1:
        across, height = min(across, 4.6), max(height, 2.2)
    texts = [_title(title, across - 0.05) for title in titles]
    head = lines(texts) * LINE + 0.12
    step = height + head
    heading = wrap(heading, width - 0.2, "bold")
    top = _TOP + lines([heading]) * LINE + 0.06
    name = "\n".join(wrap(line, width - 0.2) for line in below.split("\n"))
    bottom = _TICKS + 0.1 + lines([name]) * LINE * 1.2 + extra
    figure = new(width, top + rows * step + bottom)
    middle = _LEFT + (width - _LEFT - _RIGHT) / 2
    half = text_width(name) / 2 + 0.08
    middle = min(max(middle, half), width - half)
    write(figure, middle, bottom - _TICKS, name, va="top", ha="center", linespacing=1.2)
    ceiling = figure.get_size_inches()[1]
    write(figure, 0.1, ceiling - _TOP, heading, va="top", weight="bold")
    panels = []
    for k, text in enumerate(texts):
        row, column = divmod(k, columns)
        y = bottom + (rows - 1 - row) * step
        axes = add(figure, _LEFT + column * (across + _BETWEEN), y, across, height)
        axes.set_title(text, pad=4)
        if column:
            axes.tick_params(labelleft=False)
        if k + columns < len(titles):
            axes.tick_params(labelbottom=False)
        panels.append(axes)
    return figure, panels


def _title(text: str, width: float) -> str:
    name, *words = text.split("\n")
    return "\n".join([fit(name, width), *(wrap(line, width) for line in words)])
