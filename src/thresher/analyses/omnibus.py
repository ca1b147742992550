"""All arms at once: the within-seed omnibus test, descriptive."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.fields import STUDY, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import FRIEDMAN

OMNIBUS: Schema = {
    **STUDY,
    "test": Field("str", "", "the test's name"),
    "arms": Field("int", "", "arms compared"),
    "n": Field("int", "seeds", "seeds that every arm has"),
    "statistic": Field("float?", "", "its statistic"),
    "p": Field("float", "", "within-seed label permutation p-value, descriptive"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Test whether any arm differs."""
    from thresher.statistics.omnibus import omnibus

    return {"omnibus": omnibus(needed["events"], study.paired, study.entropy)}


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say what the analyses of this section are for."""
    if results.table("omnibus").empty and results.table("contrasts").empty:
        yield "sensitivity", "There is no contrast to analyse in another way."
        return
    yield (
        "sensitivity",
        "Not the planned analysis, and not adjusted: other tests that readers may expect. They ask "
        "another question where survival curves cross.",
    )


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("events",),
    uses=("pairing", "entropy"),
    tables={"omnibus": Table(OMNIBUS, "All arms at once, by permuting labels within seeds.")},
    compute=compute,
    views=(
        View(
            "omnibus",
            "sensitivity",
            "All arms at once",
            (
                ViewColumn("Test", "test"),
                ViewColumn("Arms", "arms", "count"),
                ViewColumn("Seeds", "n", "count"),
                ViewColumn("Statistic", "statistic", "number"),
                ViewColumn("p", "p", "p"),
            ),
            order=10,
        ),
    ),
    notes=notes,
    sources=(FRIEDMAN,),
)
