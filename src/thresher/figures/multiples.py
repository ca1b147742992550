"""Small multiples: a grid of equal panels with shared axes."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.figures.labels import lines, wrap
from thresher.figures.style import LINE, add, is_wide, new

_LEFT, _RIGHT, _BOTTOM, _TOP, _BETWEEN = 0.72, 0.12, 0.5, 0.06, 0.16


def grid(
    titles: Sequence[str], width: float, columns: int = 3, height: float = 1.25, extra: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """Make a figure with a panel for each title.

    Only the panels at the left and at the bottom of a column have tick labels; all limits are
    the caller's to set.

    Parameters
    ----------
    titles : sequence of str
        Stand above the panels, wrapped.
    width : float
        Of the figure, inches.
    columns : int
        At most; fewer in a narrow figure.
    height : float
        Of a panel, inches.
    extra : float
        Further room below, inches.
    """
    columns = max(min(1 if not is_wide(width) else columns, len(titles)), 1)
    rows = math.ceil(len(titles) / columns)
    across = (width - _LEFT - _RIGHT - (columns - 1) * _BETWEEN) / columns
    if len(titles) == 1:
        across, height = min(across, 4.6), max(height, 2.2)
    texts = [wrap(title, across - 0.05) for title in titles]
    head = lines(texts) * LINE + 0.12
    step = height + head
    figure = new(width, _TOP + rows * step + _BOTTOM + extra)
    panels = []
    for k, text in enumerate(texts):
        row, column = divmod(k, columns)
        bottom = _BOTTOM + extra + (rows - 1 - row) * step
        axes = add(figure, _LEFT + column * (across + _BETWEEN), bottom, across, height)
        axes.set_title(text, pad=4)
        if column:
            axes.tick_params(labelleft=False)
        if k + columns < len(titles):
            axes.tick_params(labelbottom=False)
        panels.append(axes)
    return figure, panels
