"""Difference of the mean held-out loss to the reference, with its band: a panel for each arm."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor
from thresher.drawing.curves import draw_band
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT
from thresher.drawing.style import DOUBLE, epoch_axis, place, styled, ticks
from thresher.figures.inputs import Inputs
from thresher.format import count, number, plural


@styled
def curve_differences(
    differences: pd.DataFrame,
    actors: Mapping[str, Actor],
    paired: bool = True,
    width: float = DOUBLE,
) -> Figure:
    """Draw the difference of each contrast's mean curves, arm − reference.

    Parameters
    ----------
    differences : pandas.DataFrame
        Columns of `tables.CURVE_DIFFERENCES`; the metric ``eval_loss`` is drawn.
    actors : mapping of str to Actor
    paired : bool
        Whether n counts pairs.
    width : float
        Inches.
    """
    shown = differences[differences["metric"] == "eval_loss"]
    contrasts = [
        (actors[str(arm)], actors[str(reference)], rows)
        for (arm, reference), rows in shown.groupby(["arm", "reference"], sort=False)
    ]
    one = len({reference.arm for _, reference, _ in contrasts}) == 1
    unit = "pair" if paired else "run"
    titles = [
        f"{arm.name}{'' if one else f' − {reference.name}'}, "
        f"{count(rows['n'].max())} {plural(rows['n'].max(), unit)}"
        for arm, reference, rows in contrasts
    ]
    against = f"to {contrasts[0][1].name}" if one else "of the two arms"
    figure, panels = grid(
        titles, f"Held-out loss (nats), difference {against}", "Training epochs", width
    )
    low, high = _limits(shown)
    for axes, (arm, _, rows) in zip(panels, contrasts, strict=True):
        axes.axhline(0, color=TEXT, linewidth=0.8, gid=f"zero-{arm.index}")
        draw_band(axes, rows, arm, alpha=0.3)
        epoch_axis(axes, int(shown["epoch"].max()), "")
        axes.set_ylim(low, high)
        ticks(axes, "y", number, place(axes)[3] - place(axes)[1])
        axes.grid(axis="y")
    return figure


def _limits(shown: pd.DataFrame) -> tuple[float, float]:
    """Return limits that hold zero, the means and what of the bands is near them."""
    mean = shown["mean"].to_numpy(float)
    mean = np.array([*mean[np.isfinite(mean)], 0.0])
    reach = max(np.ptp(mean), 1e-3)
    band = shown[["lower", "upper"]].to_numpy(float, na_value=np.nan)
    finite = np.array([*band[np.isfinite(band)], 0.0])
    low = max(min(finite.min(), mean.min()), mean.min() - reach)
    high = min(max(finite.max(), mean.max()), mean.max() + reach)
    return low - 0.06 * (high - low), high + 0.06 * (high - low)


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the study's curve differences, where it compares arms."""
    if inputs.has("curve_differences"):
        table, paired = inputs.tables["curve_differences"], inputs.settings["paired"]
        yield (
            "curve_differences",
            curve_differences(table, inputs.actors, paired, inputs.width),
        )
