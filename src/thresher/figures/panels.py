"""The study's own panels: one seed large beside the mean of all, as a tutorial shows them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor
from thresher.drawing.curves import draw_band, draw_levels, evaluations, loss_limits
from thresher.drawing.labels import KEY, dashed, key, wrap
from thresher.drawing.style import (
    DOUBLE,
    LINE,
    add,
    epoch_axis,
    is_wide,
    loss_axis,
    new,
    styled,
    write,
)
from thresher.figures.inputs import Inputs

_LEFT, _BOTTOM, _HEIGHT = 0.7, 0.46, 2.2


@styled
def panels(
    curves: pd.DataFrame,
    actors: Mapping[str, Actor],
    wanted: Sequence[Mapping[str, Any]],
    threshold: float,
    baseline: float | None = None,
    traces: pd.DataFrame | None = None,
    highlight_seed: int | None = None,
    width: float = DOUBLE,
) -> Figure:
    """Draw a row for each panel: the highlighted seed's runs, and the means of all.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns of `tables.CURVES`; the metric ``eval_loss`` is drawn.
    actors : mapping of str to Actor
    wanted : sequence of mapping
        Each with ``title`` and ``arms``.
    threshold, baseline : float
        Nats.
    traces : pandas.DataFrame, optional
        Columns of `tables.TRACE`; without them, or without a seed, only means are drawn.
    highlight_seed : int, optional
    width : float
        Inches.
    """
    shown = curves[curves["metric"] == "eval_loss"]
    top = loss_limits(shown, threshold, baseline)[1]
    single = traces is not None and highlight_seed is not None and is_wide(width)
    heads = [[actors[arm] for arm in panel["arms"]] for panel in wanted]
    rooms = [(len(arms) + 1) * LINE + 0.36 for arms in heads]
    figure = new(width, sum(_HEIGHT + _BOTTOM + room for room in rooms))
    ceiling = figure.get_size_inches()[1]
    for row, (panel, arms, room) in enumerate(zip(wanted, heads, rooms, strict=True)):
        bottom = ceiling - room - _HEIGHT
        _heading(figure, ceiling - 0.14, wrap(panel["title"], width - 0.2), arms, row)
        across = (width - _LEFT - 0.25 - (0.3 if single else 0)) / (2 if single else 1)
        places = [_LEFT + k * (across + 0.3) for k in range(2 if single else 1)]
        drawn = [add(figure, x, bottom, across, _HEIGHT) for x in places]
        for axes in drawn:
            epoch_axis(axes, int(shown["epoch"].max()))
            loss_axis(axes, "linear", 0, top, "Held-out loss (nats)")
        if single:
            assert traces is not None
            drawn[0].set_title(f"seed {highlight_seed} alone", pad=4)
            drawn[1].tick_params(labelleft=False)
            drawn[1].set_ylabel("")
            _alone(drawn[0], traces[traces["seed"] == highlight_seed], arms, row)
        drawn[-1].set_title("mean of all seeds", pad=4)
        for actor in arms:
            draw_band(drawn[-1], shown[shown["arm"] == actor.arm], actor)
        _rename(drawn[-1], row)
        for axes in drawn:
            draw_levels(axes, threshold, baseline)
        ceiling = bottom - _BOTTOM
    return figure


def _heading(figure: Figure, top: float, title: str, arms: Sequence[Actor], row: int) -> None:
    """Write a panel's title and, below it, the key of its arms."""
    write(figure, 0.1, top, title, weight="bold")
    for k, actor in enumerate(arms):
        y = top - (k + 1.2) * LINE
        key(figure, _LEFT, y, actor.look, f"panel-{row}-{actor.gid('key')}")
        gid = f"panel-{row}-{actor.gid('label')}"
        write(figure, _LEFT + KEY + 0.06, y, actor.label, gid=gid)


def _alone(axes: Axes, traces: pd.DataFrame, arms: Sequence[Actor], row: int) -> None:
    finite = evaluations(traces)
    for actor in arms:
        run = finite[finite["arm"] == actor.arm].sort_values("epoch")
        style: dict[str, Any] = {"color": actor.look.colour, **dashed(actor.look)}
        gid = f"panel-{row}-{actor.gid('run')}"
        axes.plot(run["epoch"], run["eval_loss"], gid=gid, **style)


def _rename(axes: Axes, row: int) -> None:
    """Make the ids of an axes' artists the panel's own: an arm may stand in several."""
    for artist in axes.get_children():
        gid = artist.get_gid()
        if gid and gid.startswith("arm-"):
            artist.set_gid(f"panel-{row}-{gid}")


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the panels that the study asks for."""
    report = inputs.settings["report"]
    if report["panels"] and inputs.has("curves"):
        yield (
            "panels",
            panels(
                inputs.tables["curves"],
                inputs.actors,
                report["panels"],
                inputs.threshold,
                inputs.baseline,
                inputs.traces,
                report["highlight_seed"],
                inputs.width,
            ),
        )
