"""Interquartile mean curves, where the study asks for them (`analysis.curves: iqm`)."""

from collections.abc import Mapping
from typing import Any

from thresher.fields import ARM, BAND, STUDY, Field, Schema
from thresher.registry import Analysis, Table
from thresher.sources import RLIABLE, Source

IQM_CURVES: Schema = {
    **STUDY,
    **ARM,
    "metric": Field("str", "", "name of the metric, a column of the traces"),
    "time": Field("time", "axis", "time"),
    "n": BAND["n"],
    "runs": BAND["runs"],
    "iqm": Field("float", "metric", "interquartile mean over seeds"),
    "lower": Field("float?", "metric", "bootstrap lower limit, pointwise; missing = fewer than 6"),
    "upper": Field("float?", "metric", "bootstrap upper limit, pointwise"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Tabulate the curves; without rows where the study does not ask for them."""
    import pandas as pd

    from thresher.statistics.iqm import iqm_curves

    plan = study.analysis
    if plan.curves != "iqm":
        return {"iqm_curves": pd.DataFrame()}
    labels = [arm.label for arm in study.arms]
    evaluations, metric = needed["evaluations"], study.metric.name
    found = iqm_curves(evaluations, metric, plan.confidence, study.entropy, labels)
    return {"iqm_curves": found}


def sources(results: Any) -> list[Source]:
    """Cite whose habit it is, where there are any."""
    return [RLIABLE] if results.has("iqm_curves") else []


ANALYSIS = Analysis(
    title="Learning curves",
    needs=("evaluations",),
    uses=("metrics", "arms", "entropy", "analysis"),
    tables={
        "iqm_curves": Table(
            IQM_CURVES,
            "Interquartile mean over seeds, with pointwise bootstrap limits; without rows unless "
            "`analysis.curves` is `iqm`.",
        )
    },
    compute=compute,
    sources=sources,
)
