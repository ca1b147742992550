"""Transformer encoder, then the task's head: at every timestep, or on the mean over timesteps.

Layers as in Vaswani et al. 2017 (arXiv:1706.03762), normalised first (Xiong et al. 2020,
arXiv:2002.04745), positions learned.
"""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import Head, ModelDeclaration, Option
from thresher.models._options import DROPOUT

Shape = tuple[int, ...]


def build(options: Mapping[str, Any], inputs: Shape, head: Head) -> Any:
    """Return the model for inputs ``(timesteps, features)``."""
    import keras

    layers = keras.layers
    width, heads = options["units"], options["heads"]

    def left_out(values: Any) -> Any:
        return layers.Dropout(options["dropout"])(values) if options["dropout"] else values

    sequence = keras.Input(inputs)
    hidden = layers.Dense(width)(sequence)
    # Without an embedding of token numbers, positions are a weight for each timestep and unit.
    hidden = _positions()(hidden)
    for _ in range(options["depth"]):
        attention = layers.MultiHeadAttention(heads, max(width // heads, 1))
        normal = layers.LayerNormalization()(hidden)
        hidden = layers.Add()([hidden, left_out(attention(normal, normal))])
        normal = layers.LayerNormalization()(hidden)
        inner = layers.Dense(4 * width, "relu")(normal)
        hidden = layers.Add()([hidden, left_out(layers.Dense(width)(inner))])
    hidden = layers.LayerNormalization()(hidden)
    if not head.per_timestep:
        hidden = layers.GlobalAveragePooling1D()(hidden)
    return keras.Model(sequence, layers.Dense(head.units, activation=head.activation)(hidden))


def _positions() -> Any:
    """Return a layer that adds a weight for each timestep and unit."""
    import keras

    class Positions(keras.layers.Layer):
        supports_masking = True

        def build(self, shape: Any) -> None:
            self.weight = self.add_weight(shape=shape[1:], initializer="random_normal")

        def call(self, hidden: Any) -> Any:
            return hidden + self.weight

    return Positions()


def parameters(options: Mapping[str, Any], inputs: Shape, head: Head) -> int:
    """Count the trainable parameters."""
    width: int = options["units"]
    inner = max(width // options["heads"], 1) * options["heads"]
    attention = 3 * (width + 1) * inner + (inner + 1) * width
    block = attention + 8 * width * width + 5 * width + 4 * width
    begin = (inputs[-1] + 1) * width + inputs[0] * width
    total: int = begin + options["depth"] * block + 2 * width + head.units * (width + 1)
    return total


MODEL = ModelDeclaration(
    options={
        "units": Option(
            int, 32, "units", minimum=1, maximum=4096, help="Width of every timestep's state."
        ),
        "heads": Option(int, 2, "heads", minimum=1, maximum=64, help="Heads of the attention."),
        "depth": Option(int, 2, "layers", minimum=1, maximum=64, help="Layers of the encoder."),
        "dropout": DROPOUT,
    },
    build=build,
    parameters=parameters,
)
