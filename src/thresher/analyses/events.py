"""Evaluations → one row per run: when it reached the threshold, or that it was censored."""

from collections.abc import Mapping
from typing import Any

from thresher.fields import ARM_KEYS, SEED, Field, Schema
from thresher.registry import Analysis, Table

EVENTS: Schema = {
    **ARM_KEYS,
    **SEED,
    "threshold": Field("float", "metric", "level of the metric to be reached"),
    "budget": Field("time", "axis", "where runs are censored"),
    "event_time": Field("time?", "axis", "event time; missing where not reached"),
    "time": Field("time", "axis", "event time, or the budget where not reached"),
    "event": Field("bool", "", "whether the threshold was reached"),
    "outcome": Field("str", "", "`reached`, `censored` or `diverged`"),
    "diverged_at": Field("time?", "axis", "first time with a value that is not finite"),
    "final": Field("float?", "metric", "the metric at the budget"),
    "own_time": Field("time", "axis", "event time, or the run's own end where not reached"),
    "own_event": Field("bool", "", "whether the threshold was reached by the run's own end"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Find the events."""
    from thresher.events import events

    found = events(needed["evaluations"], study.metric, study.endpoint, needed["followed"])
    return {"events": found}


ANALYSIS = Analysis(
    title="Time to threshold",
    needs=("evaluations", "followed"),
    uses=("metrics", "endpoint"),
    tables={
        "events": Table(
            EVENTS,
            "One row per run: the first evaluation from which the metric stays on the right side "
            "of the threshold, or the budget where it does not (censored, or diverged). In the "
            "last two columns runs that were made elsewhere are followed to their own end.",
            factors=True,
        )
    },
    compute=compute,
)
