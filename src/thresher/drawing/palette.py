"""Colour, line style and marker of each arm, by its place in the study, in every figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Okabe & Ito (2008), "Color Universal Design". Orange and sky blue are darkened and black is
# grey, so that every colour has a contrast of 3 to 1 on white and on a dark page.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#808080", "#3f97cf", "#b27a00")
# On and off, in line widths. Four styles and seven colours: 28 arms can be told apart.
DASHES = ((), (5.0, 1.6), (1.3, 1.3), (6.0, 1.5, 1.3, 1.5))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
TEXT = "#1a1a1a"
"""The one colour of text and axes; a page may replace it by its own."""
NEUTRAL = "#808080"
BLACK, WHITE = "#000000", "#ffffff"


@dataclass(frozen=True)
class Look:
    """How an arm is drawn; `dash` as for ``Line2D(dashes=...)``, empty for a solid line."""

    colour: str
    dash: tuple[float, ...]
    marker: str


GREY = Look(NEUTRAL, (), "o")
"""Of the arms that a figure does not tell apart."""


def look(index: int) -> Look:
    """Return the look of the arm at that place in the study, from 0."""
    colour = index % len(COLOURS)
    return Look(COLOURS[colour], DASHES[index % len(DASHES)], MARKERS[colour])


def ink_on(fill: Sequence[float]) -> str:
    """Return black or white, whichever has more contrast on a fill, whatever the page's colour is.

    Parameters
    ----------
    fill : sequence of float
        Red, green and blue, 0 to 1.

    Examples
    --------
    >>> ink_on((0.0, 0.2, 0.4)), ink_on((0.9, 0.9, 0.7))
    ('#ffffff', '#000000')
    """
    rgb = np.asarray(fill[:3], float)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    # WCAG 2.2, relative luminance; black and white have equal contrast at 0.179.
    return WHITE if linear @ [0.2126, 0.7152, 0.0722] < 0.179 else BLACK
