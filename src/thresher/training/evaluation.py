"""The evaluation of every lane on held-out examples, in inference mode."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from thresher.trace_columns import half_of
from thresher.training.measuring import Accuracy, Loss, measures
from thresher.training.vectorising import vectorized
from thresher.training_options import AT_ONCE, SHARED, Training

# What is measured of a held-out set: in all, and in its first half.
EVALUATED = ("eval_loss", "eval_accuracy", "eval_loss_half", "eval_accuracy_half")
# Of so many examples what a model says is kept, where it says one thing of each.
SHOWN = 50


class Evaluation:
    """What computes and measures the outputs of all lanes.

    Parameters
    ----------
    model : keras.Model
    options : Training
    width : int
        Lanes.

    Attributes
    ----------
    names : tuple of str
        What is measured, in order.
    """

    def __init__(self, model: keras.Model, options: Training, width: int) -> None:
        self._model, self._width = model, width
        self._shared = options.evaluation == SHARED
        self._loss, self._accuracy = Loss(options.loss), Accuracy(options.loss)
        self._measures = measures(options.metrics, options.loss, _output_shape(model))
        self._arguments = mode(model, training=False)
        self.names = (*EVALUATED, *self._measures, *map(half_of, self._measures))

    def __call__(self, state: Any, x: Any, y: Any) -> Any:
        """Evaluate every lane.

        Parameters
        ----------
        state : tuple of list of tensor
            Trainable and other values, each of shape (width, ...).
        x, y : tensor
            A held-out set, of shape (examples, ...) where it is shared, else with lanes first.

        Returns
        -------
        measured : tensor, shape (names, width)
        outputs : tensor, shape (width, examples, ...)
            For the examples that `shown` names.
        """
        shared = self._shared
        outputs, mask = self._outputs(state, x)

        def judged(given: Any) -> Any:
            outputs, mask, *own = given
            whole = _with_mask(outputs, mask)
            half, labels = _first_half(whole), y if shared else own[0]
            return [
                part
                for y, outputs in ((labels, whole), (labels[: half.shape[0]], half))
                for part in (self._loss(y, outputs), self._accuracy(y, outputs))
            ]

        given = (outputs, mask) if shared else (outputs, mask, y)
        found = [tf.stack(self._all(judged, given)), *self._measured(outputs, mask, y)]
        rows = shown(y.shape if shared else y.shape[1:])
        return tf.concat(found, 0), tf.gather(outputs, rows, axis=1)

    def _outputs(self, state: Any, x: Any) -> tuple[Any, Any]:
        """Return all lanes' outputs, and their mask as 0 and 1; an empty one where there is none.

        Where examples are many, so many at once are computed, one part after another.
        """
        shared = self._shared
        axis = 0 if shared else 1

        def one(state: Any, x: Any) -> Any:
            outputs, _ = self._model.stateless_call(*state, x, **self._arguments)
            mask = getattr(outputs, "_keras_mask", None)
            return outputs, tf.zeros((0,)) if mask is None else tf.cast(mask, tf.float32)

        def of(x: Any) -> Any:
            if shared:
                return self._all(lambda state: one(state, x), state)
            return self._all(lambda element: one(*element), (state, x))

        count = x.shape[axis]
        if count <= AT_ONCE:
            return of(x)
        full = count // AT_ONCE
        first = x[:AT_ONCE] if shared else x[:, :AT_ONCE]
        kinds = tf.nest.map_structure(
            lambda values: tf.TensorSpec(values.shape, values.dtype), of(first)
        )
        parts = tf.map_fn(
            lambda place: of(tf.gather(x, place * AT_ONCE + tf.range(AT_ONCE), axis=axis)),
            tf.range(full),
            fn_output_signature=kinds,
            parallel_iterations=1,
        )
        joined = [
            tf.reshape(tf.transpose(part, (1, 0, *range(2, len(part.shape)))),
                       (self._width, -1, *part.shape[3:]))
            for part in parts
        ]  # fmt: skip
        if count % AT_ONCE:
            rest = of(x[full * AT_ONCE :] if shared else x[:, full * AT_ONCE :])
            joined = [tf.concat(pair, 1) for pair in zip(joined, rest, strict=True)]
        outputs, mask = joined
        return outputs, mask

    def _measured(self, outputs: Any, mask: Any, y: Any) -> list[Any]:
        """Measure Keras' metrics lane by lane, as they are; of the whole set, then of its half."""
        if not self._measures:
            return []
        shared = self._shared

        def lane(place: Any) -> Any:
            whole = _with_mask(outputs[place], mask[place])
            half, labels = _first_half(whole), y if shared else y[place]
            pairs = ((labels, whole), (labels[: half.shape[0]], half))
            return tf.stack(
                [measure(*pair) for pair in pairs for measure in self._measures.values()]
            )

        found = tf.map_fn(lane, tf.range(self._width), fn_output_signature=tf.float32)
        return [tf.transpose(found)]

    def _all(self, function: Callable[..., Any], elements: Any) -> Any:
        return vectorized(function, elements, self._model.name)


def shown(labels: Sequence[int]) -> np.ndarray:
    """Return which held-out examples outputs are kept of, from the shape of their labels.

    One is enough where it has a label for each timestep.
    """
    count = labels[0]
    kept = min(SHOWN, count) if len(labels) == 2 else 1
    return np.linspace(0, count - 1, kept).astype(int)


def mode(model: keras.Model, *, training: bool) -> dict[str, bool]:
    """Return the argument for training or inference; a subclassed model may not take any."""
    takes = inspect.signature(model.call).parameters
    known = "training" in takes or any(p.kind is p.VAR_KEYWORD for p in takes.values())
    return {"training": training} if known else {}


def _output_shape(model: keras.Model) -> tuple[int, ...]:
    """Return the shape of one output; empty for a subclassed model, which has none to be read."""
    outputs = getattr(model, "outputs", None)
    return tuple(outputs[0].shape[1:]) if outputs else ()


def _with_mask(outputs: Any, mask: Any) -> Any:
    """Give outputs their mask back, as Keras' losses and metrics look for it."""
    if mask.shape[0]:
        outputs._keras_mask = tf.cast(mask, tf.bool)
    return outputs


def _first_half(outputs: Any) -> Any:
    """Return the outputs for the first half of the examples, with their mask."""
    size = max(outputs.shape[0] // 2, 1)
    half, mask = outputs[:size], getattr(outputs, "_keras_mask", None)
    if mask is not None:
        half._keras_mask = mask[:size]
    return half
