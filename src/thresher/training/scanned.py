"""Scans any of Keras' recurrent layers over the timesteps, with a backward pass of our own.

TensorFlow can't vectorise the gradient of a scan over inputs that have a gradient themselves, nor
does it need to: the backward pass here repeats a timestep and differentiates it alone. So the only
values that are kept over time are the states, and tracing does not grow with the sequence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from thresher.training.timesteps import UNROLLED

Tensors = list[Any]
# (position, input, carried values, weights) → output, carried values
Advance = Callable[[Any, Any, Tensors, Tensors], tuple[Any, Tensors]]


class Scanned:
    """A recurrent layer, unrolled where that is quicker, else scanned; put before its Keras class.

    Sequences with a mask are always scanned: unrolled, Keras zeroes other outputs of a layer that
    goes backwards than it does otherwise.
    """

    def inner_loop(
        self: Any, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
        timesteps, asked = sequences.shape[1], self.unroll
        if timesteps is not None and not asked and (mask is not None or timesteps > UNROLLED):
            return scan_layer(self, sequences, initial_state, mask, training)
        self.unroll = timesteps is not None
        try:
            return super().inner_loop(sequences, initial_state, mask, training)  # type: ignore[misc]
        finally:
            self.unroll = asked


def scan_layer(
    layer: Any, sequences: Any, initial_state: Any, mask: Any, training: bool
) -> tuple[Any, Any, Any]:
    """Do what `keras.layers.RNN.inner_loop` does.

    Parameters
    ----------
    layer : keras.layers.RNN
    sequences : tensor, shape (batch, timesteps, ...)
    initial_state : nested tensors
    mask : tensor or None, shape (batch, timesteps)
        Where it is False, states stay, and the output is the last one or zero.
    training : bool

    Returns
    -------
    last_output, outputs, states
        Without `return_sequences`, outputs are the last one alone.
    """
    variables = layer.cell.trainable_variables
    rest = [(v, tf.convert_to_tensor(v)) for v in layer.cell.non_trainable_variables]
    takes = {"training": training} if layer.cell._call_has_training_arg else {}
    valid = None if mask is None else _time_first(tf.cast(mask, tf.bool), layer.go_backwards)
    masks = _dropout_masks(layer.cell)

    def step(entered: Any, states: Tensors, weights: Tensors) -> tuple[Any, Tensors]:
        known = [*zip(variables, weights, strict=True), *rest]
        packed = tf.nest.pack_sequence_as(initial_state, states)
        with keras.StatelessScope(state_mapping=known), _restored(masks):
            output, after = layer.cell(entered, packed, **takes)
        return output, tf.nest.flatten(after)

    # A value that is carried has to have a gradient, so the last output is where it is needed only.
    repeats = mask is not None and not layer.zero_output_for_mask

    def advance(position: Any, entered: Any, carried: Tensors, weights: Tensors) -> Any:
        last, states = (carried[0], carried[1:]) if repeats else (None, carried)
        output, after = step(entered, states, weights)
        if mask is None:
            return output, after
        here = tf.gather(valid, position)
        output = _where(here, output, tf.zeros_like(output) if last is None else last)
        after = [_where(here, new, old) for new, old in zip(after, states, strict=True)]
        return output, [output, *after] if repeats else after

    entered = _time_first(sequences, layer.go_backwards)
    weights = [tf.convert_to_tensor(v) for v in variables]
    states = tf.nest.flatten(initial_state)
    first, _ = step(entered[0], states, weights)
    begin = [tf.zeros_like(first), *states] if repeats else states
    outputs, carried = scan(advance, entered, begin, weights, first)
    last = outputs[-1]
    states = tf.nest.pack_sequence_as(initial_state, carried[1:] if repeats else carried)
    return last, _batch_first(outputs) if layer.return_sequences else last[:, None], states


# Keras draws a cell's masks before the scan and forgets them after it, before the backward pass.
MASKS = ("_dropout_mask", "_recurrent_dropout_mask")


def _dropout_masks(cell: Any) -> list[tuple[Any, dict[str, Any]]]:
    cells = getattr(cell, "cells", [cell])
    return [(c, {name: getattr(c, name) for name in MASKS if hasattr(c, name)}) for c in cells]


@contextmanager
def _restored(masks: list[tuple[Any, dict[str, Any]]]) -> Iterator[None]:
    """Give cells the dropout masks that they had when the scan began."""
    present = [(cell, {name: getattr(cell, name) for name in kept}) for cell, kept in masks]
    _set(masks)
    try:
        yield
    finally:
        _set(present)


def _set(masks: list[tuple[Any, dict[str, Any]]]) -> None:
    for cell, kept in masks:
        for name, value in kept.items():
            setattr(cell, name, value)


def scan(
    advance: Advance, inputs: tf.Tensor, carried: Tensors, weights: Tensors, output: tf.Tensor
) -> tuple[tf.Tensor, Tensors]:
    """Carry values from timestep to timestep.

    Parameters
    ----------
    advance : callable
        ``(position, input, carried, weights) → output, carried``; may use other tensors, which
        then get no gradient.
    inputs : tensor, shape (timesteps, ...)
    carried, weights : list of tensor
    output : tensor
        Of the shape and type of an output.

    Returns
    -------
    outputs : tensor, shape (timesteps, ...)
    carried : list of tensor
        After the last timestep.
    """
    n, timesteps = len(carried), inputs.shape[0]

    def forward(inputs: Any, carried: Tensors, weights: Tensors) -> Any:
        def body(position: Any, carried: Tensors, before: Tensors, outputs: Any) -> Any:
            before = [array.write(position, v) for array, v in zip(before, carried, strict=True)]
            output, carried = advance(position, tf.gather(inputs, position), carried, weights)
            return position + 1, carried, before, outputs.write(position, output)

        arrays = [_array(timesteps, value) for value in carried], _array(timesteps, output)
        return _loop(timesteps, body, carried, *arrays)

    def backward(inputs: Any, before: Tensors, weights: Tensors, upstream: Tensors) -> Tensors:
        def body(done: Any, by_carried: Tensors, by_weights: Tensors, by_inputs: Any) -> Any:
            position = timesteps - 1 - done
            at = [tf.gather(inputs, position), [a.read(position) for a in before], weights]
            by_output = tf.gather(upstream[0], position)
            by_entered, by_carried, more = _gradient(advance, position, at, by_output, by_carried)
            by_weights = [old + new for old, new in zip(by_weights, more, strict=True)]
            return done + 1, by_carried, by_weights, by_inputs.write(position, by_entered)

        zeros = [tf.zeros_like(weight) for weight in weights]
        begin = upstream[1:], zeros, _array(timesteps, inputs[0])
        by_carried, by_weights, by_inputs = _loop(timesteps, body, *begin)
        return [by_inputs.stack(), *by_carried, *by_weights]

    @tf.custom_gradient
    def run(inputs: Any, *given: Any) -> Any:
        weights = list(given[n:])
        last, before, outputs = forward(inputs, list(given[:n]), weights)

        def gradient(*upstream: Any) -> Tensors:
            return backward(inputs, before, weights, list(upstream))

        return [outputs.stack(), *last], gradient

    outputs, *last = run(inputs, *carried, *weights)
    return outputs, last


def _gradient(
    advance: Advance, position: Any, at: list[Any], by_output: Any, by_carried: Tensors
) -> Any:
    """Return a timestep's gradient by its input, what was carried there, and the weights."""
    with tf.GradientTape() as tape:
        tape.watch(at)
        output, carried = advance(position, *at)
    upstream = [by_output, *by_carried]
    found = tape.gradient([output, *carried], at, upstream, unconnected_gradients="zero")
    return tf.nest.map_structure(tf.convert_to_tensor, found)


def _loop(timesteps: int, body: Callable[..., Any], *begin: Any) -> Any:
    loop = (tf.constant(0), *begin)
    return tf.while_loop(lambda done, *_: done < timesteps, body, loop)[1:]


def _array(size: int, like: Any) -> tf.TensorArray:
    return tf.TensorArray(like.dtype, size, element_shape=like.shape, clear_after_read=False)


def _time_first(values: Any, reverse: bool) -> Any:
    """Swap batch and timesteps; reverse the timesteps of a layer that goes backwards."""
    swapped = _batch_first(values)
    return tf.reverse(swapped, [0]) if reverse else swapped


def _batch_first(values: Any) -> Any:
    return tf.transpose(values, (1, 0, *range(2, len(values.shape))))


def _where(valid: Any, new: Any, old: Any) -> Any:
    return tf.where(tf.reshape(valid, (-1, *[1] * (len(new.shape) - 1))), new, old)
