"""What every arm does by itself: outcomes, restricted mean, median, expected running time."""

from collections.abc import Mapping
from typing import Any

from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import COCO, WILSON
from thresher.tables import ARMS


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


ANALYSIS = Analysis(
    title="Time to threshold",
    needs=("events",),
    uses=("arms", "entropy", "analysis"),
    tables={
        "arms": Table(
            ARMS,
            "Every arm: runs, runs that reached the threshold, restricted mean and median time to "
            "it with intervals, share that reached it (Wilson limits), expected running time.",
        )
    },
    compute=compute,
    views=(
        View(
            "arms",
            "times",
            "What each arm does by itself",
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
