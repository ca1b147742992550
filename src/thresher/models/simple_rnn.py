"""Simple recurrent layer (Elman), then the task's head: at every timestep, or at the end."""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import Head, ModelDeclaration
from thresher.models._options import DROPOUT, RECURRENT_DROPOUT, UNITS

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs ``(timesteps, features)``."""
    import keras

    sequence = keras.Input(inputs)
    hidden = keras.layers.SimpleRNN(
        options["units"],
        return_sequences=head.per_timestep,
        dropout=options["dropout"],
        recurrent_dropout=options["recurrent_dropout"],
    )(sequence)
    return keras.Model(sequence, keras.layers.Dense(head.units, activation=head.activation)(hidden))


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    units: int = options["units"]
    return units * (inputs[-1] + units + 1) + head.units * (units + 1)


MODEL = ModelDeclaration(
    options={"units": UNITS, "dropout": DROPOUT, "recurrent_dropout": RECURRENT_DROPOUT},
    build=build,
    parameters=parameters,
)
