"""Interquartile mean of every arm along the axis, where the study asks for it."""

from collections.abc import Iterator

import pandas as pd

from thresher.drawing import wording
from thresher.figures.learning_curves import learning_curves
from thresher.format import fraction
from thresher.registry import Drawing, Figure
from thresher.results import Results
from thresher.statistics.limits import FEWEST_FOR_BAND


def caption(results: Results) -> str:
    """Say what is drawn, and how far its limits can be trusted."""
    study, table = results.study, results.tables["iqm_curves"]
    limits = table["lower"].notna()
    bands = (
        f"with {fraction(study.analysis.confidence)} bootstrap limits over runs, each "
        f"{study.axis.name} by itself"
        if limits.any()
        else f"without limits, since there are fewer than {FEWEST_FOR_BAND} runs"
    )
    mixed = limits.any() and not limits.all()
    some = f"; none with fewer than {FEWEST_FOR_BAND} runs" if mixed else ""
    thin = (
        " A thin dotted line leaves out the runs that diverged."
        if (table["n"] < table["runs"]).any()
        else ""
    )
    return (
        f"Interquartile mean of {study.metric.label}, {bands}{some}: the mean of the middle half "
        f"of an arm’s runs, as rliable draws it.{thin} No contrast or verdict uses it."
        f"{wording.carried(results, table)}"
    )


def shown(results: Results) -> pd.DataFrame:
    """Return the curves as figures of curves take them."""
    return results.tables["iqm_curves"].rename(columns={"iqm": "mean"})


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the curves."""
    yield Drawing(learning_curves(results, width, table=shown(results)))


FIGURE = Figure(
    title="Interquartile means",
    caption=caption,
    section="curves",
    draw=draw,
    needs=("arms", "events", "iqm_curves"),
    order=20,
)
