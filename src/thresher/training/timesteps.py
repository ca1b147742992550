"""What our own recurrent layers share: steps over time, and the recurrent weights' gradient.

Plain automatic differentiation adds one outer product to the recurrent weights' gradient at every
timestep, which for stacked lanes passes over all weights each time. Here the gates' gradients of
all timesteps are collected first and multiplied once.

The first axis holds the directions, one or two, so that both of a Bidirectional run as one
recurrence; for inference it holds the timesteps, and the second one the directions. A short
sequence is unrolled; a long one is scanned, so that tracing does not grow with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

# Up to this many timesteps are unrolled.
UNROLLED = 32


@dataclass(frozen=True)
class Direction:
    """One pass over the timesteps: sequences in its order, and Keras' weights for it."""

    sequences: tf.Tensor  # (batch, timesteps, features)
    kernel: tf.Tensor
    recurrent: tf.Tensor
    bias: tf.Tensor


def sequences_last(directions: Sequence[Direction]) -> tf.Tensor:
    """Return the inputs of all timesteps and a row of ones, as many sequences are inferred.

    Parameters
    ----------
    directions : sequence of Direction

    Returns
    -------
    tensor, shape (timesteps, directions, features + 1, batch)
    """
    inputs = tf.stack([tf.transpose(d.sequences, (1, 2, 0)) for d in directions], 1)
    return tf.concat([inputs, tf.ones_like(inputs[:, :, :1])], 2)


def projected(sequences: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Multiply the inputs of all timesteps with a layer's kernel at once, and add its bias.

    Parameters
    ----------
    sequences : tensor, shape (batch, timesteps, features)
    kernel : tensor, shape (features, gates)
    bias : tensor, shape (gates,)

    Returns
    -------
    tensor, shape (batch, timesteps, gates)
    """
    batch, timesteps, features = sequences.shape
    rows = tf.matmul(tf.reshape(sequences, (-1, features)), kernel) + bias
    return tf.reshape(rows, (batch, timesteps, kernel.shape[-1]))


def split(gates: tf.Tensor, n: int) -> list[tf.Tensor]:
    """Cut the gates of a timestep apart, in half the time of `tf.split`."""
    return tf.unstack(tf.reshape(gates, (*gates.shape[:-1], n, gates.shape[-1] // n)), axis=-2)


# What a forward pass kept of each timestep, by its position, for the backward pass to read.
Saved = Callable[[Any], Sequence[Any]]


def nothing(_: Any) -> Sequence[Any]:
    """Stand in for what was kept, where no earlier pass is read."""
    return ()


def over_time(
    step: Callable[..., Any],
    state: Sequence[tuple[int, ...]],
    inputs: tf.Tensor,
    output: tuple[int, ...],
    saves: int = 0,
    saved: Saved = nothing,
    reverse: bool = False,
    axis: int = 2,
) -> tuple[tf.Tensor, Saved]:
    """Call ``step(state, input, saved) → (state, output, values to save)`` over all timesteps.

    Parameters
    ----------
    step : callable
        Unrolled, its first state is None; scanned, it is zero.
    state : sequence of tuple
        Shapes.
    inputs : tensor, of four axes
        Such as (directions, batch, timesteps, columns).
    output : tuple
        Shape of a timestep's output, such as (directions, batch, columns).
    saves : int
        How many values, shaped as the output, a step saves.
    saved : callable
        Position → what the step of an earlier call saved there.
    reverse : bool
        From the last timestep to the first.
    axis : int
        Where inputs and outputs have the timesteps; the other axes are the step's own affair.

    Returns
    -------
    outputs : tensor, of four axes
        Those of `output` and the timesteps.
    saved : callable
        For a later call.
    """
    if inputs.shape[axis] <= UNROLLED:
        return _unrolled(step, [None] * len(state), inputs, saved, reverse, axis)
    zeros = [tf.zeros(shape) for shape in state]
    return _scanned(step, zeros, inputs, output, saves, saved, reverse, axis)


def _unrolled(
    step: Callable[..., Any],
    state: Any,
    inputs: tf.Tensor,
    saved: Saved,
    reverse: bool,
    axis: int,
) -> tuple[tf.Tensor, Saved]:
    timesteps = list(enumerate(tf.unstack(inputs, axis=axis)))
    outputs, kept = {}, {}
    for position, entered in reversed(timesteps) if reverse else timesteps:
        state, outputs[position], kept[position] = step(state, entered, saved(position))
    return tf.stack([outputs[position] for position, _ in timesteps], axis=axis), kept.__getitem__


def _scanned(
    step: Callable[..., Any],
    state: Any,
    inputs: tf.Tensor,
    output: tuple[int, ...],
    saves: int,
    saved: Saved,
    reverse: bool,
    axis: int,
) -> tuple[tf.Tensor, Saved]:
    """Scan; a timestep's saved values lie side by side, for each array costs tracing time."""
    timesteps, axes = inputs.shape[axis], range(len(inputs.shape))
    first = [axis, *(other for other in axes if other != axis)]
    entered = tf.TensorArray(inputs.dtype, timesteps).unstack(tf.transpose(inputs, first))

    def array(columns: int) -> tf.TensorArray:
        shape = (*output[:-1], columns)
        return tf.TensorArray(tf.float32, timesteps, element_shape=shape, clear_after_read=False)

    def body(done: tf.Tensor, state: Any, arrays: Any) -> Any:
        position = timesteps - 1 - done if reverse else done
        state, *row = step(state, entered.read(position), saved(position))
        values = [row[0], *([tf.concat(row[1], -1)] if saves else [])]
        written = [a.write(position, value) for a, value in zip(arrays, values, strict=True)]
        return done + 1, list(state), written

    arrays = [array(output[-1])] + ([array(saves * output[-1])] if saves else [])
    loop = (tf.constant(0), list(state), arrays)
    outputs, *kept = tf.while_loop(lambda done, *_: done < timesteps, body, loop)[2]

    def keep(position: Any) -> Sequence[Any]:
        return tf.split(kept[0].read(position), saves, axis=-1)

    back = [first.index(other) for other in axes]
    return tf.transpose(outputs.stack(), back), keep if saves else nothing


def products_over_time(hidden: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    """Return the recurrent weights' gradient: each timestep's output times the next one's gates.

    Parameters
    ----------
    hidden : tensor, shape (directions, batch, timesteps, units)
    gradient : tensor, shape (directions, batch, timesteps, gates)
        The loss' gradient by what the recurrent product gives.

    Returns
    -------
    tensor, shape (directions, units, gates)
    """
    # To shift the outputs is cheaper than to cut the gradient, which is wider.
    earlier = tf.pad(hidden[:, :, :-1], [[0, 0], [0, 0], [1, 0], [0, 0]])
    rows = [tf.reshape(v, (v.shape[0], -1, v.shape[-1])) for v in (earlier, gradient)]
    return tf.matmul(*rows, transpose_a=True)
