"""The primary analysis: test, interval and verdict for every contrast; all pairs beside it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from thresher.registry import Analysis, Table, View, ViewColumn
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
                ViewColumn("Against the margin", "size"),
                ViewColumn("p", "p", "p"),
                ViewColumn("p, adjusted", "p_adjusted", "p"),
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
                ViewColumn("p, adjusted", "p_adjusted", "p"),
                ViewColumn("P(sooner) + ½ P(tie)", "win_probability", "number"),
            ),
            order=20,
            folded=True,
        ),
    ),
)
