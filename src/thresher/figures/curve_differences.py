"""Difference of the mean metric to the reference, with its band: a panel for each contrast."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.contrasts import contrasts_of, heading_of
from thresher.drawing.curves import draw_band
from thresher.drawing.limits import Limits, around
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT
from thresher.drawing.style import along_axis, difference_ticks, styled
from thresher.figures.learning_curves import shown_curves
from thresher.format import count, metric_title
from thresher.registry import Drawing, Figure
from thresher.results import Results


def caption(results: Results) -> str:
    """Say what is compared, which side is ahead, and what is left out."""
    metric, table = results.study.metric, shown_differences(results)
    shown, total = contrasts_of(results, table)
    ahead = "Below" if metric.better == "lower" else "Above"
    thin = " A thin dotted mean leaves out the pairs of which a run diverged."
    without = [
        arm
        for arm in results.tables["contrasts"]["arm"].unique()
        if arm not in {*table["arm"], *table["reference"]}
    ]
    return (
        f"Difference of {metric.label}{wording.against(results) or ', first arm − second'}, "
        f"{wording.pairs(results)}, {wording.band(results, table)}. "
        f"{ahead} 0 the arm is ahead.{thin if (table['n'] < table['runs']).any() else ''}"
        f"{wording.carried(results, shown_curves(results), across=True)}"
        f"{wording.left_out(len(shown), total, 'contrasts')}"
        f"{wording.without_curve(results, without)} {wording.runs(results)}"
    )


def shown_differences(results: Results) -> pd.DataFrame:
    """Return the differences of the study's metric."""
    table = results.tables["curve_differences"]
    return table[table["metric"] == results.study.metric.name]


@styled
def curve_differences(results: Results, width: float) -> Picture:
    """Draw the difference of each contrast's mean curves, arm − reference.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    study = results.study
    contrasts, _ = contrasts_of(results, shown_differences(results))
    ahead = "below" if study.metric.better == "lower" else "above"
    heading = f"{metric_title(study.metric)}, {heading_of(contrasts)}; {ahead} 0 the arm is ahead"
    titles = [f"{contrast.name}\n{_counts(results, contrast.rows)}" for contrast in contrasts]
    figure, panels = grid(titles, heading, study.axis.title, width)
    limits = _limits(pd.concat([contrast.rows for contrast in contrasts]))
    for axes, contrast in zip(panels, contrasts, strict=True):
        axes.axhline(0, color=TEXT, linewidth=0.8, gid=contrast.gid("zero"))
        draw_band(axes, contrast.rows, contrast.arm, 0.3, contrast.tail)
        along_axis(axes, study.endpoint.budget, "")
        axes.set_ylim(*limits)
        difference_ticks(axes, "y")
        axes.grid(axis="y")
    return figure


def _counts(results: Results, rows: pd.DataFrame) -> str:
    n, total = int(rows["n"].min()), int(rows["runs"].max())
    words = wording.of_pairs(results, total)
    return words if n == total else f"{count(n)} of {words}, others diverged"


def _limits(shown: pd.DataFrame) -> Limits:
    """Return limits that hold zero, the means and what of the bands is near them."""
    mean = shown["mean"].to_numpy(float)
    mean = np.array([*mean[np.isfinite(mean)], 0.0])
    reach = np.ptp(mean) or 1e-3 * np.ptp([*shown[["lower", "upper"]].max(), 0.0])
    band = shown[["lower", "upper"]].to_numpy(float, na_value=np.nan)
    near = np.clip(band, mean.min() - reach, mean.max() + reach)
    return around(np.concatenate([near.ravel(), mean]))


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the differences, where the study compares arms."""
    if len(shown_differences(results)):
        yield Drawing(curve_differences(results, width))


FIGURE = Figure(
    title="Difference to the reference",
    caption=caption,
    section="curves",
    draw=draw,
    needs=("arms", "contrasts", "curves", "curve_differences"),
    order=30,
    paper=True,
)
