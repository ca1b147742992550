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

from thresher.drawing.arms import ArmStyle, others
from thresher.drawing.fonts import text_width
from thresher.drawing.palette import GREY, TEXT, Look
from thresher.drawing.style import LINE, add, figure_of, is_wide, new, place, stroke, write

KEY = 0.24
"""Length of the piece of line before a label."""
THRESHOLD, BASELINE = (6.0, 2.0), (1.5, 1.5)
"""On and off of the lines at the threshold and at the position baseline."""
LINES = 3
"""A user's label takes so many lines at most."""
_GAP, _MARGIN, _LEFT, _BOTTOM, _TOP = 0.05, 0.06, 0.7, 0.46, 0.12
_LEADER = 0.2


@dataclass(frozen=True)
class Label:
    """A label beside the height `y` (data) where its curve ends; NaN where it has no curve."""

    text: str
    y: float
    look: Look
    name: str

    @classmethod
    def of(cls, arm: ArmStyle, words: str, y: float) -> "Label":
        """Label an arm by its name and, on a line of its own, some words."""
        return cls(f"{arm.name}\n{words}" if words else arm.name, y, arm.look, f"arm-{arm.index}")

    @classmethod
    def of_rest(cls, rest: Sequence[ArmStyle]) -> "Label":
        """Label the arms that are drawn in grey."""
        return cls(f"{others(rest)}\nin grey; see the table", np.nan, GREY, "rest")


@dataclass(frozen=True)
class Level:
    """A horizontal line and its name; `dash` is on and off, in line widths."""

    gid: str
    name: str
    value: float
    dash: tuple[float, float]


def wrap(text: str, width: float) -> str:
    """Break text into lines no wider than `width` inches, after commas where that is enough."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(text: str, width: float) -> str:
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


def fit(text: str, width: float, most: int = LINES) -> str:
    """Wrap text; of more lines than `most`, an ellipsis stands for what is left out in the middle.

    The beginning and the end stay, since long labels often differ at their end.
    """
    wrapped = wrap(text, width)
    kept = len(text)
    while wrapped.count("\n") >= most and kept > 2:
        kept = int(kept * 0.95)
        half = (kept + 1) // 2
        wrapped = wrap(f"{text[:half].rstrip()}…{text[-(kept - half) :].lstrip()}", width)
    return wrapped


def shorten(text: str, width: float) -> str:
    """Fit text into one line of `width` inches."""
    return fit(text, width, 1)


def lines(texts: Sequence[str]) -> int:
    """Count the lines of the longest text."""
    return max((text.count("\n") + 1 for text in texts), default=1)


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
    texts: Sequence[str],
    width: float,
    height: float = 3.4,
    extra: float = 0.0,
    levels: Sequence[Level] = (),
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
    levels : sequence of Level
        Named above the axes.
    """
    top = _TOP + level_room(levels, width)
    figure, axes = _axes(texts, width, height, extra, top)
    name_levels(figure, levels, place(axes)[3] + 0.1)
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
    right = max(map(text_width, fitted), default=0) + KEY + _LEADER + _GAP + _MARGIN
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
        key(figure, x, row, label.look, f"{label.name}-key")
        write(figure, x + KEY + _GAP, row, text, gid=f"{label.name}-label")


def _below(figure: Figure, labels: Sequence[Label]) -> None:
    y = 0.06
    for label in reversed(labels):
        text = _fitted(label.text, figure.get_size_inches()[0] - KEY - 0.3)
        height = lines([text]) * LINE
        key(figure, 0.1, y + height / 2, label.look, f"{label.name}-key")
        write(figure, 0.1 + KEY + _GAP, y + height / 2, text, gid=f"{label.name}-label")
        y += height


def key(figure: Figure, x: float, y: float, look: Look, gid: str) -> None:
    """Draw a piece of an arm's line, `KEY` inches long."""
    stroke(figure, [x, x + KEY], [y, y], gid=gid, color=look.colour, **dashed(look))


def dashed(look: Look) -> dict[str, Any]:
    """Return the line style of a look as an argument of a line."""
    return {"linestyle": (0, look.dash) if look.dash else "-"}


def paragraph(names: Sequence[str], width: float) -> list[tuple[float, int, str]]:
    """Set a key's names in lines, as words in a paragraph.

    Returns
    -------
    list of (float, int, str)
        Where the piece of line before a name begins, the name's first line, and the name, fitted.
    """
    places: list[tuple[float, int, str]] = []
    x, line, tall = 0.1, 0, 1
    for name in names:
        text = fit(name, width - KEY - 0.3)
        size = KEY + _GAP + text_width(text) + 0.22
        if x > 0.1 and x + size - 0.12 > width:
            x, line, tall = 0.1, line + tall, 1
        places.append((x, line, text))
        x, tall = x + size, max(tall, lines([text]))
    return places


def paragraph_lines(places: Sequence[tuple[float, int, str]]) -> int:
    """Count the lines of a paragraph."""
    return max((line + lines([text]) for _, line, text in places), default=0)


def draw_paragraph(
    figure: Figure,
    places: Sequence[tuple[float, int, str]],
    arms: Sequence[ArmStyle],
    top: float,
    prefix: str = "",
) -> None:
    """Draw a key that `paragraph` has set, its first line's middle at `top` inches."""
    for arm, (x, line, text) in zip(arms, places, strict=True):
        y = top - line * LINE
        key(figure, x, y, arm.look, prefix + arm.gid("key"))
        below = y - (lines([text]) - 1) * LINE / 2
        write(figure, x + KEY + _GAP, below, text, gid=prefix + arm.gid("label"))


def level_room(levels: Sequence[Level], width: float) -> float:
    """Return the height that the names of levels take above axes."""
    return paragraph_lines(_level_places(levels, width)) * LINE + 0.08 if levels else 0.0


def draw_levels(axes: Axes, levels: Sequence[Level], prefix: str = "") -> None:
    """Draw levels across axes, without their names."""
    for level in levels:
        gid = f"{prefix}{level.gid}"
        axes.axhline(level.value, gid=gid, linestyle=(0, level.dash), color=TEXT, linewidth=0.9)


def name_levels(figure: Figure, levels: Sequence[Level], bottom: float, prefix: str = "") -> None:
    """Write a key of levels from `bottom` inches up: where it stands no curve crosses a name."""
    places = _level_places(levels, figure.get_size_inches()[0])
    top = bottom + (paragraph_lines(places) - 0.5) * LINE
    for level, (x, line, text) in zip(levels, places, strict=True):
        y = top - line * LINE
        style: dict[str, Any] = {"color": TEXT, "linewidth": 0.9}
        stroke(figure, [x, x + KEY], [y, y], linestyle=(0, level.dash), **style)
        write(figure, x + KEY + _GAP, y, text, gid=f"{prefix}{level.gid}-name")


def _level_places(levels: Sequence[Level], width: float) -> list[tuple[float, int, str]]:
    return paragraph([level.name for level in levels], width)
