"""The recurrence of Keras' LSTM: with a backward pass of our own, and faster for inference.

Plain automatic differentiation adds one outer product to the recurrent weights' gradient at every
timestep, which for stacked lanes passes over all weights each time. Here the gates' gradients of
all timesteps are collected first and multiplied once. Losses agree with Keras' own within 1e-6.

A short sequence is unrolled; a long one is scanned, so that tracing does not grow with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from thresher.training.products import product

# Up to this many timesteps are unrolled.
UNROLLED = 32


@tf.custom_gradient
def lstm(inputs: tf.Tensor, recurrent: tf.Tensor) -> Any:
    """Run the recurrence.

    Parameters
    ----------
    inputs : tensor, shape (batch, timesteps, 4 × units)
        Projected inputs with bias; gates in Keras' order: input, forget, candidate, output.
    recurrent : tensor, shape (units, 4 × units)

    Returns
    -------
    tensor, shape (batch, timesteps, units)
    """
    batch, _, gates = inputs.shape
    units = gates // 4

    def forward(state: Any, projected: tf.Tensor) -> Any:
        return _forward(state, projected, recurrent)

    def backward(state: Any, upstream: tf.Tensor, *saved: tf.Tensor) -> Any:
        return _backward(state, upstream, saved, recurrent)

    shapes = [(batch, units)] * 7
    hidden, *saved = _over_time(forward, shapes[:2], [_timesteps(inputs)], shapes)
    outputs = _joined(hidden)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        state = [(batch, gates), (batch, units)]
        sequences = [_timesteps(upstream), *saved]
        (found,) = _over_time(backward, state, sequences, state[:1], reverse=True)
        found = _joined(found)
        return found, _recurrent_gradient(outputs, found)

    return outputs, gradient


def infer(sequences: tf.Tensor, kernel: Any, recurrent: Any, bias: Any) -> tf.Tensor:
    """Run the recurrence on many sequences, without a gradient.

    Sequences lie along the last axis, so that the gates are cut along the first; the input and a
    row of ones are appended to the hidden state, so that one product gives all gates; and
    tanh(x) = 2 σ(2x) − 1, so that one sigmoid serves all.

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
    doubled = np.repeat(np.array([1, 1, 2, 1], np.float32), units)
    weights = tf.transpose(tf.concat([recurrent, kernel, bias[None]], 0) * doubled)

    def step(state: Any, entered: tf.Tensor) -> Any:
        hidden, cell = (tf.zeros((units, batch)) if part is None else part for part in state)
        entered = tf.concat([hidden, tf.transpose(entered)], 0)
        enter, forget, candidate, leave = tf.split(tf.sigmoid(tf.matmul(weights, entered)), 4)
        cell = forget * cell + enter * (2 * candidate - 1)
        hidden = leave * tf.tanh(cell)
        return (hidden, cell), [tf.transpose(hidden)]

    inputs = _timesteps(tf.concat([sequences, tf.ones_like(sequences[..., :1])], -1))
    return _joined(*_over_time(step, [(units, batch)] * 2, [inputs], [(batch, units)]))


def _forward(state: Any, projected: tf.Tensor, recurrent: tf.Tensor) -> Any:
    """Take one step; return the state, and the output with what the backward pass needs."""
    hidden, before = state
    units = recurrent.shape[0]
    gates = projected if hidden is None else projected + product(hidden, recurrent)
    enter, forget, _, leave = tf.split(tf.sigmoid(gates), 4, axis=-1)
    candidate = tf.tanh(gates[..., 2 * units : 3 * units])
    cell = enter * candidate if before is None else forget * before + enter * candidate
    squashed = tf.tanh(cell)
    hidden = leave * squashed
    return (hidden, cell), [hidden, enter, forget, candidate, leave, before, squashed]


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
    return (found, d_state * forget), [found]


def _recurrent_gradient(hidden: tf.Tensor, gates_gradient: tf.Tensor) -> tf.Tensor:
    units = hidden.shape[-1]
    earlier = tf.reshape(hidden[:, :-1], (-1, units))
    later = tf.reshape(gates_gradient[:, 1:], (-1, 4 * units))
    return tf.matmul(earlier, later, transpose_a=True)


def _timesteps(values: tf.Tensor) -> list[tf.Tensor] | tf.TensorArray:
    """Cut along the second axis: into a list to be unrolled, or an array to be scanned."""
    timesteps = values.shape[1]
    if timesteps <= UNROLLED:
        return tf.unstack(values, axis=1)
    array = tf.TensorArray(values.dtype, timesteps, clear_after_read=False)
    return array.unstack(tf.transpose(values, (1, 0, 2)))


def _joined(values: list[tf.Tensor] | tf.TensorArray) -> tf.Tensor:
    """Join what was cut by timesteps along a second axis."""
    if isinstance(values, list):
        return tf.stack(values, axis=1)
    return tf.transpose(values.stack(), (1, 0, 2))


def _over_time(
    step: Callable[..., Any],
    state: Sequence[tuple[int, ...]],
    sequences: Sequence[Any],
    outputs: Sequence[tuple[int, ...]],
    reverse: bool = False,
) -> Sequence[Any]:
    """Call ``step(state, *values of one timestep) → (state, outputs)`` over all timesteps.

    Unrolled, the first state is None; scanned, it is zero. The shapes of state and outputs are
    given; what is returned is cut by timesteps like the sequences.
    """
    if isinstance(sequences[0], list):
        return _unrolled(step, [None] * len(state), sequences, reverse)
    return _scanned(step, [tf.zeros(shape) for shape in state], sequences, outputs, reverse)


def _unrolled(
    step: Callable[..., Any], state: Any, sequences: Sequence[list[Any]], reverse: bool
) -> Sequence[Any]:
    direction = -1 if reverse else 1
    rows = []
    for values in list(zip(*sequences, strict=True))[::direction]:
        state, row = step(state, *values)
        rows.append(row)
    return [list(column) for column in zip(*rows[::direction], strict=True)]


def _scanned(
    step: Callable[..., Any],
    state: Any,
    sequences: Sequence[tf.TensorArray],
    outputs: Sequence[tuple[int, ...]],
    reverse: bool,
) -> Sequence[Any]:
    timesteps = sequences[0].size()

    def body(done: tf.Tensor, state: Any, written: Any) -> Any:
        position = timesteps - 1 - done if reverse else done
        state, row = step(state, *[array.read(position) for array in sequences])
        pairs = zip(written, row, strict=True)
        return done + 1, list(state), [array.write(position, value) for array, value in pairs]

    written = [
        tf.TensorArray(tf.float32, timesteps, element_shape=shape, clear_after_read=False)
        for shape in outputs
    ]
    loop = (tf.constant(0), list(state), written)
    return tf.while_loop(lambda done, *_: done < timesteps, body, loop)[2]
