"""Every metric at the budget: interquartile means and the probability of improvement."""

from collections.abc import Mapping
from typing import Any

from thresher.analyses.contrasts import COMPARED
from thresher.fields import ARM, PAIR, STUDY, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import RLIABLE

FINAL: Schema = {
    **STUDY,
    **ARM,
    "metric": Field("str", "", "name of the metric, a column of the traces"),
    "n": Field("int", "runs", "runs with a finite value"),
    "mean": Field("float?", "", "mean"),
    "iqm": Field("float?", "", "interquartile mean"),
    "lower": Field("float?", "", "bootstrap lower limit of the interquartile mean"),
    "upper": Field("float?", "", "bootstrap upper limit of the interquartile mean"),
}
IMPROVEMENT: Schema = {
    **PAIR,
    "metric": Field("str", "", "name of the metric, a column of the traces"),
    "probability": Field("float", "", "P(arm better than reference) + ½ P(tie), over run pairs"),
    "lower": Field("float?", "", "bootstrap lower limit"),
    "upper": Field("float?", "", "bootstrap upper limit"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Describe every arm's end, and how probably an arm's end is the better one."""
    from thresher.statistics.contrasts import pairs_of
    from thresher.statistics.final import ends_of, final, improvement

    labels, metrics = [arm.label for arm in study.arms], study.metrics
    ends = ends_of(needed["evaluations"], metrics, study.endpoint.budget)
    pairs = pairs_of(labels, study.contrast_reference)
    shared = {"confidence": study.analysis.confidence, "entropy": study.entropy}
    return {
        "final": final(ends, metrics, arms=labels, **shared),
        "improvement": improvement(ends, metrics, pairs, paired=study.paired, **shared),
    }


ANALYSIS = Analysis(
    title="At the budget",
    needs=("evaluations",),
    uses=("metrics", "endpoint", "arms", "reference", "pairing", "entropy", "analysis"),
    tables={
        "final": Table(FINAL, "Mean and interquartile mean of every metric at the budget."),
        "improvement": Table(
            IMPROVEMENT, "How probably a run of one arm ends better than a run of the other."
        ),
    },
    compute=compute,
    views=(
        View(
            "final",
            "models",
            "At the budget",
            (
                ViewColumn("Arm", "arm", "arm"),
                ViewColumn("Metric", "metric", "metric"),
                ViewColumn("Runs", "n", "count"),
                ViewColumn("Mean", "mean", "number"),
                ViewColumn(
                    "Interquartile mean (bootstrap limits)", "iqm", "number", ("lower", "upper")
                ),
            ),
            order=10,
        ),
        View(
            "improvement",
            "models",
            lambda results: f"How probably a run ends better{results.against}",
            (
                *COMPARED,
                ViewColumn("Metric", "metric", "metric"),
                ViewColumn(
                    "Probability that a run is better (bootstrap limits)",
                    "probability",
                    "number",
                    ("lower", "upper"),
                ),
            ),
            order=20,
            folded=True,
        ),
    ),
    sources=(RLIABLE,),
)
