"""Direct labels: beside the ends of curves where there is room, below the axes where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from thresher.drawing.arms import ArmStyle, others
from thresher.drawing.fonts import text_width
from thresher.drawing.keys import GAP, KEY, Head, key
from thresher.drawing.palette import GREY, Look
from thresher.drawing.style import LINE, add, figure_of, is_wide, new, place, stroke, write
from thresher.drawing.wrapping import fit, lines, wrap

_MARGIN, _LEFT, _BOTTOM, _TOP = 0.06, 0.56, 0.46, 0.12
_LEADER = 0.2


@dataclass(frozen=True)
class Label:
    """A label beside the height `y` (data) where its curve ends; NaN where it has no curve."""

    text: str
    y: float
    look: Look
    name: str
    whole: bool = True

    @classmethod
    def of(cls, arm: ArmStyle, words: str, y: float, whole: bool = True) -> "Label":
        """Label an arm by its name and, on a line of its own, some words."""
        return cls(f"{arm.name}\n{words}", y, arm.look, f"arm-{arm.index}", whole)

    @classmethod
    def of_rest(cls, rest: Sequence[ArmStyle]) -> "Label":
        """Label the arms that are drawn in grey."""
        return cls(f"{others(rest)}\nin grey; see the table", np.nan, GREY, "rest")


def spread(
    wanted: np.ndarray, heights: float | Sequence[float], low: float, high: float
) -> np.ndarray:
    """Move positions as little as possible until none overlap and all lie in [low, high].

    Least squares: what remains after subtracting the gaps must not decrease.

    Parameters
    ----------
    wanted : ndarray, shape (labels,)
        Of the middles.
    heights : float or sequence of float
        Of each label; neighbours are half of both apart.
    low, high : float
        Of the lowest and the highest middle.
    """
    if not len(wanted):
        return wanted
    order = np.argsort(wanted, kind="stable")
    tall = np.broadcast_to(np.asarray(heights, float), wanted.shape)[order]
    steps = np.concatenate([[0.0], np.cumsum((tall[1:] + tall[:-1]) / 2)])
    free = isotonic_regression(wanted[order] - steps).x
    room = max(high - steps[-1], low)
    moved = np.empty(len(wanted))
    moved[order] = np.clip(free, low, room) + steps
    return moved


def _beside_width(width: float) -> float:
    """Return how wide a label beside the axes may be."""
    return 0.25 * width


def _fitted(text: str, width: float) -> str:
    """Fit a label's name into few lines, its words into as many as they need."""
    name, *words = text.split("\n")
    return "\n".join([fit(name, width), *(wrap(line, width) for line in words)])


def frame(
    texts: Sequence[str], head: Head, height: float = 3.4, extra: float = 0.0
) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes and room for these labels.

    Parameters
    ----------
    texts : sequence of str
    head : Head
        What stands above the axes; knows the figure's width.
    height : float
        Of the axes at least, inches; more where so many labels need it.
    extra : float
        Further room below the axes, inches.
    """
    figure, axes = _axes(texts, head.width, height, extra, _TOP + head.height)
    head.draw(figure, place(axes)[3] + 0.1)
    return figure, axes


def _axes(
    texts: Sequence[str], width: float, height: float, extra: float, top: float
) -> tuple[Figure, Axes]:
    if not is_wide(width):
        fitted = [_fitted(text, width - KEY - 0.3) for text in texts]
        below = sum(lines([text]) for text in fitted) * LINE + 0.1
        figure = new(width, 0.7 * height + top + _BOTTOM + below + extra)
        bottom = _BOTTOM + below + extra
        return figure, add(figure, _LEFT, bottom, width - _LEFT - 0.2, 0.7 * height)
    fitted = [_fitted(text, _beside_width(width)) for text in texts]
    right = max(map(text_width, fitted), default=0) + KEY + _LEADER + GAP + _MARGIN
    tall = max(height, sum(_height(text) for text in fitted) - 0.1)
    figure = new(width, tall + top + _BOTTOM + extra)
    return figure, add(figure, _LEFT, _BOTTOM + extra, width - _LEFT - right, tall)


def _height(text: str) -> float:
    return lines([text]) * LINE + 0.06


def draw_labels(axes: Axes, labels: Sequence[Label]) -> None:
    """Draw labels into the room that `frame` left; the axes' limits must be final."""
    figure = figure_of(axes)
    if not is_wide(figure.get_size_inches()[0]):
        _below(figure, labels)
    else:
        _beside(figure, axes, labels)


def _beside(figure: Figure, axes: Axes, labels: Sequence[Label]) -> None:
    if not labels:
        return
    _, bottom, right, top = place(axes)
    texts = [_fitted(label.text, _beside_width(figure.get_size_inches()[0])) for label in labels]
    low, high = axes.get_ylim()
    heights = np.clip([label.y if np.isfinite(label.y) else high for label in labels], low, high)
    points = axes.transData.transform(np.column_stack([np.full(len(labels), 1.0), heights]))
    ends = points[:, 1] / figure.dpi
    tall = [_height(text) for text in texts]
    # Backwards: of equal ends the first arm gets the highest place.
    limits = bottom + min(tall) / 2 - 0.08, top - min(tall) / 2 + 0.08
    rows = spread(ends[::-1], tall[::-1], *limits)[::-1]
    for label, text, end, row in zip(labels, texts, ends, rows, strict=True):
        x = right + _LEADER
        leader: dict[str, Any] = {"color": label.look.colour, "linewidth": 0.7, "alpha": 0.7}
        if np.isfinite(label.y):
            stroke(figure, [right, x], [end, row], gid=f"{label.name}-leader", **leader)
        key(figure, x, row, label.look, f"{label.name}-key", label.whole)
        write(figure, x + KEY + GAP, row, text, gid=f"{label.name}-label")


def _below(figure: Figure, labels: Sequence[Label]) -> None:
    y = 0.06
    for label in reversed(labels):
        text = _fitted(label.text, figure.get_size_inches()[0] - KEY - 0.3)
        height = lines([text]) * LINE
        key(figure, 0.1, y + height / 2, label.look, f"{label.name}-key", label.whole)
        write(figure, 0.1 + KEY + GAP, y + height / 2, text, gid=f"{label.name}-label")
        y += height
