"""Direct labels: beside the ends of curves where there is room, below the axes where not."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from thresher.drawing.cast import Actor
from thresher.drawing.palette import Look
from thresher.drawing.style import LINE, add, is_wide, new, place, stroke, text_width, write

KEY = 0.24
"""Length of the piece of line before a label."""
_GAP, _MARGIN, _LEFT, _BOTTOM, _TOP = 0.05, 0.06, 0.7, 0.46, 0.12


@dataclass(frozen=True)
class Label:
    """A label: the arm's text, beside the height `y` (data) where its curve ends."""

    actor: Actor
    text: str
    y: float


def wrap(text: str, width: float) -> str:
    """Break text into lines no wider than `width` inches, after commas where that is enough."""
    if text_width(text) <= width:
        return text
    rows: list[str] = []
    for phrase in re.split(r"(?<=,) ", text):
        for part in [phrase] if text_width(phrase) <= width else _parts(phrase, width):
            joined = f"{rows[-1]} {part}" if rows else part
            if rows and text_width(joined) <= width:
                rows[-1] = joined
            else:
                rows.append(part)
    return "\n".join(rows)


def _parts(phrase: str, width: float) -> Iterator[str]:
    """Yield the words of a phrase, those too long for a line in pieces."""
    for word in phrase.split():
        letters = max(int(len(word) * width / text_width(word)), 1)
        fits = text_width(word) <= width
        yield from [word] if fits else textwrap.wrap(word, max(letters - 1, 1))


def shorten(text: str, width: float) -> str:
    """Cut text to one line of `width` inches; an ellipsis stands for what is left out."""
    kept = text
    while kept and text_width(text) > width and text_width(f"{kept}…") > width:
        kept = kept[:-1]
    return text if kept == text else f"{kept}…"


def lines(texts: Sequence[str]) -> int:
    """Count the lines of the longest text."""
    return max((text.count("\n") + 1 for text in texts), default=1)


def spread(wanted: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Move positions as little as possible until each two are `gap` apart and all in [low, high].

    Least squares: what remains after subtracting the gaps must not decrease.
    """
    if not len(wanted):
        return wanted
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    free = isotonic_regression(wanted[order] - steps).x
    room = max(high - steps[-1], low)
    moved = np.empty(len(wanted))
    moved[order] = np.clip(free, low, room) + steps
    return moved


def frame(
    texts: Sequence[str], width: float, height: float = 3.4, extra: float = 0.0
) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes and room for these labels.

    Parameters
    ----------
    texts : sequence of str
    width : float
        Of the figure, inches.
    height : float
        Of the axes at least, inches; more where so many labels need it.
    extra : float
        Further room below the axes, inches.
    """
    if not is_wide(width):
        fitted = [wrap(text, width - KEY - 0.3) for text in texts]
        below = sum(lines([text]) for text in fitted) * LINE + 0.1
        figure = new(width, 0.7 * height + _TOP + _BOTTOM + below + extra)
        bottom = _BOTTOM + below + extra
        return figure, add(figure, _LEFT, bottom, width - _LEFT - 0.2, 0.7 * height)
    fitted = [wrap(text, 0.4 * width) for text in texts]
    right = max(map(text_width, fitted), default=0) + KEY + 0.2 + _GAP + _MARGIN
    tall = max(height, len(texts) * lines(fitted) * LINE)
    figure = new(width, tall + _TOP + _BOTTOM + extra)
    return figure, add(figure, _LEFT, _BOTTOM + extra, width - _LEFT - right, tall)


def draw_labels(axes: Axes, labels: Sequence[Label]) -> None:
    """Draw labels into the room that `frame` left; the axes' limits must be final."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    if not is_wide(figure.get_size_inches()[0]):
        _below(figure, labels)
    else:
        _beside(figure, axes, labels)


def _beside(figure: Figure, axes: Axes, labels: Sequence[Label]) -> None:
    _, bottom, right, top = place(axes)
    texts = [wrap(label.text, 0.4 * figure.get_size_inches()[0]) for label in labels]
    low, high = axes.get_ylim()
    heights = np.clip([label.y if np.isfinite(label.y) else high for label in labels], low, high)
    points = axes.transData.transform(np.column_stack([np.full(len(labels), 1.0), heights]))
    ends = points[:, 1] / figure.dpi
    gap = lines(texts) * LINE
    # Backwards: of equal ends the first arm gets the highest place.
    rows = spread(ends[::-1], gap, bottom + gap / 2 - 0.05, top - gap / 2 + 0.1)[::-1]
    for label, text, end, row in zip(labels, texts, ends, rows, strict=True):
        x = right + 0.2
        leader: dict[str, Any] = {"color": label.actor.look.colour, "linewidth": 0.7, "alpha": 0.7}
        stroke(figure, [right, x], [end, row], gid=label.actor.gid("leader"), **leader)
        key(figure, x, row, label.actor.look, label.actor.gid("key"))
        write(figure, x + KEY + _GAP, row, text, gid=label.actor.gid("label"))


def _below(figure: Figure, labels: Sequence[Label]) -> None:
    y = 0.06
    for label in reversed(labels):
        text = wrap(label.text, figure.get_size_inches()[0] - KEY - 0.3)
        height = lines([text]) * LINE
        key(figure, 0.1, y + height / 2, label.actor.look, label.actor.gid("key"))
        write(figure, 0.1 + KEY + _GAP, y + height / 2, text, gid=label.actor.gid("label"))
        y += height


def key(figure: Figure, x: float, y: float, look: Look, gid: str) -> None:
    """Draw a piece of an arm's line, `KEY` inches long."""
    stroke(figure, [x, x + KEY], [y, y], gid=gid, color=look.colour, **dashed(look))


def dashed(look: Look) -> dict[str, Any]:
    """Return the line style of a look as an argument of a line."""
    return {"linestyle": (0, look.dash) if look.dash else "-"}
