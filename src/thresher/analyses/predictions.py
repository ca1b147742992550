"""What every trained model says to held-out examples."""

from collections.abc import Mapping
from typing import Any

from thresher.fields import ARM_KEYS, SEED, Field, Schema
from thresher.registry import Analysis, Table

PREDICTIONS: Schema = {
    **ARM_KEYS,
    **SEED,
    "example": Field(
        "int", "", "held-out example, from 0; the same for all runs, or each run's own"
    ),
    "position": Field("int", "", "position in its label, such as a timestep, from 0"),
    "input": Field("float?", "", "input value; missing where positions of input and label differ"),
    "output": Field("float?", "", "the model's output: a probability, or the number"),
    "decoded": Field("float?", "", "the output as a label: a class, or the number"),
    "expected": Field("float", "", "the label"),
    "wrong": Field("bool?", "", "whether they differ; missing for numbers and diverged runs"),
}


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
            "Each run's output for held-out examples after its last epoch, beside the label.",
            factors=True,
        )
    },
    compute=compute,
)
