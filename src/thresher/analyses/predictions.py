"""What every trained model says to the held-out examples that all share."""

from collections.abc import Mapping
from typing import Any

from thresher.registry import Analysis, Table
from thresher.tables import PREDICTIONS


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Pass the joined predictions on."""
    return {"predictions": needed["predictions"]}


ANALYSIS = Analysis(
    title="Predictions",
    needs=("predictions",),
    uses=(),
    tables={
        "predictions": Table(
            PREDICTIONS,
            "Each run's output for the same held-out examples after its last epoch, beside the "
            "label.",
        )
    },
    compute=compute,
)
