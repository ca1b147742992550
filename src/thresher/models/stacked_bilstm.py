"""Bidirectional LSTM or GRU layers on top of each other, then the task's head."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import Head, ModelDeclaration, Option
from thresher.models._options import DROPOUT, RECURRENT_DROPOUT

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs ``(timesteps, features)``."""
    import keras

    cell = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[options["cell"]]
    sequence = keras.Input(inputs)
    hidden = sequence
    for layer in range(options["depth"]):
        recurrent = cell(
            options["units"],
            return_sequences=head.per_timestep or layer < options["depth"] - 1,
            dropout=options["dropout"],
            recurrent_dropout=options["recurrent_dropout"],
        )
        hidden = keras.layers.Bidirectional(recurrent, merge_mode=options["merge_mode"])(hidden)
    return keras.Model(sequence, keras.layers.Dense(head.units, activation=head.activation)(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    units, depth = options["units"], options["depth"]
    width = 2 * units if options["merge_mode"] == "concat" else units
    features = [inputs[-1], *[width] * (depth - 1)]
    if options["cell"] == "gru":
        total: int = sum(6 * units * (count + units + 2) for count in features)
    else:
        total = sum(8 * units * (count + units + 1) for count in features)
    return total + head.units * (width + 1)


MODEL = ModelDeclaration(
    options={
        "units": Option(
            int, 20, "units", minimum=1, maximum=4096, help="Units of each direction's layers."
        ),
        "depth": Option(
            int, 2, "layers", minimum=1, maximum=64, help="Bidirectional layers before the head."
        ),
        "cell": Option(
            str,
            "lstm",
            choices=("lstm", "gru"),
            help="What each layer is made of, as Keras has it.",
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
