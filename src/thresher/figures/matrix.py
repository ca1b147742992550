"""All pairs of arms: difference in epochs to threshold, and verdict, in one triangle."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thresher.drawing.cast import Actor
from thresher.drawing.labels import lines, wrap
from thresher.drawing.style import DOUBLE, LINE, add, is_wide, new, styled, text_width, write
from thresher.figures.inputs import Inputs
from thresher.format import nats, signed_epochs

SIGNS = {
    "faster": "◂",
    "slower": "▸",
    "equivalent": "=",
    "detectable but negligible": "≈",
    "inconclusive": "?",
    "not reached": "–",
}
_MEANING = (
    "◂ row sooner than column · ▸ later · = equivalent · ≈ detectable but negligible · "
    "? inconclusive · – not reached"
)


@styled
def matrix(
    pairs: pd.DataFrame, actors: Mapping[str, Actor], threshold: float, width: float = DOUBLE
) -> Figure:
    """Draw the matrix of all pairs; a cell is row − column.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Columns of `tables.CONTRASTS`, a row for each pair in either direction.
    actors : mapping of str to Actor
    threshold : float
        Nats.
    width : float
        Inches.
    """
    arms = list(actors.values())
    names = [wrap(actor.name, 0.3 * width) for actor in arms]
    left = max(map(text_width, names[1:])) + 0.2
    # The names of columns stand in the empty triangle, each above its column.
    cell = min((width - left - 0.1) / (len(arms) - 1), 0.75)
    height = max(min(cell, 0.42), lines(names) * LINE + 0.04)
    key = wrap(_MEANING, width - 0.2)
    bottom = (key.count("\n") + 2) * LINE + 0.2
    top = text_width(names[0]) + 0.15
    figure = new(width, bottom + height * (len(arms) - 1) + top)
    axes = add(figure, left, bottom, cell * (len(arms) - 1), height * (len(arms) - 1))
    axes.set(xlim=(0, len(arms) - 1), ylim=(len(arms), 1))
    axes.axis("off")
    room = max(text_width(_cell(row, row["mean_difference"])) for row in pairs.to_dict("records"))
    _cells(axes, pairs, actors, numbers=room + 0.04 < cell)
    for k in range(1, len(arms)):
        y = bottom + (len(arms) - k - 0.5) * height
        write(figure, left - 0.1, y, names[k], ha="right", gid=arms[k].gid("row"))
        x, above = left + (k - 0.5) * cell, bottom + (len(arms) - k) * height + 0.08
        style: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "bottom"}
        write(figure, x, above, names[k - 1], gid=arms[k - 1].gid("column"), **style)
    legend = f"Epochs to {nats(threshold)}, row − column\n{key}"
    write(figure, 0.1, 0.08, legend, va="bottom", linespacing=1.35, gid="key")
    return figure


def _cell(row: Mapping[Hashable, Any], difference: float) -> str:
    return f"{signed_epochs(difference)} {SIGNS[row['verdict']]}"


def _cells(axes: Any, pairs: pd.DataFrame, actors: Mapping[str, Actor], numbers: bool) -> None:
    """Fill the cells; with numbers where the widest of them fits."""
    differences = pairs["mean_difference"].to_numpy(float)
    reach = max(np.abs(differences).max(), 1.0)
    colours, scale = sns.color_palette("vlag", as_cmap=True), Normalize(-reach, reach)
    swapped = {"faster": "slower", "slower": "faster"}
    for row in pairs.to_dict("records"):
        arm, reference = actors[row["arm"]], actors[row["reference"]]
        difference, verdict = row["mean_difference"], row["verdict"]
        if arm.index < reference.index:
            arm, reference, difference = reference, arm, -difference
            verdict = swapped.get(verdict, verdict)
        colour = colours(scale(difference))
        place = (reference.index, arm.index)
        name = f"pair-{arm.index}-{reference.index}"
        axes.add_patch(Rectangle(place, 1, 1, facecolor=colour, edgecolor="white", gid=name))
        text = _cell({"verdict": verdict}, difference) if numbers else SIGNS[verdict]
        # On a filled cell the text is black or white, whatever the page's colour is.
        dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.5
        style: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "color": "#ffffff" if dark else "#000000",
        }
        axes.text(place[0] + 0.5, place[1] + 0.5, text, **style)


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the matrix of a study with three arms or more, where it fits."""
    fits = len(inputs.actors) <= (40 if is_wide(inputs.width) else 8)
    if inputs.has("pairs") and len(inputs.actors) > 2 and fits:
        table = inputs.tables["pairs"]
        yield "matrix", matrix(table, inputs.actors, inputs.threshold, inputs.width)
