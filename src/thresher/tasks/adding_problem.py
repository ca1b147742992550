"""The sum of two marked values of a long sequence: one number a sequence.

The adding problem tests long memory (Hochreiter & Schmidhuber 1997, doi
10.1162/neco.1997.9.8.1735, experiment 4), here with one mark in each half, as in Le, Jaitly &
Hinton 2015 (arXiv:1504.00941).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from thresher.declarations import Option, TaskDeclaration

Examples = tuple[np.ndarray, np.ndarray]


def _inputs(options: Mapping[str, Any]) -> tuple[int, ...]:
    return (options["timesteps"], 2)


def _outputs(options: Mapping[str, Any]) -> tuple[int, ...]:
    return (1,)


def draw(generator: np.random.Generator, options: Mapping[str, Any], n: int) -> Examples:
    """Draw n sequences of a value, uniform on [0, 1), and a mark, 1 at two timesteps."""
    timesteps: int = options["timesteps"]
    half, rows = timesteps // 2, np.arange(n)
    values = generator.random((n, timesteps), dtype=np.float32)
    first = generator.integers(0, half, n)
    second = generator.integers(half, timesteps, n)
    marks = np.zeros((n, timesteps), np.float32)
    marks[rows, first] = marks[rows, second] = 1
    sums = values[rows, first] + values[rows, second]
    return np.stack([values, marks], axis=-1), sums[:, None]


def baseline(options: Mapping[str, Any]) -> float:
    """Return the squared error of always saying 1: the variance of a sum of two uniform values."""
    return 1 / 6


TASK = TaskDeclaration(
    options={
        "timesteps": Option(
            int, 10, "timesteps", minimum=2, maximum=10_000, help="Length of a sequence."
        ),
    },
    loss="mean_squared_error",
    inputs=_inputs,
    outputs=_outputs,
    draw=draw,
    held_out=draw,
    baseline=baseline,
)
