"""What our own recurrent layers share: steps over time, and the recurrent weights' gradient.

Plain automatic differentiation adds one outer product to the recurrent weights' gradient at every
timestep, which for stacked lanes passes over all weights each time. Here the gates' gradients of
all timesteps are collected first and multiplied once.

A short sequence is unrolled; a long one is scanned, so that tracing does not grow with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

# Up to this many timesteps are unrolled.
UNROLLED = 32


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


def over_time(
    step: Callable[..., Any],
    state: Sequence[tuple[int, ...]],
    inputs: tf.Tensor,
    output: tuple[int, int],
    saves: int = 0,
    saved: Any = None,
    reverse: bool = False,
) -> tuple[tf.Tensor, Any]:
    """Call ``step(state, input, saved) → (state, output, saved)`` over all timesteps.

    Parameters
    ----------
    step : callable
        Unrolled, its first state is None; scanned, it is zero.
    state : sequence of tuple
        Shapes.
    inputs : tensor, shape (batch, timesteps, columns)
    output : tuple
        Shape of a timestep's output.
    saves : int
        How many values, shaped as the output, a step saves.
    saved : object, optional
        What the steps of an earlier call saved.
    reverse : bool
        From the last timestep to the first.

    Returns
    -------
    outputs : tensor, shape (batch, timesteps, columns)
    saved : object
        For a later call.
    """
    if inputs.shape[1] <= UNROLLED:
        return _unrolled(step, [None] * len(state), inputs, saved, reverse)
    zeros = [tf.zeros(shape) for shape in state]
    return _scanned(step, zeros, inputs, output, saves, saved, reverse)


def _unrolled(
    step: Callable[..., Any], state: Any, inputs: tf.Tensor, saved: Any, reverse: bool
) -> tuple[tf.Tensor, Any]:
    direction = -1 if reverse else 1
    entered = tf.unstack(inputs, axis=1)
    outputs, kept = [], []
    for values in list(zip(entered, saved or entered, strict=True))[::direction]:
        state, output, keep = step(state, *values)
        outputs.append(output)
        kept.append(keep)
    return tf.stack(outputs[::direction], axis=1), kept[::direction]


def _scanned(
    step: Callable[..., Any],
    state: Any,
    inputs: tf.Tensor,
    output: tuple[int, int],
    saves: int,
    saved: Any,
    reverse: bool,
) -> tuple[tf.Tensor, Any]:
    """Scan; a timestep's saved values lie side by side, for each array costs tracing time."""
    timesteps = inputs.shape[1]
    entered = tf.TensorArray(inputs.dtype, timesteps).unstack(tf.transpose(inputs, (1, 0, 2)))

    def array(shape: tuple[int, int]) -> tf.TensorArray:
        return tf.TensorArray(tf.float32, timesteps, element_shape=shape, clear_after_read=False)

    def body(done: tf.Tensor, state: Any, arrays: Any) -> Any:
        position = timesteps - 1 - done if reverse else done
        before = saved and tf.split(saved[0].read(position), saved[1], axis=-1)
        state, *row = step(state, entered.read(position), before)
        values = [row[0], *([tf.concat(row[1], -1)] if saves else [])]
        written = [a.write(position, value) for a, value in zip(arrays, values, strict=True)]
        return done + 1, list(state), written

    arrays = [array(output)] + ([array((output[0], saves * output[1]))] if saves else [])
    loop = (tf.constant(0), list(state), arrays)
    outputs, *kept = tf.while_loop(lambda done, *_: done < timesteps, body, loop)[2]
    return tf.transpose(outputs.stack(), (1, 0, 2)), (kept[0], saves) if saves else None


def products_over_time(hidden: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    """Return the recurrent weights' gradient: each timestep's output times the next one's gates.

    Parameters
    ----------
    hidden : tensor, shape (batch, timesteps, units)
    gradient : tensor, shape (batch, timesteps, gates)
        The loss' gradient by what the recurrent product gives.

    Returns
    -------
    tensor, shape (units, gates)
    """
    earlier = tf.reshape(hidden[:, :-1], (-1, hidden.shape[-1]))
    later = tf.reshape(gradient[:, 1:], (-1, gradient.shape[-1]))
    return tf.matmul(earlier, later, transpose_a=True)
