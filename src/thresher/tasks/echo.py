"""Which symbol came some timesteps ago? One of several classes at each timestep."""

from collections.abc import Mapping
from math import log
from typing import Any

import numpy as np

from thresher.declarations import Option, TaskDeclaration

Examples = tuple[np.ndarray, np.ndarray]


def _shape(options: Mapping[str, Any]) -> tuple[int, ...]:
    return (options["timesteps"], 1)


def classes(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the classes: no symbol yet, then the symbols."""
    return ("none yet", *(f"symbol {k}" for k in range(1, options["symbols"] + 1)))


def draw(generator: np.random.Generator, options: Mapping[str, Any], n: int) -> Examples:
    """Draw n sequences of symbols 1 to K, each as likely at each timestep.

    An input is its symbol's place between 0 and 1. A label is the number of the symbol `delay`
    timesteps before, and 0 before there is one.
    """
    symbols, delay = options["symbols"], options["delay"]
    drawn = generator.integers(1, symbols + 1, (n, *_shape(options)))
    labels = np.zeros_like(drawn)
    labels[:, delay:] = drawn[:, : max(options["timesteps"] - delay, 0)]
    return ((drawn - 1) / (symbols - 1)).astype(np.float32), labels.astype(np.float32)


def baseline(options: Mapping[str, Any]) -> float:
    """Return the loss, in nats, of a model that knows the position but not the inputs."""
    echoes = max(options["timesteps"] - options["delay"], 0)
    return echoes / options["timesteps"] * log(options["symbols"])


TASK = TaskDeclaration(
    options={
        "timesteps": Option(
            int, 10, "timesteps", minimum=1, maximum=10_000, help="Length of a sequence."
        ),
        "delay": Option(
            int,
            2,
            "timesteps",
            minimum=0,
            maximum=10_000,
            help="How long ago the symbol came that is asked for.",
        ),
        "symbols": Option(int, 4, "symbols", minimum=2, maximum=1000, help="Different symbols."),
    },
    loss="sparse_categorical_crossentropy",
    inputs=_shape,
    outputs=_shape,
    draw=draw,
    held_out=draw,
    baseline=baseline,
    classes=classes,
)
