"""Where along the held-out examples the trained models err."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.answers import examples
from thresher.drawing.arms import arms_of, present, split
from thresher.drawing.keys import Head, dashed
from thresher.drawing.labels import Label, draw_labels, frame
from thresher.drawing.palette import GREY
from thresher.drawing.style import styled, ticks, value_axis
from thresher.format import count, fraction, tick
from thresher.registry import Drawing, Figure
from thresher.results import Results


def caption(results: Results) -> str:
    """Say what share is drawn, after which time."""
    what = examples(results.tables["predictions"])
    return (
        f"Share of answers to {what} that are wrong, by position, after the last "
        f"{results.study.axis.name}. {wording.runs(results)}"
    )


@styled
def errors_along(results: Results, rates: pd.DataFrame, width: float) -> Picture:
    """Draw the share of answers that are wrong at each position.

    Parameters
    ----------
    results : Results
    rates : pandas.DataFrame
        A column for each arm, a row for each position.
    width : float
        Inches.
    """
    chosen, rest = split(present(arms_of(results), results.tables["predictions"]))
    labels = []
    for arm in chosen:
        rate = rates[arm.arm].dropna()
        end = float(rate.iloc[-1]) if len(rate) else np.nan
        words = f"n = {count(arm.n)}" if len(rate) else f"all {count(arm.n)} runs diverged"
        labels.append(Label.of(arm, words, end))
    labels += [Label.of_rest(rest)] if rest else []
    head = Head("Answers that are wrong", (), width)
    figure, axes = frame([label.text for label in labels], head, 2.4)
    axes.set_xlim(rates.index[0], max(rates.index[-1], rates.index[0] + 1))
    ticks(axes, "x", tick, whole=True)
    axes.set_xlabel("Position in a held-out example")
    top = max(0.1, float(rates.max().max()))
    value_axis(axes, (0, min(top * 1.1, 1.02)))
    ticks(axes, "y", fraction)
    for arm in rest:
        faint: dict[str, Any] = {"color": GREY.colour, "linewidth": 0.6, "alpha": 0.45}
        axes.plot(rates.index, rates[arm.arm], gid=arm.gid("line"), zorder=0.9, **faint)
    for arm in chosen:
        style: dict[str, Any] = {"color": arm.look.colour, "marker": arm.look.marker}
        style |= {"markersize": 3.5, "clip_on": False, **dashed(arm.look)}
        axes.plot(rates.index, rates[arm.arm], gid=arm.gid("line"), **style)
    draw_labels(axes, labels)
    return figure


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the errors, where there are several positions and answers are right or wrong."""
    table = results.tables["predictions"]
    judged = table.assign(wrong=table["wrong"].astype("Float64"))
    rates = judged.pivot_table(
        index="position", columns="arm", values="wrong", aggfunc="mean", dropna=False
    )
    if len(rates) > 1 and rates.notna().any().any():
        yield Drawing(errors_along(results, rates.astype(float), width))


FIGURE = Figure(
    title="Where along the sequence the errors lie",
    caption=caption,
    section="models",
    draw=draw,
    needs=("arms", "predictions"),
    order=20,
)
