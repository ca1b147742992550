"""How far the contrasts depend on the threshold: a grid around it, adjusted by max-T."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.analyses.contrasts import DIFFERENCE, VERDICT, plan_of
from thresher.analyses.survival import SURVIVAL
from thresher.fields import ARM, PAIR, SEED, STUDY, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import MAX_T

GRID: Schema = {
    "primary": Field("bool", "", "whether this is the study's own level"),
    "n_pairs": Field("int", "seeds", "pairs (unpaired: runs of the arm)"),
    "reached_arm": Field("int", "runs", "runs of the arm that reached the threshold"),
    "reached_reference": Field("int", "runs", "runs of the reference that reached it"),
    "mean_reference": Field("float", "axis", "restricted mean of the reference"),
    "mean_difference": Field("float", "axis", "restricted mean, arm − reference"),
    "lower": Field("float?", "axis", "lower limit at this level alone; missing = −infinity"),
    "upper": Field("float?", "axis", "upper limit at this level alone; missing = infinity"),
    "p": Field("float", "", "p-value at this level alone"),
    "p_max_t": Field("float", "", "p-value adjusted for the whole grid by max-T"),
    "p_decides": Field("float", "", "p_max_t adjusted over the contrasts at this level"),
    "bound": Field("str", "", "`at least`, `at most` that far (no event), `unknown` or `none`"),
    "degenerate": Field("str", "", "why there is nothing to compare, as in contrasts, or `none`"),
    "verdict": Field("str", "", "verdict at this level, from p_decides"),
}
THRESHOLDS: Schema = {
    **PAIR,
    "threshold": Field("float", "metric", "level of the grid"),
    **GRID,
}
THRESHOLD_EVENTS: Schema = {
    **STUDY,
    **ARM,
    **SEED,
    "threshold": Field("float", "metric", "level of the grid"),
    "time": Field("time", "axis", "event time, or the budget where not reached"),
    "event": Field("bool", "", "whether this level was reached"),
    "outcome": Field("str", "", "`reached`, `censored` or `diverged`"),
    "budget": Field("time", "axis", "where runs are censored at this level"),
    "own_time": Field("time", "axis", "event time, or the run's own end where not reached"),
    "own_event": Field("bool", "", "whether this level was reached by the run's own end"),
}

THRESHOLD = {"threshold": Field("float", "metric", "threshold of the grid")}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Find the events at every threshold, then compare."""
    from thresher.events import beyond, smoothed
    from thresher.matrices import by_arm
    from thresher.statistics.contrasts import pairs_of
    from thresher.statistics.thresholds import (
        level_curves,
        spread_of,
        threshold_events,
        thresholds,
    )

    goal, metric, evaluations = study.endpoint, study.metric, needed["evaluations"]
    levels = study.analysis.threshold_grid or metric.grid(goal.threshold)
    if levels is None:
        values = (arm.matrices[metric.name] for arm in by_arm(evaluations, [metric.name]))
        levels = metric.grid(goal.threshold, spread_of(values))
    arms = smoothed(evaluations, metric, goal)
    followed = beyond(needed["followed"], metric, goal, levels)
    events = threshold_events(arms, metric, levels, goal.budget, goal.sustain, followed)
    pairs = pairs_of([arm.label for arm in study.arms], study.contrast_reference)
    return {
        "threshold_events": events,
        "threshold_survival": level_curves(events, study.analysis.confidence),
        "thresholds": thresholds(events, pairs, goal.threshold, **plan_of(study)),
    }


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say how to read the grid."""
    from thresher import format as say

    if results.table("thresholds").empty:
        yield "thresholds", "There is no contrast to look at with other thresholds."
        return
    signs = " One sign per seed serves the whole grid." if results.study.paired else ""
    yield (
        "thresholds",
        f"The same comparison at {say.several(len(results.levels), 'threshold')} around the "
        f"study’s own.{signs} P-values are adjusted for having looked at all of it (max-T), then "
        "over the contrasts: that p decides, and is the one shown. Intervals hold at their level "
        "alone. With so many looks a verdict here can be more cautious than the answer above, "
        "which was planned for one threshold.",
    )


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("evaluations", "followed"),
    uses=("metrics", "endpoint", *Analysis.uses),
    tables={
        "thresholds": Table(
            THRESHOLDS,
            "Each contrast at a grid of thresholds around the study's own, with p-values adjusted "
            "for the whole grid by max-T.",
        ),
        "threshold_events": Table(THRESHOLD_EVENTS, "The events of every run at every threshold."),
        "threshold_survival": Table(
            {**THRESHOLD, **SURVIVAL}, "Kaplan–Meier curves at every threshold."
        ),
    },
    compute=compute,
    views=(
        View(
            "thresholds",
            "thresholds",
            lambda results: f"Every threshold of the grid{results.against}",
            (
                ViewColumn("Arm", "arm", "arm"),
                ViewColumn("Compared with", "reference", "arm"),
                ViewColumn("Threshold", "threshold", "level"),
                VERDICT,
                DIFFERENCE,
                ViewColumn(
                    "Interval at this level alone",
                    "lower",
                    "difference",
                    ("lower", "upper"),
                    bound=True,
                ),
                ViewColumn("p at this level alone", "p", "p"),
                ViewColumn("p, max-T over the grid", "p_max_t", "p"),
                ViewColumn("p that decides", "p_decides", "p"),
                ViewColumn("Reached", "reached_arm", "count"),
                ViewColumn("Reached, other arm", "reached_reference", "count"),
            ),
            folded=True,
        ),
    ),
    notes=notes,
    sources=(MAX_T,),
)
