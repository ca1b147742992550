"""The recurrence of Keras' LSTM: with a backward pass of our own, and faster for inference.

Losses agree with Keras' own within 1e-6.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from thresher.training.products import product
from thresher.training.timesteps import over_time, products_over_time, projected


def train(
    sequences: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run the recurrence; it has a gradient.

    Parameters
    ----------
    sequences : tensor, shape (batch, timesteps, features)
    kernel, recurrent, bias : tensor
        Keras' weights.

    Returns
    -------
    tensor, shape (batch, timesteps, units)
    """
    return _recurrence(projected(sequences, kernel, bias), recurrent)


def infer(sequences: tf.Tensor, kernel: Any, recurrent: Any, bias: Any) -> tf.Tensor:
    """Run the recurrence on many sequences, without a gradient.

    Sequences lie along the last axis, so that the gates are cut along the first; the input and a
    row of ones are appended to the hidden state, so that one product gives all gates.

    Parameters
    ----------
    sequences : tensor, shape (batch, timesteps, features)
    kernel, recurrent, bias : tensor
        Keras' weights.

    Returns
    -------
    tensor, shape (batch, timesteps, units)
    """
    batch, units = sequences.shape[0], recurrent.shape[0]
    weights = tf.transpose(tf.concat([recurrent, kernel, bias[None]], 0))

    def step(state: Any, entered: tf.Tensor, _: Any) -> Any:
        hidden, cell = (tf.zeros((units, batch)) if part is None else part for part in state)
        entered = tf.concat([hidden, tf.transpose(entered)], 0)
        enter, forget, candidate, leave = tf.split(tf.matmul(weights, entered), 4)
        cell = tf.sigmoid(forget) * cell + tf.sigmoid(enter) * tf.tanh(candidate)
        hidden = tf.sigmoid(leave) * tf.tanh(cell)
        return (hidden, cell), tf.transpose(hidden), []

    inputs = tf.concat([sequences, tf.ones_like(sequences[..., :1])], -1)
    return over_time(step, [(units, batch)] * 2, inputs, (batch, units))[0]


@tf.custom_gradient
def _recurrence(inputs: tf.Tensor, recurrent: tf.Tensor) -> Any:
    """Run over projected inputs; gates in Keras' order: input, forget, candidate, output."""
    batch, _, gates = inputs.shape
    units = gates // 4

    def forward(state: Any, entered: tf.Tensor, _: Any) -> Any:
        return _forward(state, entered, recurrent)

    def backward(state: Any, upstream: tf.Tensor, saved: Any) -> Any:
        return _backward(state, upstream, saved, recurrent)

    hidden = cell = (batch, units)
    outputs, saved = over_time(forward, [hidden, cell], inputs, hidden, saves=6)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        state, found = [(batch, gates), cell], (batch, gates)
        found, _ = over_time(backward, state, upstream, found, saved=saved, reverse=True)
        return found, products_over_time(outputs, found)

    return outputs, gradient


def _forward(state: Any, entered: tf.Tensor, recurrent: tf.Tensor) -> Any:
    """Take one step; return the state, the output and what the backward pass needs."""
    hidden, before = state
    units = recurrent.shape[0]
    gates = entered if hidden is None else entered + product(hidden, recurrent)
    enter, forget, _, leave = tf.split(tf.sigmoid(gates), 4, axis=-1)
    candidate = tf.tanh(gates[..., 2 * units : 3 * units])
    cell = enter * candidate if before is None else forget * before + enter * candidate
    squashed = tf.tanh(cell)
    hidden = leave * squashed
    return (hidden, cell), hidden, [enter, forget, candidate, leave, before, squashed]


def _backward(state: Any, d_hidden: tf.Tensor, saved: Sequence[Any], recurrent: tf.Tensor) -> Any:
    """Take one step back.

    The state is the loss' gradient by the next timestep's gates, before their activation, and by
    the cell state; the first of both is also the output.
    """
    later, d_cell = state
    enter, forget, candidate, leave, before, squashed = saved
    if later is not None:
        d_hidden = d_hidden + product(later, recurrent, transpose=True)
    d_state = d_hidden * leave * (1 - squashed * squashed)
    if d_cell is not None:
        d_state = d_state + d_cell
    gates = [
        d_state * candidate * (enter * (1 - enter)),
        tf.zeros_like(forget) if before is None else d_state * before * (forget * (1 - forget)),
        d_state * enter * (1 - candidate * candidate),
        d_hidden * squashed * (leave * (1 - leave)),
    ]
    found = tf.concat(gates, axis=-1)
    return (found, d_state * forget), found, []
