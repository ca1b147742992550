"""Share of runs not yet at the threshold, with the number at risk below."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from thresher.drawing.arms import ArmStyle, arms_of, present, split
from thresher.drawing.curves import fill
from thresher.drawing.fonts import text_width
from thresher.drawing.keys import BASELINE, KEY, Head, Level, dashed, key
from thresher.drawing.labels import Label, draw_labels, frame
from thresher.drawing.palette import GREY, TEXT
from thresher.drawing.style import (
    LINE,
    along_axis,
    figure_of,
    is_wide,
    place,
    styled,
    value_axis,
    write,
)
from thresher.drawing.wrapping import shorten
from thresher.format import count, duration, fraction, goal, level
from thresher.registry import Drawing, Figure
from thresher.results import Results
from thresher.statistics.limits import FEWEST_FOR_BAND

BANDS = 4
"""Pointwise bands are drawn for so many arms at most; of more nothing could be read."""


def caption(results: Results) -> str:
    """Say what the curves are, and what stands below them."""
    bands = ", with pointwise Wilson limits" if _has_bands(list(arms_of(results).values())) else ""
    return (
        f"Share of runs that have not reached the threshold yet (Kaplan–Meier){bands}; below, the "
        f"runs still at risk just before that {results.study.axis.name}.{_followed(results)}"
    )


def _followed(results: Results) -> str:
    """Say how far runs are followed, where that is not the budget."""
    if results.longest <= results.study.endpoint.budget:
        return ""
    return " Runs followed to their own end; restricted means up to the common budget, the line."


def _has_bands(arms: Sequence[ArmStyle]) -> bool:
    return len(arms) <= BANDS and any(arm.n >= FEWEST_FOR_BAND for arm in arms)


@styled
def survival(results: Results, width: float, of_grid: float | None = None) -> Picture:
    """Draw Kaplan–Meier curves of the time to the study's threshold, or to one of the grid.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    of_grid : float or None
        A threshold of the grid; the study's own where None.
    """
    study = results.study
    table = _table(results, of_grid)
    curves = {str(arm): rows.sort_values("time") for arm, rows in table.groupby("arm")}
    everyone = _counted(results, present(arms_of(results, of_grid), table), of_grid)
    chosen, rest = split(everyone)
    labels = [Label.of(arm, arm.counts, _end(curves[arm.arm])) for arm in chosen]
    labels += [Label.of_rest(rest)] if rest else []
    room = (len(chosen) + 1) * LINE + 0.12
    threshold = study.endpoint.threshold if of_grid is None else of_grid
    budget, longest = study.endpoint.budget, results.longest
    said = Level("budget", f"budget, {duration(budget, study.axis)}", budget, BASELINE)
    marks = (said,) if longest > budget else ()
    head = Head(f"Runs not yet at {goal(study, threshold)}", marks, width)
    figure, axes = frame(_widest(labels, chosen), head, 2.8, room)
    along_axis(axes, longest, study.axis.title)
    for mark in marks:
        style: dict[str, Any] = {"color": TEXT, "linewidth": 0.9, "linestyle": (0, mark.dash)}
        axes.axvline(mark.value, gid=mark.gid, **style)
    value_axis(axes, (0, 1.02))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [fraction(k / 4) for k in range(5)])
    for arm in rest:
        _curve(axes, curves[arm.arm], arm, bands=False)
    for arm in chosen:
        bands = _has_bands(everyone) and arm.n >= FEWEST_FOR_BAND
        _curve(axes, curves[arm.arm], arm, bands)
    _at_risk(axes, curves, chosen, study.axis.name)
    draw_labels(axes, labels)
    return figure


def _table(results: Results, of_grid: float | None) -> pd.DataFrame:
    if of_grid is None:
        return results.tables["survival"]
    table = results.tables["threshold_survival"]
    return table[table["threshold"] == of_grid]


def _counted(results: Results, arms: Sequence[ArmStyle], of_grid: float | None) -> list[ArmStyle]:
    """Count what became of each arm's runs by their own ends."""
    events = results.tables["events" if of_grid is None else "threshold_events"]
    if of_grid is not None:
        events = events[events["threshold"] == of_grid]
    lost = events[~events["own_event"]]
    died = lost.loc[lost["outcome"] == "diverged", "arm"].value_counts()
    left = lost["arm"].value_counts().sub(died, fill_value=0)
    return [
        replace(arm, censored=int(left.get(arm.arm, 0)), diverged=int(died.get(arm.arm, 0)))
        for arm in arms
    ]


def _widest(labels: Sequence[Label], arms: Sequence[ArmStyle]) -> list[str]:
    """Return a text for each label that asks for the same room at every threshold.

    So nothing jumps where one picture follows another.
    """
    n = count(max(arm.n for arm in arms))
    words = max((f"n = {n}, {censored} censored" for censored in ("none", n)), key=text_width)
    texts = [label.text for label in labels]
    return [max(text, f"{text.partition(chr(10))[0]}\n{words}", key=text_width) for text in texts]


def _end(rows: pd.DataFrame) -> float:
    """Return where a curve ends; of those that end together, the sooner one a trace lower."""
    time, share = rows["time"].to_numpy(float), rows["survival"].to_numpy(float)
    area = float((share[:-1] * (time[1:] - time[:-1])).sum()) / max(time[-1], 1)
    return float(share[-1]) + 1e-6 * area


def _curve(axes: Axes, rows: pd.DataFrame, arm: ArmStyle, bands: bool) -> None:
    time, share = rows["time"].to_numpy(), rows["survival"].to_numpy(float)
    style: dict[str, Any] = {"color": arm.look.colour, "drawstyle": "steps-post"}
    if bands:
        lower, upper = rows["lower"].to_numpy(float), rows["upper"].to_numpy(float)
        look: dict[str, Any] = {"facecolor": arm.look.colour, "alpha": 0.14, "step": "post"}
        fill(axes, time, lower, upper, gid=arm.gid("band"), **look)
    if arm.chosen:
        style |= dashed(arm.look)
    else:
        style |= {"color": GREY.colour, "linewidth": 0.6, "alpha": 0.45, "zorder": 0.9}
    axes.plot(time, share, gid=arm.gid("line"), **style)


def _at_risk(
    axes: Axes, curves: dict[str, pd.DataFrame], arms: Sequence[ArmStyle], axis: str
) -> None:
    """Write the numbers at risk at the ticks, a row for each arm."""
    figure = figure_of(axes)
    width = float(figure.get_size_inches()[0])
    left, bottom, right, _ = place(axes)
    low, high = axes.get_xlim()
    moments = [tick for tick in axes.get_xticks() if low <= tick <= high]
    top = bottom - 0.5
    # The key needs the room left of the axes, the first number is centred on their edge.
    heading = f"Runs at risk: not yet there, just before that {axis}"
    write(figure, 0.1, top, shorten(heading, width - 0.2), gid="at-risk")
    for k, arm in enumerate(arms):
        y = top - (k + 1) * LINE
        key(figure, 0.1, y, arm.look, arm.gid("risk-key"))
        rows = curves[arm.arm]
        later = np.searchsorted(rows["time"].to_numpy(), moments)
        left_then = np.append(rows["at_risk"].to_numpy(), 0)[later]
        for moment, number in zip(moments, left_then, strict=True):
            text = count(number)
            x = left + (right - left) * (moment - low) / (high - low)
            x = min(x, width - text_width(text) / 2 - 0.05)
            write(figure, x, y, text, ha="center")
        if is_wide(width):
            x = right + 0.2 + KEY + 0.05
            write(figure, x, y, shorten(arm.name, width - x - 0.05), gid=arm.gid("risk"))


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield survival curves at the study's threshold and at every one of the grid."""
    yield Drawing(survival(results, width))
    if results.has("threshold_survival", "threshold_events"):
        for i, of_grid in enumerate(results.levels):
            title = f"Not yet at {level(of_grid, results.study.metric)}"
            yield Drawing(survival(results, width, of_grid), f"level-{i}", title)


FIGURE = Figure(
    title="Not yet at the threshold",
    caption=caption,
    section="times",
    draw=draw,
    needs=("arms", "survival"),
    order=10,
    paper=True,
)
