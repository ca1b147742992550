"""Dense layers over the whole input, then the task's head: it has every timestep at once."""

from collections.abc import Mapping
from math import prod
from typing import Any

from thresher.declarations import Head, ModelDeclaration, Option
from thresher.models._options import DROPOUT

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs of any shape; with outputs at each of the first axis' steps."""
    import keras

    given = keras.Input(inputs)
    # No layer, so that the mask of padding, which is zero, ends here.
    hidden = keras.ops.reshape(given, (-1, prod(inputs)))
    for _ in range(options["depth"]):
        hidden = keras.layers.Dense(options["units"], activation=options["activation"])(hidden)
        if options["dropout"]:
            hidden = keras.layers.Dropout(options["dropout"])(hidden)
    if not head.per_timestep:
        return keras.Model(given, keras.layers.Dense(head.units, head.activation)(hidden))
    outputs = keras.layers.Dense(inputs[0] * head.units)(hidden)
    outputs = keras.layers.Reshape((inputs[0], head.units))(outputs)
    return keras.Model(given, keras.layers.Activation(head.activation)(outputs))


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    units: int = options["units"]
    outputs = head.units * (inputs[0] if head.per_timestep else 1)
    inner = (options["depth"] - 1) * units * (units + 1)
    return (prod(inputs) + 1) * units + inner + outputs * (units + 1)


MODEL = ModelDeclaration(
    options={
        "units": Option(int, 32, "units", minimum=1, maximum=4096, help="Units of each layer."),
        "depth": Option(int, 2, "layers", minimum=1, maximum=64, help="Layers before the head."),
        "activation": Option(
            str, "relu", choices=("relu", "tanh"), help="What each of these layers applies."
        ),
        "dropout": DROPOUT,
    },
    build=build,
    parameters=parameters,
    at_once=True,
)
