"""Bidirectional LSTM, then the task's head: at every timestep, or after both have read all."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import Head, ModelDeclaration, Option
from thresher.models._options import DROPOUT, RECURRENT_DROPOUT

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs ``(timesteps, features)``."""
    import keras

    sequence = keras.Input(inputs)
    lstm = keras.layers.LSTM(
        options["units"],
        return_sequences=head.per_timestep,
        dropout=options["dropout"],
        recurrent_dropout=options["recurrent_dropout"],
    )
    hidden = keras.layers.Bidirectional(lstm, merge_mode=options["merge_mode"])(sequence)
    # On a sequence, Dense is time-distributed: the same weights at every timestep.
    return keras.Model(sequence, keras.layers.Dense(head.units, activation=head.activation)(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    units: int = options["units"]
    width = 2 * units if options["merge_mode"] == "concat" else units
    return 8 * units * (inputs[-1] + units + 1) + head.units * (width + 1)


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
        "dropout": DROPOUT,
        "recurrent_dropout": RECURRENT_DROPOUT,
    },
    build=build,
    parameters=parameters,
)
