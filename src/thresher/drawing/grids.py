"""The effect over a grid of thresholds or budgets: a panel for each contrast."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing import wording
from thresher.drawing.contrasts import Contrast, contrasts_of, heading_of
from thresher.drawing.limits import around
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT
from thresher.drawing.style import difference_ticks, styled, ticks
from thresher.format import goal, tick
from thresher.results import Results

DECIDED = ("faster", "slower", "detectable but negligible")
_OPEN = "#d9d9d9"
# Filled with nothing would let the line through, and a page may be dark or light.


@styled
def over_grid(results: Results, name: str, column: str, below: str, width: float) -> Figure:
    """Draw the difference with its interval at each level of a grid.

    Parameters
    ----------
    results : Results
    name : str
        Of the table: ``thresholds`` or ``budgets``.
    column : str
        Of the levels.
    below : str
        The name of the x axes.
    width : float
        Inches.
    """
    study = results.study
    contrasts, _ = contrasts_of(results, results.tables[name])
    titles = [
        f"{contrast.name}\n{wording.of_pairs(results, contrast.rows['n_pairs'].max())}"
        for contrast in contrasts
    ]
    shape = f"filled: decided by the max-T p-value; open: not; ring: the study’s {column}"
    reached = goal(study) if column == "budget" else "threshold"
    heading = wording.as_sentence(f"{study.axis.unit} to {reached}, {heading_of(contrasts)}")
    figure, panels = grid(titles, heading, f"{below}\n({shape})", width)
    values = pd.concat([contrast.rows for contrast in contrasts])
    ends = values[["mean_difference", "lower", "upper"]].to_numpy(float, na_value=np.nan)
    for axes, contrast in zip(panels, contrasts, strict=True):
        axes.set_ylim(*around(ends, 0.08))
        _panel(axes, contrast, column)
    return figure


def _panel(axes: Axes, contrast: Contrast, column: str) -> None:
    rows, colour = contrast.rows.sort_values(column), contrast.arm.look.colour
    levels = rows[column].to_numpy(float)
    room = 0.06 * np.ptp(levels) or 0.1 * abs(levels[0]) or 1.0
    axes.set_xlim(levels.min() - room, levels.max() + room)
    axes.axhline(0, color=TEXT, linewidth=0.8)
    lower, upper = _ends(rows, *axes.get_ylim())
    axes.vlines(levels, lower, upper, color=colour, linewidth=1.4, gid=contrast.gid("interval"))
    difference = rows["mean_difference"].to_numpy(float)
    axes.plot(levels, difference, color=colour, linewidth=0.8, gid=contrast.gid("line"))
    decided = rows["verdict"].isin(DECIDED).to_numpy()
    dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 4.5, "color": colour}
    axes.plot(levels[decided], difference[decided], gid=contrast.gid("decided"), **dots)
    hollow = {**dots, "markerfacecolor": _OPEN}
    axes.plot(levels[~decided], difference[~decided], gid=contrast.gid("open"), **hollow)
    primary = rows["primary"].to_numpy(bool)
    ring = {**dots, "markersize": 9, "markerfacecolor": "none", "markeredgewidth": 1, "color": TEXT}
    axes.plot(levels[primary], difference[primary], gid=contrast.gid("primary"), **ring)
    ticks(axes, "x", tick)
    difference_ticks(axes, "y")
    axes.grid(axis="y")


def _ends(rows: pd.DataFrame, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where intervals end: an open one at the axes' edge, a mere bound at itself."""
    difference = rows["mean_difference"]
    bound = rows["bound"] if "bound" in rows else pd.Series("none", rows.index)
    lower = rows["lower"].fillna(difference.where(bound == "at least", low))
    upper = rows["upper"].fillna(difference.where(bound == "at most", high))
    return lower.to_numpy(float), upper.to_numpy(float)
