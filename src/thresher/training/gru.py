"""The recurrence of Keras' GRU: with a backward pass of our own, and faster for inference.

That of `reset_after=True`, Keras' default: the reset gate scales the recurrent product, bias
included. Losses agree with Keras' own within 1e-6.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from thresher.training.products import product
from thresher.training.timesteps import (
    Direction,
    over_time,
    products_over_time,
    projected,
    sequences_last,
    split,
)


def train(directions: Sequence[Direction]) -> tf.Tensor:
    """Run the recurrence; it has a gradient.

    Parameters
    ----------
    directions : sequence of Direction

    Returns
    -------
    tensor, shape (directions, batch, timesteps, units)
    """
    inputs = tf.stack([projected(d.sequences, d.kernel, d.bias[0]) for d in directions])
    biases = tf.stack([d.bias[1:] for d in directions])
    return _recurrence(inputs, tf.stack([d.recurrent for d in directions]), biases)


def infer(directions: Sequence[Direction]) -> tf.Tensor:
    """Run the recurrence on many sequences, without a gradient.

    Sequences lie along the last axis, so that gates and timesteps are cut along earlier ones; the
    input and a row of ones are appended to the hidden state, so that one product gives update and
    reset, and the recurrent and the entering part of the candidate.

    Parameters
    ----------
    directions : sequence of Direction

    Returns
    -------
    tensor, shape (timesteps, directions, units, batch)
    """
    weights = tf.linalg.matrix_transpose(tf.stack([_joined(d) for d in directions]))
    inputs = sequences_last(directions)
    shape = (len(directions), weights.shape[1] // 4, inputs.shape[-1])

    def step(state: Any, entered: tf.Tensor, _: Any) -> Any:
        hidden = tf.zeros(shape) if state[0] is None else state[0]
        entered = tf.concat([hidden, entered], 1)
        update, reset, returned, entering = tf.split(tf.matmul(weights, entered), 4, axis=1)
        candidate = tf.tanh(entering + tf.sigmoid(reset) * returned)
        hidden = candidate + tf.sigmoid(update) * (hidden - candidate)
        return (hidden,), hidden, []

    return over_time(step, [shape], inputs, shape, axis=0)[0]


def _joined(direction: Direction) -> tf.Tensor:
    """Return what state, input and one are multiplied with, (units + features + 1, gates)."""
    kernel, recurrent = direction.kernel, direction.recurrent
    of_input, of_state = direction.bias[:1], direction.bias[1:]
    both = 2 * recurrent.shape[0]  # update and reset
    gates = tf.concat([recurrent, kernel, of_input + of_state], 0)[:, :both]
    returned = tf.concat([recurrent, tf.zeros_like(kernel), of_state], 0)[:, both:]
    entering = tf.concat([tf.zeros_like(recurrent), kernel, of_input], 0)[:, both:]
    return tf.concat([gates, returned, entering], 1)


@tf.custom_gradient
def _recurrence(inputs: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor) -> Any:
    """Run over projected inputs; gates in Keras' order: update, reset, candidate."""
    directions, batch, _, gates = inputs.shape
    units = gates // 3
    hidden = (directions, batch, units)

    def forward(state: Any, entered: tf.Tensor, _: Any) -> Any:
        return _forward(state, entered, recurrent, bias)

    def backward(state: Any, upstream: tf.Tensor, saved: Any) -> Any:
        return _backward(state, upstream, saved, recurrent)

    outputs, saved = over_time(forward, [hidden], inputs, hidden, saves=5)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        state, found = [(directions, batch, gates), hidden], (directions, batch, 4 * units)
        found, _ = over_time(backward, state, upstream, found, saved=saved, reverse=True)
        both, candidate, returned = tf.split(found, [2 * units, units, units], -1)
        by_product = tf.concat([both, returned], -1)
        weights = products_over_time(outputs, by_product)
        d_bias = tf.reduce_sum(by_product, (1, 2))[:, None]
        return tf.concat([both, candidate], -1), weights, d_bias

    return outputs, gradient


def _forward(state: Any, entered: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor) -> Any:
    """Take one step; return the state, the output and what the backward pass needs."""
    (before,) = state
    if before is None:
        before = tf.zeros_like(entered[..., : entered.shape[-1] // 3])
        product_and_bias = tf.zeros_like(entered) + bias
    else:
        product_and_bias = product(before, recurrent) + bias
    *gates, returned = split(product_and_bias, 3)
    *entering, into_candidate = split(entered, 3)
    update, reset = (tf.sigmoid(a + b) for a, b in zip(entering, gates, strict=True))
    candidate = tf.tanh(into_candidate + reset * returned)
    hidden = candidate + update * (before - candidate)
    return (hidden,), hidden, [update, reset, candidate, before, returned]


def _backward(state: Any, d_hidden: tf.Tensor, saved: Sequence[Any], recurrent: tf.Tensor) -> Any:
    """Take one step back.

    The state is the loss' gradient by the next timestep's recurrent product, and by the hidden
    state that it passed on. The output is the gradient by the gates before their activation, that
    of the candidate's recurrent part appended.
    """
    later, passed = state
    update, reset, candidate, before, returned = saved
    if later is not None:
        d_hidden = d_hidden + passed + product(later, recurrent, transpose=True)
    by_update = d_hidden * update
    d_candidate = tf.raw_ops.TanhGrad(y=candidate, dy=d_hidden - by_update)
    d_update = tf.raw_ops.SigmoidGrad(y=update, dy=d_hidden * (before - candidate))
    d_reset = tf.raw_ops.SigmoidGrad(y=reset, dy=d_candidate * returned)
    d_returned = d_candidate * reset
    found = tf.concat([d_update, d_reset, d_candidate, d_returned], -1)
    by_product = tf.concat([d_update, d_reset, d_returned], -1)
    return (by_product, by_update), found, []
