"""How far the contrasts depend on the budget: a grid of shorter ones, adjusted by max-T."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.analyses.contrasts import DIFFERENCE, VERDICT, plan_of
from thresher.analyses.thresholds import GRID
from thresher.fields import PAIR, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn

BUDGETS: Schema = {
    **PAIR,
    "budget": Field("float", "axis", "within which the threshold is to be reached"),
    **GRID,
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Compare within every budget."""
    from thresher.statistics.budgets import budgets
    from thresher.statistics.contrasts import pairs_of

    pairs = pairs_of([arm.label for arm in study.arms], study.contrast_reference)
    return {"budgets": budgets(needed["events"], pairs, **plan_of(study))}


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say how to read the grid."""
    if results.has("budgets"):
        yield (
            "thresholds",
            "And the same within shorter budgets: runs that reached the threshold later count as "
            "not having reached it. Adjusted like the grid of thresholds.",
        )


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("events",),
    tables={
        "budgets": Table(
            BUDGETS,
            "Each contrast within a quarter, a half, three quarters and all of the budget, with "
            "p-values adjusted for having looked at all of them by max-T.",
        )
    },
    compute=compute,
    views=(
        View(
            "budgets",
            "thresholds",
            lambda results: f"Every budget of the grid{results.against}",
            (
                ViewColumn("Arm", "arm", "arm"),
                ViewColumn("Compared with", "reference", "arm"),
                ViewColumn("Budget", "budget", "time"),
                VERDICT,
                DIFFERENCE,
                ViewColumn(
                    "Interval at this budget alone",
                    "lower",
                    "difference",
                    ("lower", "upper"),
                    bound=True,
                ),
                ViewColumn("p at this budget alone", "p", "p"),
                ViewColumn("p, max-T over the grid", "p_max_t", "p"),
                ViewColumn("p that decides", "p_decides", "p"),
                ViewColumn("Reached", "reached_arm", "count"),
                ViewColumn("Reached, other arm", "reached_reference", "count"),
            ),
            order=60,
            folded=True,
        ),
    ),
    notes=notes,
)
