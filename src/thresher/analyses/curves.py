"""Mean curves of every metric and paired differences to the reference, with bands."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.fields import ARM, BAND, PAIR, STUDY, Field, Schema
from thresher.registry import Analysis, Table
from thresher.sources import SUP_T, Source

CURVES: Schema = {
    **STUDY,
    **ARM,
    "metric": Field("str", "", "name of the metric, a column of the traces"),
    "time": Field("time", "axis", "time"),
    **BAND,
}
CURVE_DIFFERENCES: Schema = {
    **PAIR,
    "metric": Field("str", "", "name of the metric, a column of the traces"),
    "time": Field("time", "axis", "time"),
    **BAND,
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Average the curves."""
    from thresher.statistics.contrasts import pairs_of
    from thresher.statistics.curves import curve_differences, curves

    labels = [arm.label for arm in study.arms]
    metrics = [metric.name for metric in study.metrics]
    bands = {
        "confidence": study.analysis.confidence,
        "band": study.analysis.band,
        "entropy": study.entropy,
    }
    pairs = pairs_of(labels, study.contrast_reference)
    evaluations = needed["evaluations"]
    return {
        "curves": curves(evaluations, metrics, arms=labels, **bands),
        "curve_differences": curve_differences(
            evaluations, metrics, pairs, paired=study.paired, **bands
        ),
    }


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say which arms have no curve, and which curves lack runs that diverged."""
    from thresher import format as say

    table, most = results.table("curves"), 12
    own = table[table["metric"] == results.study.metric.name]
    if own.empty:
        yield (
            "curves",
            "No arm has a run that stayed finite up to the budget: there is no mean curve.",
        )
        return
    there = own.groupby("arm", sort=False)[["n", "runs"]].min()
    arms = [arm.label for arm in results.study.arms]
    gone = [results.label(arm) for arm in arms if arm not in there.index]
    if gone:
        verb = "has" if len(gone) == 1 else "have"
        yield "curves", f"{say.listed(gone, most)} {verb} no curve: every run diverged."
    short = [
        f"{results.label(arm)} {say.count(row['n'])} of {say.count(row['runs'])}"
        for arm, row in there[there["n"] < there["runs"]].iterrows()
    ]
    if short:
        yield (
            "curves",
            f"Curves of the runs that did not diverge only, so not of their whole arm: "
            f"{say.listed(short, most)} runs.",
        )


def sources(results: Any) -> list[Source]:
    """Cite what the bands are, where there are any."""
    return [SUP_T] if (results.table("curves")["band"] == "simultaneous").any() else []


ANALYSIS = Analysis(
    title="Learning curves",
    needs=("evaluations",),
    uses=("metrics", "arms", "reference", "pairing", "entropy", "analysis"),
    tables={
        "curves": Table(
            CURVES,
            "Mean of every metric over seeds, with simultaneous sup-t bands (re-studentised sign "
            "flips): the whole true mean curve lies inside with the stated confidence. Fewer than "
            "six runs give a mean without a band.",
        ),
        "curve_differences": Table(
            CURVE_DIFFERENCES, "The same for the differences to the reference."
        ),
    },
    compute=compute,
    notes=notes,
    sources=sources,
)
