"""Bidirectional LSTM that returns sequences, then a sigmoid unit at every timestep."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import ModelDeclaration, Option

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, outputs: Shape) -> Any:
    """Return the model for inputs ``(timesteps, features)`` and outputs ``(timesteps, labels)``."""
    import keras

    sequence = keras.Input(inputs)
    hidden = keras.layers.Bidirectional(
        keras.layers.LSTM(options["units"], return_sequences=True),
        merge_mode=options["merge_mode"],
    )(sequence)
    # On a sequence, Dense is time-distributed: the same weights at every timestep.
    return keras.Model(sequence, keras.layers.Dense(outputs[-1], activation="sigmoid")(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, outputs: Shape) -> int:
    """Count the trainable parameters."""
    units: int = options["units"]
    width = 2 * units if options["merge_mode"] == "concat" else units
    return 8 * units * (inputs[-1] + units + 1) + outputs[-1] * (width + 1)


MODEL = ModelDeclaration(
    options={
        "units": Option(
            int, 20, "units", minimum=1, maximum=4096, help="Units of each direction's layer."
        ),
        "merge_mode": Option(
            str,
            "concat",
            choices=("sum", "mul", "ave", "concat"),
            bare=True,
            help="How the outputs of the two directions are joined.",
        ),
    },
    build=build,
    parameters=parameters,
)
