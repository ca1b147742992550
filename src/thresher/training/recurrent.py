"""Swaps in faster recurrent layers, before training, in place of Keras' own."""

from typing import Any

import keras
import tensorflow as tf

from thresher.training import gru, lstm
from thresher.training.timesteps import UNROLLED

# From so many sequences on, inference has a layout of its own.
MANY = 16


def prepare(model: keras.Model) -> None:
    """Swap in our LSTM and GRU where a layer's options allow, and unroll short other layers."""
    for layer in _layers(model):
        if type(layer) in OWN and _servable(layer):
            layer.__class__ = OWN[type(layer)]
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
        and getattr(cell, "reset_after", True)
    )


class _Own:
    """Runs our own recurrence, or Keras' where the call's arguments ask for more."""

    recurrence: Any

    def call(
        self: Any,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        if mask is not None or initial_state is not None or None in sequences.shape:
            return super().call(sequences, initial_state, mask, training)  # type: ignore[misc]
        if self.go_backwards:
            sequences = tf.reverse(sequences, [1])
        cell = self.cell
        weights = cell.kernel, cell.recurrent_kernel, cell.bias
        many = not training and sequences.shape[0] >= MANY
        run = self.recurrence.infer if many else self.recurrence.train
        outputs = run(sequences, *(tf.convert_to_tensor(weight) for weight in weights))
        return outputs if self.return_sequences else outputs[:, -1]


class OwnLSTM(_Own, keras.layers.LSTM):
    """Keras' LSTM on our own recurrence; only ever the class of a layer that was an LSTM."""

    recurrence = lstm


class OwnGRU(_Own, keras.layers.GRU):
    """Keras' GRU on our own recurrence; only ever the class of a layer that was a GRU."""

    recurrence = gru


OWN = {keras.layers.LSTM: OwnLSTM, keras.layers.GRU: OwnGRU}
