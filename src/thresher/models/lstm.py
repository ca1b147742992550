"""LSTM that returns sequences, then a sigmoid unit at every timestep."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import ModelDeclaration, Option

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, outputs: Shape) -> Any:
    """Return the model for inputs ``(timesteps, features)`` and outputs ``(timesteps, labels)``.

    ``backward`` leaves the output in reversed time order, as Keras' `go_backwards` does: read
    against labels in forward order, position t has then seen the last t + 1 inputs.
    ``backward_aligned`` turns the output back.
    """
    import keras

    sequence = keras.Input(inputs)
    hidden = keras.layers.LSTM(
        options["units"],
        return_sequences=True,
        go_backwards=options["direction"] != "forward",
    )(sequence)
    if options["direction"] == "backward_aligned":
        hidden = keras.ops.flip(hidden, axis=1)
    # On a sequence, Dense is time-distributed: the same weights at every timestep.
    return keras.Model(sequence, keras.layers.Dense(outputs[-1], activation="sigmoid")(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, outputs: Shape) -> int:
    """Count the trainable parameters."""
    units: int = options["units"]
    return 4 * units * (inputs[-1] + units + 1) + outputs[-1] * (units + 1)


MODEL = ModelDeclaration(
    options={
        "units": Option(int, 20, "units", minimum=1, maximum=4096, help="Units of the layer."),
        "direction": Option(
            str,
            "forward",
            choices=("forward", "backward", "backward_aligned"),
            help="Order in which the sequence is read; `backward` keeps its output reversed.",
        ),
    },
    build=build,
    parameters=parameters,
)
