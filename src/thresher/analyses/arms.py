"""What every arm does by itself: outcomes, restricted mean, median, expected running time."""

from collections.abc import Mapping
from typing import Any

from thresher.fields import ARM_KEYS, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import COCO, WILSON

ARMS: Schema = {
    **ARM_KEYS,
    "parameters": Field("int?", "", "trainable parameters of the model"),
    "threshold": Field("float", "metric", "level of the metric to be reached"),
    "budget": Field("time", "axis", "where runs are censored"),
    "n": Field("int", "runs", "runs"),
    "reached": Field("int", "runs", "runs that reached the threshold"),
    "censored": Field("int", "runs", "runs that did not within the budget"),
    "diverged": Field("int", "runs", "runs with an infinite value or NaN before reaching"),
    "restricted_mean": Field("float", "axis", "mean time to threshold within the budget"),
    "bound": Field("str", "", "the mean is `at least` that (no event), or `none`: it is that"),
    "restricted_mean_se": Field("float?", "axis", "its standard error; missing for one run"),
    "restricted_mean_lower": Field("float?", "axis", "lower limit; Student's on a logit scale"),
    "restricted_mean_upper": Field("float?", "axis", "upper limit; Student's on a logit scale"),
    "median": Field("float?", "axis", "median time to threshold; missing if not reached"),
    "median_lower": Field("float?", "axis", "order-statistic lower limit; missing if below all"),
    "median_upper": Field("float?", "axis", "order-statistic upper limit; missing = infinite"),
    "reached_fraction": Field("float", "fraction", "share of runs that reached the threshold"),
    "reached_lower": Field("float", "fraction", "Wilson lower limit"),
    "reached_upper": Field("float", "fraction", "Wilson upper limit"),
    "ert": Field("float?", "axis", "expected running time: time spent over successes"),
    "ert_lower": Field("float?", "axis", "bootstrap lower limit"),
    "ert_upper": Field("float?", "axis", "bootstrap upper limit; missing = infinite"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Estimate every arm."""
    from thresher.statistics.contrasts import arms

    table = arms(
        needed["events"],
        confidence=study.analysis.confidence,
        entropy=study.entropy,
        parameters={a.label: a.parameters for a in study.arms if a.parameters is not None},
        arms=[arm.label for arm in study.arms],
    )
    return {"arms": table}


def caption(results: Any) -> str:
    """Name the table, and how finely its times are known."""
    from thresher import format as say

    every = say.every(results.study)
    return f"What each arm does by itself{f', evaluated {every}' if every else ''}"


ANALYSIS = Analysis(
    title="Time to threshold",
    needs=("events",),
    uses=("arms", "entropy", "analysis"),
    tables={
        "arms": Table(
            ARMS,
            "Every arm: runs, runs that reached the threshold, restricted mean and median time to "
            "it with intervals, share that reached it (Wilson limits), expected running time.",
            factors=True,
        )
    },
    compute=compute,
    views=(
        View(
            "arms",
            "times",
            caption,
            (
                ViewColumn("Arm", "arm", "arm"),
                ViewColumn("Parameters", "parameters", "count"),
                ViewColumn("Runs", "n", "count"),
                ViewColumn("Reached", "reached", "count"),
                ViewColumn("Censored", "censored", "count"),
                ViewColumn("Diverged", "diverged", "count"),
                ViewColumn(
                    "Restricted mean (t limits)",
                    "restricted_mean",
                    "time",
                    ("restricted_mean_lower", "restricted_mean_upper"),
                    bound=True,
                ),
                ViewColumn(
                    "Median (order-statistic limits)",
                    "median",
                    "time",
                    ("median_lower", "median_upper"),
                ),
                ViewColumn(
                    "Reached (Wilson limits)",
                    "reached_fraction",
                    "share",
                    ("reached_lower", "reached_upper"),
                ),
                ViewColumn("ERT (bootstrap limits)", "ert", "time", ("ert_lower", "ert_upper")),
            ),
        ),
    ),
    sources=(WILSON, COCO),
)
