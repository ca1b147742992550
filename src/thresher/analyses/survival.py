"""Kaplan–Meier curves of the time to threshold."""

from collections.abc import Mapping
from typing import Any

from thresher.fields import ARM, STUDY, Field, Schema
from thresher.registry import Analysis, Table
from thresher.sources import KAPLAN_MEIER

SURVIVAL: Schema = {
    **STUDY,
    **ARM,
    "time": Field("time", "axis", "time"),
    "at_risk": Field("int", "runs", "runs not yet there just before this time"),
    "events": Field("int", "runs", "runs that reach the threshold at this time"),
    "censored": Field("int", "runs", "runs censored at this time"),
    "survival": Field("float", "", "Kaplan–Meier estimate of P(T > time)"),
    "lower": Field("float", "", "Wilson lower limit, pointwise"),
    "upper": Field("float", "", "Wilson upper limit, pointwise"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Tabulate every arm's curve."""
    from thresher.statistics.survival import survival

    return {"survival": survival(needed["events"], study.analysis.confidence)}


ANALYSIS = Analysis(
    title="Time to threshold",
    needs=("events",),
    uses=("analysis",),
    tables={
        "survival": Table(
            SURVIVAL,
            "Kaplan–Meier curves of the time to threshold, with numbers at risk, events and "
            "censored runs.",
        )
    },
    compute=compute,
    sources=(KAPLAN_MEIER,),
)
