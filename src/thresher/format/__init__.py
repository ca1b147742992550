"""Numbers and words for people: epochs, percent, p-values, verdict sentences."""

from thresher.format.numbers import (
    arm_label,
    cell,
    count,
    epochs,
    fraction,
    interval,
    known,
    nats,
    number,
    p_value,
    percent,
    plural,
    runs,
    signed_epochs,
)
from thresher.format.verdicts import verdict_sentence

__all__ = [
    "arm_label",
    "cell",
    "count",
    "epochs",
    "fraction",
    "interval",
    "known",
    "nats",
    "number",
    "p_value",
    "percent",
    "plural",
    "runs",
    "signed_epochs",
    "verdict_sentence",
]
