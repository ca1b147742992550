"""LSTM, then the task's head: at every timestep, or after the last."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import Head, ModelDeclaration, Option
from thresher.models._options import DROPOUT, RECURRENT_DROPOUT, UNITS

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs ``(timesteps, features)``.

    ``backward`` leaves the outputs in reversed time order, as Keras' `go_backwards` does: read
    against labels in forward order, position t has then seen the last t + 1 inputs.
    ``backward_aligned`` turns the outputs back. With one output a sequence there is no order of
    outputs, and both are the same.
    """
    import keras

    sequence = keras.Input(inputs)
    hidden = keras.layers.LSTM(
        options["units"],
        return_sequences=head.per_timestep,
        go_backwards=options["direction"] != "forward",
        dropout=options["dropout"],
        recurrent_dropout=options["recurrent_dropout"],
    )(sequence)
    if options["direction"] == "backward_aligned" and head.per_timestep:
        hidden = keras.ops.flip(hidden, axis=1)
    # On a sequence, Dense is time-distributed: the same weights at every timestep.
    return keras.Model(sequence, keras.layers.Dense(head.units, activation=head.activation)(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    units: int = options["units"]
    return 4 * units * (inputs[-1] + units + 1) + head.units * (units + 1)


MODEL = ModelDeclaration(
    options={
        "units": UNITS,
        "direction": Option(
            str,
            "forward",
            choices=("forward", "backward", "backward_aligned"),
            help="Order in which the sequence is read; `backward` keeps its output reversed.",
        ),
        "dropout": DROPOUT,
        "recurrent_dropout": RECURRENT_DROPOUT,
    },
    build=build,
    parameters=parameters,
)
