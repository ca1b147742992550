"""A folder as a user has it: a file of models, a file of tasks, a module beside them."""

from pathlib import Path

import pytest

MODELS = '''"""Models of mine."""
from typing import Literal

from thresher.declarations import Option

OPTIONS = {"units": Option(int, 8, "units", minimum=1, maximum=64, help="Units of the layer.")}


def gru(inputs, head, units: int = 8, reset: Literal["before", "after"] = "after"):
    import keras

    from blocks import output

    x = keras.Input(inputs)
    h = keras.layers.GRU(units, return_sequences=head.per_timestep, reset_after=reset == "after")(x)
    return keras.Model(x, output(head)(h))


def dense(inputs, outputs, width=4, rate: float = 0):
    import keras

    x = keras.Input(inputs)
    h = keras.layers.Dropout(rate)(keras.layers.Dense(width, "tanh")(x))
    return keras.Model(x, keras.layers.Dense(outputs[-1], "sigmoid")(h))
'''
BLOCKS = """import keras


def output(head):
    return keras.layers.Dense(head.units, activation=head.activation)
"""
TASKS = '''"""Tasks of mine."""
import numpy as np


class ParityTask:
    """Is the number of ones so far even?"""

    loss = "binary_crossentropy"
    baseline = 0.6931

    def __init__(self, timesteps: int = 6):
        self.timesteps = timesteps

    def draw(self, generator, n):
        x = generator.integers(0, 2, (n, self.timesteps, 1))
        return x, (x.cumsum(axis=1) % 2 == 0)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("my_models", MODELS), ("blocks", BLOCKS), ("my_task", TASKS)):
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path
