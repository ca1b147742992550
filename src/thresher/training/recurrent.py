"""Swaps in faster recurrent layers, before training, in place of Keras' own."""

from typing import Any

import keras
import tensorflow as tf

from thresher.training.lstm import UNROLLED, infer, lstm

# From so many sequences on, inference has a layout of its own.
MANY = 16


def prepare(model: keras.Model) -> None:
    """Swap in the fast LSTM where the layer's options allow, and unroll short other layers."""
    for layer in _layers(model):
        if type(layer) is keras.layers.LSTM and _servable(layer):
            layer.__class__ = OwnLSTM
        elif isinstance(layer, keras.layers.RNN) and _timesteps(layer) <= UNROLLED:
            layer.unroll = True


def _layers(model: keras.Model) -> list[Any]:
    """List every layer once, those inside of wrappers such as Bidirectional included."""
    return list({id(layer): layer for layer in model._flatten_layers()}.values())


def _timesteps(layer: Any) -> float:
    shape = getattr(layer, "_build_shapes_dict", None) or {}
    for value in shape.values():
        if isinstance(value, (tuple, list)) and len(value) == 3 and value[1]:
            return value[1]
    return float("inf")


def _servable(layer: Any) -> bool:
    cell = layer.cell
    return (
        cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and cell.use_bias
        and layer.compute_dtype == layer.variable_dtype == "float32"
        and not (cell.dropout or cell.recurrent_dropout or layer.stateful or layer.return_state)
        and not getattr(cell, "zero_output_for_mask", False)
    )


class OwnLSTM(keras.layers.LSTM):
    """Keras' LSTM on our own recurrence; only ever the class of a layer that was an LSTM."""

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        if mask is not None or initial_state is not None or None in sequences.shape:
            return super().call(sequences, initial_state, mask, training)
        if self.go_backwards:
            sequences = tf.reverse(sequences, [1])
        cell = self.cell
        weights = cell.kernel, cell.recurrent_kernel, cell.bias
        kernel, recurrent, bias = (tf.convert_to_tensor(weight) for weight in weights)
        if not training and sequences.shape[0] >= MANY:
            outputs = infer(sequences, kernel, recurrent, bias)
        else:
            batch, timesteps, features = sequences.shape
            inputs = tf.matmul(tf.reshape(sequences, (-1, features)), kernel) + bias
            outputs = lstm(tf.reshape(inputs, (batch, timesteps, 4 * cell.units)), recurrent)
        return outputs if self.return_sequences else outputs[:, -1]
