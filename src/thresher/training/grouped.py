"""Convolutions in groups as one convolution a group, for TensorFlow has no others on every CPU.

Without the vector units that oneDNN wants, its gradient of a grouped convolution fails; Keras
compiles such layers by XLA instead, which lanes can't.
"""

from typing import Any

import keras
from keras import ops


class _Grouped:
    """Takes the place of a layer's own call."""

    def call(self: Any, inputs: Any) -> Any:
        channels = -1 if self.data_format == "channels_last" else 1
        padding = self.padding
        if padding == "causal":
            inputs, padding = ops.pad(inputs, self._compute_causal_padding()), "valid"
        parts = [
            ops.conv(
                part,
                kernel,
                strides=list(self.strides),
                padding=padding,
                dilation_rate=self.dilation_rate,
                data_format=self.data_format,
            )
            for part, kernel in zip(
                ops.split(inputs, self.groups, channels),
                ops.split(self.kernel, self.groups, -1),
                strict=True,
            )
        ]
        outputs = ops.concatenate(parts, channels)
        if self.use_bias:
            shape = [1] * len(outputs.shape)
            shape[channels] = self.filters
            outputs = outputs + ops.reshape(self.bias, shape)
        return outputs if self.activation is None else self.activation(outputs)


LAYERS = {
    layer: type(f"Grouped{layer.__name__}", (_Grouped, layer), {})
    for layer in (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
}


def part_groups(model: keras.Model) -> None:
    """Let every grouped convolution of a model run group by group."""
    for layer in model._flatten_layers():
        if type(layer) in LAYERS and layer.groups > 1:
            layer.__class__ = LAYERS[type(layer)]
