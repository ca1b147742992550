"""What was read of runs that were made elsewhere: arm × runs × seeds × steps × evaluations."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.fields import ARM, STUDY, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn

IMPORTED: Schema = {
    **STUDY,
    **ARM,
    "runs": Field("int", "runs", "runs that were read"),
    "seeds": Field("int?", "seeds", "different seeds; missing where the logs name none"),
    "first": Field("time", "axis", "the first evaluation of any run"),
    "last": Field("time", "axis", "the last evaluation of any run"),
    "last_shortest": Field("time", "axis", "the last evaluation of the run that ends first"),
    "evaluations_fewest": Field("int", "", "evaluations of the run that has fewest"),
    "evaluations_most": Field("int", "", "evaluations of the run that has most"),
    "spacing": Field("float?", "axis", "median distance between a run's evaluations"),
    "diverged": Field("int", "runs", "runs with a value that is not finite"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Tabulate what the logs hold; without rows where runs were made here."""
    import pandas as pd

    name, arms = study.name, study.imported.arms if study.imported else ()
    rows = [{"study": name, **vars(arm), "seeds": arm.seeds or pd.NA} for arm in arms]
    return {"imported": pd.DataFrame(rows, columns=list(IMPORTED))}


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say what was left out and why, and where arms are evaluated at different places."""
    from thresher import format as say

    facts = results.study.imported
    if facts is None:
        return
    if facts.formats:
        formats = say.listed(facts.formats)
        yield "method", f"Read from {say.several(facts.files, 'log')}: {formats}."
    for note in facts.notes:
        yield "method", note


ANALYSIS = Analysis(
    title="What was read",
    needs=(),
    uses=("name", "imported"),
    tables={
        "imported": Table(
            IMPORTED,
            "Runs that were made elsewhere, as their logs hold them: runs, seeds, first and last "
            "evaluation and how many there are; without rows where runs were made here.",
        )
    },
    compute=compute,
    views=(
        View(
            "imported",
            "method",
            "What was read, before anything was tested",
            (
                ViewColumn("Arm", "arm", "arm"),
                ViewColumn("Runs", "runs", "count"),
                ViewColumn("Seeds", "seeds", "count"),
                ViewColumn("First evaluation", "first", "time"),
                ViewColumn("Last", "last", "time"),
                ViewColumn("Last of the shortest run", "last_shortest", "time"),
                ViewColumn(
                    "Evaluations a run",
                    "evaluations_fewest",
                    "count",
                    ("evaluations_fewest", "evaluations_most"),
                ),
                ViewColumn("Apart by", "spacing", "time"),
                ViewColumn("Diverged", "diverged", "count"),
            ),
        ),
    ),
    notes=notes,
)
