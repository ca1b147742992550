"""Time to threshold by the levels of a factor, a line for each level of another."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.fonts import text_width
from thresher.drawing.keys import KEY, dashed, paragraph, paragraph_lines
from thresher.drawing.multiples import grid
from thresher.drawing.palette import look
from thresher.drawing.style import LINE, stroke, styled, ticks, write
from thresher.drawing.wrapping import shorten
from thresher.format import tick
from thresher.registry import Drawing, Figure
from thresher.results import Results

MOST_LEVELS, MOST_PANELS = 7, 6
Panel = tuple[str, str, str]


def caption(results: Results) -> str:
    """Say what lines and bars are."""
    every = panels(results)
    left_out = wording.left_out(min(len(every), MOST_PANELS), len(every), "pairs of factors")
    return (
        f"Restricted mean {results.study.axis.unit} to threshold of every arm with its own "
        "interval, by the levels of one factor; a line joins arms of one level of another. Lines "
        f"that are not parallel are an interaction; the table tests it.{left_out} "
        f"{wording.runs(results)}"
    )


def panels(results: Results) -> list[Panel]:
    """List variants and pairs of factors that have several levels each, and not too many."""
    found = []
    arms: dict[str, list[dict[str, str]]] = {}
    for arm in results.study.arms:
        levels = {name: str(level) for name, level in arm.factors.items()}
        arms.setdefault(arm.variant, []).append(levels)
    for variant, cells in arms.items():
        counts = {
            name: len({cell[name] for cell in cells if name in cell})
            for name in dict.fromkeys(name for cell in cells for name in cell)
        }
        several = [name for name, count in counts.items() if 1 < count <= MOST_LEVELS]
        found += [(variant, *pair) for pair in combinations(several, 2)]
    return found


def cells_of(results: Results, panel: Panel) -> pd.DataFrame:
    """Return the arms of a panel: ``x`` and ``line`` (levels) and the restricted mean's columns.

    Where there are further factors, their first level is drawn.
    """
    variant, across, by = panel
    own = [arm for arm in results.study.arms if arm.variant == variant]
    first = {name: str(level) for name, level in own[0].factors.items()}
    rows = [
        {"arm": arm.label, "x": str(arm.factors[across]), "line": str(arm.factors[by])}
        for arm in own
        if all(
            str(level) == first[name]
            for name, level in arm.factors.items()
            if name not in (across, by)
        )
    ]
    means = results.tables["arms"].set_index("arm")
    columns = ["restricted_mean", "restricted_mean_lower", "restricted_mean_upper"]
    return pd.DataFrame(rows, columns=["arm", "x", "line"]).join(
        means[columns], on="arm", how="inner"
    )


@styled
def interaction(results: Results, panel: Panel, width: float) -> Picture:
    """Draw the arms of one variant by two of its factors."""
    variant, across, by = panel
    cells = cells_of(results, panel)
    lines, places = list(dict.fromkeys(cells["line"])), list(dict.fromkeys(cells["x"]))
    key = paragraph([f"{by} {line}" for line in lines], width - 0.1)
    room = paragraph_lines(key) * LINE + 0.1
    unit = results.study.axis.unit
    heading = f"Restricted mean {unit} to threshold"
    figure, (axes,) = grid([variant], heading, across, width, 2.2, room)
    for k, (line, (x, row, text)) in enumerate(zip(lines, key, strict=True)):
        own, drawn = cells[cells["line"] == line], look(k)
        at = np.array([places.index(level) for level in own["x"]]) + 0.06 * (
            k - len(lines) / 2 + 0.5
        )
        style = {"color": drawn.colour, **dashed(drawn)}
        axes.plot(at, own["restricted_mean"], marker=drawn.marker, gid=f"line-{k}", **style)
        low, high = own["restricted_mean_lower"], own["restricted_mean_upper"]
        axes.vlines(at, low, high, color=drawn.colour, linewidth=1.1)
        y = room - 0.02 - row * LINE
        stroke(figure, [x, x + KEY], [y, y], gid=f"key-{k}", **style)
        write(figure, x + KEY + 0.05, y, text, gid=f"label-{k}")
    axes.set_xlim(-0.5, len(places) - 0.5)
    span = axes.get_position().width * width / len(places)
    names = [shorten(place, span - 0.05) for place in places]
    shown = max(map(text_width, names), default=0.0) <= span
    axes.set_xticks(range(len(places)), names if shown else [""] * len(places))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, high - 1e-6), high)
    ticks(axes, "y", tick)
    axes.grid(axis="y")
    return figure


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield a picture for each pair of factors."""
    for k, panel in enumerate(panels(results)[:MOST_PANELS]):
        variant, across, by = panel
        title = f"{across} and {by} of {variant}"
        yield Drawing(interaction(results, panel, width), f"pair-{k}" if k else "", title)


FIGURE = Figure(
    title="Factors together",
    caption=caption,
    section="contrasts",
    draw=draw,
    needs=("arms", "factor_interactions"),
    order=60,
)
