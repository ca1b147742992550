"""Convolution over time that sees no later timestep, then LSTM, then the task's head."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import Head, ModelDeclaration, Option
from thresher.models._options import DROPOUT, RECURRENT_DROPOUT, UNITS

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs ``(timesteps, features)``."""
    import keras

    sequence = keras.Input(inputs)
    convolution = keras.layers.Conv1D(
        options["filters"], options["kernel_size"], padding="causal", activation="relu"
    )
    convolution.supports_masking = True  # timesteps stay what they are
    hidden = convolution(sequence)
    hidden = keras.layers.LSTM(
        options["units"],
        return_sequences=head.per_timestep,
        dropout=options["dropout"],
        recurrent_dropout=options["recurrent_dropout"],
    )(hidden)
    return keras.Model(sequence, keras.layers.Dense(head.units, activation=head.activation)(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    units, filters = options["units"], options["filters"]
    convolution = filters * (options["kernel_size"] * inputs[-1] + 1)
    total: int = convolution + 4 * units * (filters + units + 1) + head.units * (units + 1)
    return total


MODEL = ModelDeclaration(
    options={
        "units": UNITS,
        "filters": Option(
            int, 16, "filters", minimum=1, maximum=4096, help="Filters of the convolution."
        ),
        "kernel_size": Option(
            int,
            3,
            "timesteps",
            minimum=1,
            maximum=1024,
            help="Timesteps that a filter sees, the last of them its own.",
        ),
        "dropout": DROPOUT,
        "recurrent_dropout": RECURRENT_DROPOUT,
    },
    build=build,
    parameters=parameters,
)
