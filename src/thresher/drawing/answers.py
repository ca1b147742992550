"""Answers to held-out examples: of which kind they are; tables of labels, and numbers."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thresher.drawing.arms import ArmStyle, arms_of, present
from thresher.drawing.limits import around
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT, ink_on
from thresher.drawing.style import SEQUENTIAL, place, styled, ticks
from thresher.format import count, fraction, number, several, tick
from thresher.results import Results

Kind = Literal["binary", "classes", "labels", "numbers"]

_LABELS = 12
"""Up to so many labels have a row and a column of their own."""
_DOTS = 400


def kind_of(table: pd.DataFrame) -> Kind:
    """Tell from the table ``predictions`` what its labels are.

    Numbers are neither right nor wrong, or are not whole. Labels at several positions of an example
    that all runs share are two or several; others are counted.
    """
    decoded = table["decoded"].to_numpy(float, na_value=np.nan)
    known = np.isfinite(decoded)
    values = np.concatenate([decoded[known], table["expected"].to_numpy(float)])
    judged = table["wrong"].notna().any() or not known.any()
    if not judged or (values != np.round(values)).any():
        return "numbers"
    if (table["position"] == table["position"].iloc[0]).all() or not are_shared(table):
        return "labels" if len(np.unique(values)) <= _LABELS else "numbers"
    return "binary" if set(np.unique(values)) <= {0.0, 1.0} else "classes"


def are_shared(table: pd.DataFrame) -> bool:
    """Tell whether all runs have the same examples: the seeds of one arm tell it."""
    one = table.loc[table["arm"] == table["arm"].iloc[0], ["example", "position", "expected"]]
    places = one.drop_duplicates()
    return not places.duplicated(["example", "position"]).any()


def examples(table: pd.DataFrame) -> str:
    """Say which examples the answers are to."""
    found = several(table["example"].nunique(), "held-out example")
    return found if are_shared(table) else f"{found} of each run's own"


def shown_arms(results: Results) -> list[ArmStyle]:
    """List the arms whose answers are shown: those that stand out."""
    arms = present(arms_of(results), results.tables["predictions"])
    return [arm for arm in arms if arm.chosen]


@styled
def confusions(results: Results, width: float) -> Figure:
    """Draw, for each arm, which label was expected and which share of its answers was which.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    table, arms = results.tables["predictions"], shown_arms(results)
    rows = sorted(table["expected"].unique())
    columns = sorted({*rows, *table["decoded"].dropna().unique()})
    titles = [f"{arm.name}\nn = {count(arm.n)}" for arm in arms]
    below = "Label that the runs say; the darker, the more answers"
    height = float(np.clip(0.3 * len(rows), 0.45, 1.8))
    figure, panels = grid(titles, "Label expected", below, width, height)
    for axes, arm in zip(panels, arms, strict=True):
        own = table[(table["arm"] == arm.arm) & table["decoded"].notna()]
        shares = pd.crosstab(own["expected"], own["decoded"], normalize="index")
        _confusion(axes, shares.reindex(index=rows, columns=columns), arm)
    return figure


def _confusion(axes: Axes, shares: pd.DataFrame, arm: ArmStyle) -> None:
    tall, across = shares.shape
    axes.set(xlim=(-0.5, across - 0.5), ylim=(tall - 0.5, -0.5))
    axes.set_xticks(range(across), [number(label) for label in shares.columns])
    axes.set_yticks(range(tall), [number(label) for label in shares.index])
    room = (place(axes)[2] - place(axes)[0]) / across
    for (y, x), share in np.ndenumerate(shares.to_numpy(float)):
        gid = arm.gid(f"said-{y}-{x}")
        cell = Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, facecolor="none", gid=gid)
        if shares.index[y] == shares.columns[x]:
            cell.set(edgecolor=TEXT, linewidth=0.9)
        axes.add_patch(cell)
        if not np.isfinite(share):
            continue
        colour = SEQUENTIAL(float(share))
        cell.set_facecolor(colour)
        if room > 0.3:
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink_on(colour)}
            axes.text(x, y, fraction(share).removesuffix(" %"), **style)


@styled
def scatter(results: Results, width: float) -> Figure:
    """Draw, for each arm, the numbers that its runs say against those expected.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    table, arms = results.tables["predictions"], shown_arms(results)
    titles = [f"{arm.name}\nn = {count(arm.n)}" for arm in arms]
    below = "Number expected\n(line: as expected)"
    figure, panels = grid(titles, "Number that a run says", below, width, 1.7)
    expected = table["expected"].to_numpy(float)
    said = table["decoded"].to_numpy(float, na_value=np.nan)
    across = _limits(expected)
    # A run that has gone astray does not set the axis.
    reach = np.ptp(across)
    up = _limits(np.clip(said[np.isfinite(said)], across[0] - reach, across[1] + reach), expected)
    for axes, arm in zip(panels, arms, strict=True):
        rows = table[table["arm"] == arm.arm]
        kept = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _DOTS)).astype(int))
        rows = rows.iloc[kept]
        axes.plot(across, across, color=TEXT, linewidth=0.8)
        dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 2.5}
        dots |= {"color": arm.look.colour, "alpha": 0.5, "markeredgewidth": 0}
        axes.plot(rows["expected"], rows["decoded"], gid=arm.gid("dots"), **dots)
        axes.set(xlim=across, ylim=up)
        ticks(axes, "x", tick)
        ticks(axes, "y", tick)
    return figure


def _limits(*values: np.ndarray) -> tuple[float, float]:
    """Return limits that hold every value, not necessarily zero."""
    everything = np.concatenate(values)
    middle = float(everything.mean())
    low, high = around(everything - middle)
    return low + middle, high + middle
