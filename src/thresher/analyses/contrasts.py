"""The primary analysis: test, interval and verdict for every contrast; all pairs beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from thresher.fields import PAIR, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import HOLM, INVERSION, PERMUTATION, SHAFFER, SIGN_FLIP, TOST, Source

CONTRASTS: Schema = {
    **PAIR,
    "design": Field("str", "", "`paired` (by seed) or `unpaired`"),
    "n_arm": Field("int", "runs", "runs of the arm that were used"),
    "n_reference": Field("int", "runs", "runs of the reference that were used"),
    "n_dropped": Field("int", "seeds", "seeds that only one of the two arms has"),
    "reached_arm": Field("int", "runs", "runs of the arm that reached the threshold"),
    "reached_reference": Field("int", "runs", "runs of the reference that reached it"),
    "mean_arm": Field("float", "axis", "restricted mean of the arm"),
    "mean_reference": Field("float", "axis", "restricted mean of the reference"),
    "mean_difference": Field("float", "axis", "restricted mean, arm − reference"),
    "lower": Field("float?", "axis", "lower limit; missing = minus infinity"),
    "upper": Field("float?", "axis", "upper limit; missing = infinity"),
    "confidence": Field("float", "", "confidence of the interval, per contrast"),
    "percent": Field("float?", "percent", "ratio of the means − 1; missing if the reference is 0"),
    "percent_lower": Field("float?", "percent", "its lower limit, by inverting the ratio's test"),
    "percent_upper": Field("float?", "percent", "its upper limit; missing = infinite or unknown"),
    "percent_lower_equivalence": Field("float?", "percent", "lower limit at 1 − 2 alpha"),
    "percent_upper_equivalence": Field("float?", "percent", "upper limit at 1 − 2 alpha"),
    "lower_family": Field("float?", "axis", "lower limit, all contrasts together at 1 − alpha"),
    "upper_family": Field("float?", "axis", "upper limit, all contrasts together at 1 − alpha"),
    "percent_lower_family": Field("float?", "percent", "the same in percent, lower"),
    "percent_upper_family": Field("float?", "percent", "the same in percent, upper"),
    "confidence_family": Field("float", "", "confidence of each family limit by itself"),
    "p": Field("float", "", "two-sided sign-flip (unpaired: permutation) p-value"),
    "p_adjusted": Field("float", "", "p, adjusted over the contrasts of this table; it decides"),
    "family": Field("str", "", "`joint` (difference and equivalence) or `separate` adjustment"),
    "contrasts": Field("int", "", "contrasts of the family"),
    "p_limited_by": Field("str", "", "too few `seeds` or `flips` for the family, or `none`"),
    "p_smallest": Field("float", "", "smallest p that this number of seeds can give"),
    "p_resolution": Field("float", "", "step of the p-value: 2^(1−n) exact, 1/(M+1) Monte Carlo"),
    "margin": Field("float", "fraction", "margin of equivalence, relative to the reference"),
    "p_equivalence": Field("float", "", "larger p of the two one-sided tests"),
    "p_equivalence_adjusted": Field("float", "", "the same, adjusted; it decides"),
    "equivalence": Field("str", "", "`tested`, or refused: `budget too short` or `no scale`"),
    "size": Field("str", "", "percent interval: `more` or `less than the margin`, or `open`"),
    "bound": Field("str", "", "`at least`, `at most` that far (no event), `unknown` or `none`"),
    "resolution": Field("float?", "axis", "smaller differences are not called any; missing = none"),
    "degenerate": Field("str", "", "`all at 0`, `reference at 0`, `arm at 0`, `no differences`"),
    "verdict": Field("str", "", "one of `VERDICTS`"),
    "seeds_for_effect": Field("int?", "seeds", "rough guess: seeds for 80 % power at this effect"),
    "seeds_for_margin": Field("int?", "seeds", "rough guess: seeds for 80 % power at the margin"),
    "seeds_attainable": Field("int", "seeds", "fewest seeds with which the family can reject"),
    "advice": Field("str", "", "guess to name first: `attainable`, `effect`, `margin` or `none`"),
    "win_probability": Field("float", "", "P(arm before reference) + ½ P(tie)"),
    "win_lower": Field("float?", "", "its lower limit; missing for one seed"),
    "win_upper": Field("float?", "", "its upper limit; missing for one seed"),
    "cliffs_delta": Field("float", "", "Cliff's delta of times to threshold, arm sooner > 0"),
    "welch_p": Field("float?", "", "Welch's t test, for readers who expect it (unpaired only)"),
}

COMPARED = (ViewColumn("Arm", "arm", "arm"), ViewColumn("Compared with", "reference", "arm"))
VERDICT = ViewColumn("Verdict", "verdict", "verdict")
DIFFERENCE = ViewColumn("Difference", "mean_difference", "difference", bound=True)
INTERVAL = ViewColumn("Interval", "lower", "difference", ("lower", "upper"), bound=True)
RELATIVE = ViewColumn(
    "Relative", "percent", "percent", ("percent_lower", "percent_upper"), bound=True
)


MOST_PAIRS = 1_000
"""Of more pairs than these nobody reads a table, and the family is too large to decide much."""


def plan_of(study: Any) -> dict[str, Any]:
    """Return the settings that contrasts and threshold grid share."""
    plan = asdict(study.analysis)
    shared = {name: plan[name] for name in ("alpha", "confidence", "margin", "flips", "family")}
    spacing = study.imported.spacing if study.imported else None
    return {**shared, "paired": study.paired, "entropy": study.entropy, "spacing": spacing}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Compare with the reference, and all pairs where these are not too many."""
    import pandas as pd

    from thresher.statistics.contrasts import contrasts, pairs_of

    labels, plan = [arm.label for arm in study.arms], plan_of(study)
    every = pairs_of(labels, None)
    asked = contrasts(needed["events"], pairs_of(labels, study.contrast_reference), **plan)
    if study.contrast_reference is None:
        return {"contrasts": asked, "pairs": asked}
    few = len(every) <= MOST_PAIRS
    pairs = contrasts(needed["events"], every, **plan) if few else pd.DataFrame()
    return {"contrasts": asked, "pairs": pairs}


def _pairs_caption(results: Any) -> str:
    return f"All pairs{', exploratory' if results.study.contrast_reference else ''}"


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say where there is nothing to compare, and where equivalence could not be tested."""
    from thresher import format as say

    table, most = results.table("contrasts"), 12
    if table.empty:
        yield "contrasts", "There is one arm only, so nothing is compared."
        return
    if results.table("pairs").empty:
        yield (
            "contrasts",
            f"All pairs of {say.count(len(results.study.arms))} arms are more than "
            f"{say.count(MOST_PAIRS)} and are left out; without a reference they are the family.",
        )
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
                *COMPARED,
                VERDICT,
                DIFFERENCE,
                INTERVAL,
                ViewColumn(
                    "All contrasts together",
                    "lower_family",
                    "difference",
                    ("lower_family", "upper_family"),
                    bound=True,
                ),
                RELATIVE,
                ViewColumn("Against the margin", "size", "size"),
                ViewColumn("p", "p", "p"),
                ViewColumn("p, adjusted", "p_adjusted", "p"),
                ViewColumn(
                    "Relative, for equivalence",
                    "percent_lower_equivalence",
                    "percent",
                    ("percent_lower_equivalence", "percent_upper_equivalence"),
                    bound=True,
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
                *COMPARED,
                VERDICT,
                DIFFERENCE,
                INTERVAL,
                ViewColumn("Relative", "percent", "percent", bound=True),
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
