"""Evaluations → one row per run: when it reached the threshold, or that it was censored."""

from collections.abc import Mapping
from typing import Any

from thresher.registry import Analysis, Table
from thresher.tables import EVENTS


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Find the events."""
    from thresher.events import events

    return {"events": events(needed["evaluations"], study.metric, study.endpoint)}


ANALYSIS = Analysis(
    title="Time to threshold",
    needs=("evaluations",),
    uses=("metrics", "endpoint"),
    tables={
        "events": Table(
            EVENTS,
            "One row per run: the first evaluation from which the metric stays on the right side "
            "of the threshold, or the budget where it does not (censored, or diverged).",
        )
    },
    compute=compute,
)
