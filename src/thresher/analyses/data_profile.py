"""Data profiles: the share of (run, threshold) solved within a share of the budget."""

from collections.abc import Mapping
from typing import Any

from thresher.fields import ARM, STUDY, Field, Schema
from thresher.registry import Analysis, Table
from thresher.sources import DATA_PROFILE

PROFILE: Schema = {
    **STUDY,
    **ARM,
    "time": Field("time", "axis", "time"),
    "budget_share": Field("float", "", "this time as a share of the budget"),
    "n": Field("int", "runs", "runs, diverged ones among them"),
    "thresholds": Field("int", "", "thresholds of the grid"),
    "solved": Field("float", "", "share of (run, threshold) reached by this time"),
    "lower": Field("float?", "", "lower limit, pointwise, by runs; missing = fewer than 6"),
    "upper": Field("float?", "", "upper limit"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Tabulate every arm's profile."""
    from thresher.statistics.profiles import data_profile

    return {
        "data_profile": data_profile(
            needed["threshold_events"],
            study.endpoint.budget,
            study.analysis.confidence,
            study.entropy,
        )
    }


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("threshold_events",),
    uses=("endpoint", "analysis", "entropy"),
    tables={
        "data_profile": Table(
            PROFILE,
            "Data profiles: which share of all runs at all thresholds of the grid is reached by a "
            "time; pointwise limits, of the mean over runs.",
        )
    },
    compute=compute,
    sources=(DATA_PROFILE,),
)
