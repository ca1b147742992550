"""Cox hazard ratios of reaching the threshold, descriptive."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.analyses.contrasts import COMPARED
from thresher.fields import PAIR, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import COX

HAZARDS: Schema = {
    **PAIR,
    "hazard_ratio": Field("float?", "", "Cox hazard ratio of reaching, arm over reference"),
    "lower": Field("float?", "", "Wald lower limit"),
    "upper": Field("float?", "", "Wald upper limit"),
    "p": Field("float?", "", "Wald p-value, descriptive"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Estimate the hazard ratio of every contrast."""
    from thresher.statistics.contrasts import pairs_of
    from thresher.statistics.cox import hazards

    pairs = pairs_of([arm.label for arm in study.arms], study.contrast_reference)
    return {"hazards": hazards(needed["events"], pairs, study.analysis.confidence)}


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say what hazard ratios take for granted."""
    if results.has("hazards"):
        yield (
            "sensitivity",
            "Hazard ratios take hazards as proportional and runs as independent; they describe.",
        )


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("events",),
    uses=("arms", "reference", "analysis"),
    tables={"hazards": Table(HAZARDS, "Cox hazard ratios, descriptive.")},
    compute=compute,
    views=(
        View(
            "hazards",
            "sensitivity",
            lambda results: f"Hazard ratios of reaching the threshold{results.against}",
            (
                *COMPARED,
                ViewColumn(
                    "Hazard ratio (Wald limits)", "hazard_ratio", "number", ("lower", "upper")
                ),
                ViewColumn("p, not adjusted", "p", "p"),
            ),
            order=30,
            folded=True,
        ),
    ),
    notes=notes,
    sources=(COX,),
)
