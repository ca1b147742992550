"""Kaplan–Meier curves of the time to threshold."""

from collections.abc import Mapping
from typing import Any

from thresher.registry import Analysis, Table
from thresher.sources import KAPLAN_MEIER
from thresher.tables import SURVIVAL


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
