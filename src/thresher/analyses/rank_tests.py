"""Rank tests of the time to threshold, for readers who expect them."""

from collections.abc import Mapping
from typing import Any

from thresher.analyses.contrasts import COMPARED
from thresher.fields import PAIR, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import RANKS

RANK_TESTS: Schema = {
    **PAIR,
    "test": Field("str", "", "`log-rank`, `Gehan–Wilcoxon` or `Prentice–Wilcoxon`"),
    "design": Field("str", "", "`paired` (sign-flipped scores) or `unpaired` (asymptotic)"),
    "n": Field("int", "", "pairs (unpaired: runs of both arms)"),
    "statistic": Field("float?", "", "studentised mean of score differences, or chi-squared"),
    "p": Field("float", "", "two-sided p-value, not adjusted"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Test every contrast by ranks."""
    from thresher.statistics.contrasts import pairs_of
    from thresher.statistics.rank_tests import rank_tests

    pairs = pairs_of([arm.label for arm in study.arms], study.contrast_reference)
    flips = study.analysis.flips
    return {"rank_tests": rank_tests(needed["events"], pairs, study.paired, flips, study.entropy)}


ANALYSIS = Analysis(
    title="Sensitivity",
    needs=("events",),
    uses=("arms", "reference", "pairing", "entropy", "analysis"),
    tables={
        "rank_tests": Table(RANK_TESTS, "Rank tests, paired by seed where the design is."),
    },
    compute=compute,
    views=(
        View(
            "rank_tests",
            "sensitivity",
            lambda results: f"Rank tests{results.against}",
            (
                *COMPARED,
                ViewColumn("Test", "test"),
                ViewColumn("Design", "design"),
                ViewColumn("n", "n", "count"),
                ViewColumn("Statistic", "statistic", "number"),
                ViewColumn("p, not adjusted", "p", "p"),
            ),
            order=20,
            folded=True,
        ),
    ),
    sources=(RANKS,),
)
