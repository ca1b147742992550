"""Mean held-out loss of every arm with its band, threshold and baseline; single runs behind."""

from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor, present
from thresher.drawing.curves import draw_band, draw_levels, draw_runs, last_finite, loss_limits
from thresher.drawing.labels import Label, draw_labels, frame
from thresher.drawing.style import DOUBLE, epoch_axis, loss_axis, styled
from thresher.figures.inputs import Inputs


@styled
def learning_curves(
    curves: pd.DataFrame,
    actors: Mapping[str, Actor],
    threshold: float,
    baseline: float | None = None,
    traces: pd.DataFrame | None = None,
    scale: str = "linear",
    width: float = DOUBLE,
) -> Figure:
    """Draw the mean learning curves.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns of `tables.CURVES`; the metric ``eval_loss`` is drawn.
    actors : mapping of str to Actor
        From `cast.cast`.
    threshold, baseline : float
        Nats.
    traces : pandas.DataFrame, optional
        Columns of `tables.TRACE`; at most 32 evenly chosen runs an arm are drawn.
    scale : {"linear", "log"}
    width : float
        Inches.
    """
    shown = curves[curves["metric"] == "eval_loss"]
    arms = present(actors, shown)
    figure, axes = frame([actor.label for actor in arms], width)
    epoch_axis(axes, int(shown["epoch"].max()))
    loss_axis(axes, scale, *loss_limits(shown, threshold, baseline), name="Held-out loss (nats)")
    labels = []
    for actor in arms:
        rows = shown[shown["arm"] == actor.arm]
        if traces is not None:
            draw_runs(axes, traces, actor, alpha=min(0.18, 1.6 / len(arms)))
        draw_band(axes, rows, actor)
        labels.append(Label(actor, actor.label, last_finite(rows.sort_values("epoch")["mean"])))
    draw_levels(axes, threshold, baseline)
    draw_labels(axes, labels)
    return figure


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the study's learning curves on a linear and a logarithmic scale."""
    if not inputs.has("curves"):
        return
    for name, scale in (("learning_curves", "linear"), ("learning_curves_log", "log")):
        yield (
            name,
            learning_curves(
                inputs.tables["curves"],
                inputs.actors,
                inputs.threshold,
                inputs.baseline,
                inputs.traces,
                scale,
                inputs.width,
            ),
        )
