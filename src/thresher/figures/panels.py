"""The study's own panels: one seed large beside the mean of all, as a tutorial shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.arms import ArmStyle, arms_of
from thresher.drawing.curves import curve_counts, draw_band, finite_runs, levels_of
from thresher.drawing.keys import (
    Head,
    dashed,
    draw_levels,
    draw_paragraph,
    paragraph,
    paragraph_lines,
)
from thresher.drawing.limits import metric_limits
from thresher.drawing.style import LINE, add, along_axis, is_wide, new, styled, value_axis, write
from thresher.drawing.wrapping import wrap
from thresher.figures.learning_curves import shown_curves
from thresher.format import metric_title
from thresher.registry import Drawing, Figure
from thresher.results import Results

_LEFT, _BOTTOM, _HEIGHT, _BETWEEN = 0.56, 0.46, 2.2, 0.34


def caption(results: Results) -> str:
    """Say which runs and means the panels show."""
    seed, table = results.study.report.highlight_seed, shown_curves(results)
    left = (
        "The mean over all seeds"
        if seed is None
        else f"Left, the single runs of seed {seed}; right, the mean over all seeds"
    )
    named = [arm for panel in results.study.report.panels for arm in panel.arms]
    without = [arm for arm in dict.fromkeys(named) if arm not in set(table["arm"])]
    return f"{left} {wording.band(results, table)}.{wording.without_curve(results, without)}"


@dataclass(frozen=True)
class _Row:
    """A panel: its title, wrapped, its arms, and their key, set in lines."""

    title: str
    arms: Sequence[ArmStyle]
    key: Sequence[tuple[float, int, str]]

    @property
    def room(self) -> float:
        """Height of what stands above its axes, inches."""
        return (self.title.count("\n") + 1 + paragraph_lines(self.key)) * LINE + 0.36


@styled
def panels(results: Results, width: float) -> Picture:
    """Draw a row for each panel: the highlighted seed's runs, and the means of all.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    table, levels, wanted = shown_curves(results), levels_of(results), results.study.report.panels
    rows = [_row(results, table, panel.title, panel.arms, width) for panel in wanted]
    head = Head(metric_title(results.study.metric), levels, width)
    heights = [row.room + head.height + _HEIGHT + _BOTTOM for row in rows]
    figure = new(width, sum(heights))
    ceiling = float(figure.get_size_inches()[1])
    for k, row in enumerate(rows):
        first = ceiling - 0.14 - (row.title.count("\n") + 1) * LINE - 0.02
        write(figure, 0.1, ceiling - 0.14 + LINE / 2, row.title, weight="bold", va="top")
        draw_paragraph(figure, row.key, row.arms, first, f"panel-{k}-")
        bottom = ceiling - row.room - head.height - _HEIGHT
        head.draw(figure, bottom + _HEIGHT + 0.24, f"panel-{k}-")
        axes = _axes(results, figure, table, bottom)
        if len(axes) == 2:
            _alone(axes[0], results, row.arms, k)
        for arm in row.arms:
            draw_band(axes[-1], table[table["arm"] == arm.arm], arm)
        _rename(axes[-1], k)
        for part, one in zip("ab", axes, strict=False):
            draw_levels(one, levels, f"panel-{k}{part}-")
        ceiling -= heights[k]
    return figure


def _row(
    results: Results, table: pd.DataFrame, title: str, named: Sequence[str], width: float
) -> _Row:
    everyone = arms_of(results)
    arms = [everyone[arm] for arm in named if arm in everyone]
    words = [
        f"{arm.name}, {curve_counts(results, arm, table[table['arm'] == arm.arm])}" for arm in arms
    ]
    return _Row(wrap(title, width - 0.2, "bold"), arms, paragraph(words, width - 0.1))


def _axes(results: Results, figure: Picture, table: pd.DataFrame, bottom: float) -> list[Axes]:
    """Add the axes of a row: one seed's and the mean's, or in a narrow figure the mean's alone."""
    study, width = results.study, float(figure.get_size_inches()[0])
    seed = study.report.highlight_seed
    number = 2 if seed is not None and is_wide(width) else 1
    across = (width - _LEFT - 0.25 - (number - 1) * _BETWEEN) / number
    limits = metric_limits(table, [level.value for level in levels_of(results)], study.metric)
    titles = [f"seed {seed} alone", "mean of all seeds"][-number:]
    found = []
    for k, title in enumerate(titles):
        axes = add(figure, _LEFT + k * (across + _BETWEEN), bottom, across, _HEIGHT)
        along_axis(axes, study.endpoint.budget, study.axis.title)
        value_axis(axes, limits)
        axes.tick_params(labelleft=not k)
        axes.set_title(title, pad=4)
        found.append(axes)
    return found


def _alone(axes: Axes, results: Results, arms: Sequence[ArmStyle], row: int) -> None:
    metric, seed = results.study.metric.name, results.study.report.highlight_seed
    for arm in arms:
        run = finite_runs(results, arm.arm, [seed]).sort_values("time")
        style: dict[str, Any] = {"color": arm.look.colour, **dashed(arm.look)}
        style |= {"marker": arm.look.marker} if len(run) == 1 else {}
        axes.plot(run["time"], run[metric], gid=f"panel-{row}-{arm.gid('run')}", **style)


def _rename(axes: Axes, row: int) -> None:
    """Make the ids of an axes' artists the panel's own: an arm may stand in several."""
    for artist in axes.get_children():
        gid = artist.get_gid()
        if gid and gid.startswith("arm-"):
            artist.set_gid(f"panel-{row}-{gid}")


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the panels that the study asks for."""
    if results.study.report.panels and len(shown_curves(results)):
        yield Drawing(panels(results, width))


FIGURE = Figure(
    title="The classic plots",
    caption=caption,
    section="curves",
    draw=draw,
    needs=("arms", "events", "curves"),
    order=20,
)
