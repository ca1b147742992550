"""Keys: a piece of line and a name, set as words in a paragraph; what stands above axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.arms import ArmStyle
from thresher.drawing.fonts import text_width
from thresher.drawing.palette import TEXT, Look
from thresher.drawing.style import LINE, stroke, write
from thresher.drawing.wrapping import fit, lines, wrap

KEY = 0.24
"""Length of the piece of line before a label."""
THRESHOLD, BASELINE = (6.0, 2.0), (1.5, 1.5)
"""On and off of the lines at the threshold and at the position baseline."""
GAP = 0.05
"""Between a piece of line and its name, inches."""


@dataclass(frozen=True)
class Level:
    """A horizontal line and its name; `dash` is on and off, in line widths."""

    gid: str
    name: str
    value: float
    dash: tuple[float, float]


def key(figure: Figure, x: float, y: float, look: Look, gid: str, whole: bool = True) -> None:
    """Draw a piece of an arm's line, `KEY` inches long."""
    stroke(figure, [x, x + KEY], [y, y], gid=gid, color=look.colour, **dashed(look, whole))


def dashed(look: Look, whole: bool = True) -> dict[str, Any]:
    """Return the line style of a look as arguments of a line.

    A mean from which diverged runs are left out, not a `whole` one, is thin and dotted.
    """
    if not whole:
        return {"linewidth": 0.9, "linestyle": (0, (1.0, 2.0))}
    return {"linestyle": (0, look.dash) if look.dash else "-"}


def paragraph(
    names: Sequence[str], width: float, indent: float = 0.0
) -> list[tuple[float, int, str]]:
    """Set a key's names in lines, as words in a paragraph whose first line is indented.

    Returns
    -------
    list of (float, int, str)
        Where the piece of line before a name begins, the name's first line, and the name, fitted.
    """
    places: list[tuple[float, int, str]] = []
    x, line, tall = 0.1 + indent, 0, 1
    for name in names:
        text = fit(name, width - KEY - 0.3)
        size = KEY + GAP + text_width(text) + 0.22
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
        write(figure, x + KEY + GAP, below, text, gid=prefix + arm.gid("label"))


def draw_levels(axes: Axes, levels: Sequence[Level], prefix: str = "") -> None:
    """Draw levels across axes, without their names."""
    for level in levels:
        gid = f"{prefix}{level.gid}"
        axes.axhline(level.value, gid=gid, linestyle=(0, level.dash), color=TEXT, linewidth=0.9)


@dataclass(frozen=True)
class Head:
    """What stands above axes: what the y axis shows, and a key of levels.

    Where it stands no curve crosses a name.

    Attributes
    ----------
    title : str
    levels : sequence of Level
    width : float
        Of the figure, inches.
    """

    title: str
    levels: Sequence[Level]
    width: float

    @property
    def _title(self) -> str:
        return wrap(self.title, self.width - 0.2)

    @property
    def _places(self) -> list[tuple[float, int, str]]:
        """Set the levels' names: after the title, or below it where that takes several lines."""
        names, before = [level.name for level in self.levels], lines([self._title])
        indent = text_width(self.title) + 0.3 if before == 1 else 0.0
        places = paragraph(names, self.width - 0.1, indent)
        below = before if indent == 0 else 0
        return [(x, line + below, text) for x, line, text in places]

    @property
    def height(self) -> float:
        """Its height, inches."""
        return max(lines([self._title]), paragraph_lines(self._places)) * LINE + 0.06

    def draw(self, figure: Figure, bottom: float, prefix: str = "") -> None:
        """Write it from `bottom` inches up."""
        top = bottom + self.height - 0.06
        write(figure, 0.1, top, self._title, va="top", gid=f"{prefix}title")
        for level, (x, line, text) in zip(self.levels, self._places, strict=True):
            y = top - (line + 0.5) * LINE
            style: dict[str, Any] = {"color": TEXT, "linewidth": 0.9}
            stroke(figure, [x, x + KEY], [y, y], linestyle=(0, level.dash), **style)
            write(figure, x + KEY + GAP, y, text, gid=f"{prefix}{level.gid}-name")
