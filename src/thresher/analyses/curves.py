"""Mean curves of every metric and paired differences to the reference, with bands."""

from collections.abc import Mapping
from typing import Any

from thresher.registry import Analysis, Table
from thresher.tables import CURVE_DIFFERENCES, CURVES


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
)
