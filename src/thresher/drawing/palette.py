"""Colour, line style and marker of each arm, by its place in the study, in every figure."""

from dataclasses import dataclass

# Okabe & Ito (2008), "Color Universal Design". Orange and sky blue are darkened and black is
# grey, so that every colour has a contrast of 3 to 1 on white and on a dark page.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#808080", "#3f97cf", "#b27a00")
# On and off, in line widths. Four styles and seven colours: 28 arms can be told apart.
DASHES = ((), (5.0, 1.6), (1.3, 1.3), (6.0, 1.5, 1.3, 1.5))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
TEXT = "#1a1a1a"
"""The one colour of text and axes; a page may replace it by its own."""
NEUTRAL = "#808080"


@dataclass(frozen=True)
class Look:
    """How an arm is drawn; `dash` as for ``Line2D(dashes=...)``, empty for a solid line."""

    colour: str
    dash: tuple[float, ...]
    marker: str


def look(index: int) -> Look:
    """Return the look of the arm at that place in the study, from 0."""
    colour = index % len(COLOURS)
    return Look(COLOURS[colour], DASHES[index % len(DASHES)], MARKERS[colour])
