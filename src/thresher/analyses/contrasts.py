"""The primary analysis: test, interval and verdict for every contrast; all pairs beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import HOLM, INVERSION, PERMUTATION, SHAFFER, SIGN_FLIP, TOST, Source
from thresher.tables import CONTRASTS

PAIR = (ViewColumn("Arm", "arm", "arm"), ViewColumn("Compared with", "reference", "arm"))
VERDICT = ViewColumn("Verdict", "verdict", "verdict")
DIFFERENCE = ViewColumn("Difference", "mean_difference", "difference")
INTERVAL = ViewColumn("Interval", "lower", "difference", ("lower", "upper"))


def plan_of(study: Any) -> dict[str, Any]:
    """Return the settings that contrasts and threshold grid share."""
    plan = asdict(study.analysis)
    shared = {name: plan[name] for name in ("alpha", "confidence", "margin", "flips", "family")}
    return {**shared, "paired": study.paired, "entropy": study.entropy}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Compare with the reference, and all pairs."""
    from thresher.statistics.contrasts import contrasts, pairs_of

    labels, plan = [arm.label for arm in study.arms], plan_of(study)
    return {
        "contrasts": contrasts(
            needed["events"], pairs_of(labels, study.contrast_reference), **plan
        ),
        "pairs": contrasts(needed["events"], pairs_of(labels, None), **plan),
    }


def _pairs_caption(results: Any) -> str:
    return f"All pairs{', exploratory' if results.study.contrast_reference else ''}"


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say where there is nothing to compare, and where equivalence could not be tested."""
    from thresher import format as say

    table, most = results.table("contrasts"), 12
    if table.empty:
        yield "contrasts", "There is one arm only, so nothing is compared."
        return
    short = table[table["equivalence"] == "budget too short"]
    if len(short):
        names = say.listed([results.label(arm) for arm in short["arm"]], most)
        margin, goal = say.fraction(short["margin"].iloc[0]), results.study.endpoint
        within = say.duration(goal.budget, results.study.axis)
        yield (
            "contrasts",
            f"Equivalence was not tested for {names}: no mean within {within} can exceed the other "
            f"arm’s by {margin}, so an arm slower than that would not be seen. A larger budget "
            "mends it.",
        )


def sources(results: Any) -> list[Source]:
    """Cite the test, its inversion, the adjustment and equivalence."""
    row = results.table("contrasts").iloc[0]
    test = [SIGN_FLIP, INVERSION] if row["design"] == "paired" else [PERMUTATION]
    several = [SHAFFER if row["family"] == "joint" else HOLM] if row["contrasts"] > 1 else []
    return [*test, *several, TOST]


ANALYSIS = Analysis(
    title="Contrasts",
    needs=("events",),
    tables={
        "contrasts": Table(
            CONTRASTS,
            "Every contrast: difference of restricted means, arm − reference, with the interval of "
            "the inverted test, the adjusted p-value and the verdict.",
        ),
        "pairs": Table(CONTRASTS, "The same for all pairs, a family of its own, exploratory."),
    },
    compute=compute,
    views=(
        View(
            "contrasts",
            "contrasts",
            lambda results: f"Contrasts of the study{results.against}",
            (
                *PAIR,
                VERDICT,
                DIFFERENCE,
                INTERVAL,
                ViewColumn(
                    "All contrasts together",
                    "lower_family",
                    "difference",
                    ("lower_family", "upper_family"),
                ),
                ViewColumn("Relative", "percent", "percent", ("percent_lower", "percent_upper")),
                ViewColumn("Against the margin", "size", "size"),
                ViewColumn("p", "p", "p"),
                ViewColumn("p, adjusted", "p_adjusted", "p"),
                ViewColumn(
                    "Relative, for equivalence",
                    "percent_lower_equivalence",
                    "percent",
                    ("percent_lower_equivalence", "percent_upper_equivalence"),
                ),
                ViewColumn("p of equivalence, adjusted", "p_equivalence_adjusted", "p"),
                ViewColumn("Runs", "n_arm", "count"),
                ViewColumn("Reached", "reached_arm", "count"),
                ViewColumn("Reached, other arm", "reached_reference", "count"),
                ViewColumn(
                    "P(sooner) + ½ P(tie)", "win_probability", "number", ("win_lower", "win_upper")
                ),
                ViewColumn("Cliff’s delta", "cliffs_delta", "number"),
            ),
            order=10,
        ),
        View(
            "pairs",
            "contrasts",
            _pairs_caption,
            (
                *PAIR,
                VERDICT,
                DIFFERENCE,
                INTERVAL,
                ViewColumn("Relative", "percent", "percent"),
                ViewColumn("Against the margin", "size", "size"),
                ViewColumn("p, adjusted", "p_adjusted", "p"),
                ViewColumn("P(sooner) + ½ P(tie)", "win_probability", "number"),
            ),
            order=20,
            folded=True,
        ),
    ),
    notes=notes,
    sources=sources,
)
