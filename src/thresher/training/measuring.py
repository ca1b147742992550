"""What is measured of a lane's outputs: loss and accuracy, and any of Keras' own metrics."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from thresher import losses
from thresher.keras_metrics import METRICS, column_of
from thresher.training.errors import TrainingError

Measure = Callable[[Any, Any], Any]
_ACCURACIES: dict[str | None, Measure] = {
    "binary": keras.metrics.binary_accuracy,
    "one-hot": keras.metrics.categorical_accuracy,
    "class": keras.metrics.sparse_categorical_accuracy,
}


class Loss(keras.losses.Loss):
    """The mean that Keras makes of a loss function: over what the output's mask leaves."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.call = keras.losses.get(name)


class Accuracy:
    """The share of right answers, over what the output's mask leaves; NaN for numbers."""

    def __init__(self, loss: str) -> None:
        self._right = _ACCURACIES.get(losses.of(loss).kind)

    def __call__(self, y: Any, outputs: Any) -> Any:
        """Return the accuracy of outputs, a tensor without axes."""
        if self._right is None:
            return tf.constant(float("nan"))
        values = tf.cast(self._right(y, outputs), tf.float32)
        mask = getattr(outputs, "_keras_mask", None)
        if mask is None:
            return tf.reduce_mean(values)
        further = [1] * (len(values.shape) - len(mask.shape))
        weights = tf.cast(tf.reshape(mask, (*mask.shape, *further)), tf.float32)
        weights = tf.broadcast_to(weights, values.shape)
        return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))


def measures(
    asked: Sequence[Mapping[str, Any]], loss: str, outputs: tuple[int, ...]
) -> dict[str, Measure]:
    """Return what measures each metric: ``(labels, outputs) → number``, in a program, too.

    Parameters
    ----------
    asked : sequence of mapping
        ``name``, and the metric's options.
    loss : str
        It decides what the labels are.
    outputs : tuple of int
        The shape of one output.

    Raises
    ------
    TrainingError
        Where a metric does not fit the outputs.
    """
    return {column_of(given): _measure(given, loss, outputs) for given in asked}


def _measure(given: Mapping[str, Any], loss: str, outputs: tuple[int, ...]) -> Measure:
    name, declared = given["name"], METRICS[given["name"]]
    kind = losses.of(loss).kind
    if kind is not None and kind not in declared.kinds:
        raise TrainingError(f"metric {name} is not for the labels of {loss}; leave it out")
    if declared.one_an_example and len(outputs) > 1:
        raise TrainingError(
            f"metric {name} needs one label an example, but there is one a timestep; leave it out"
        )
    options = {option: value for option, value in given.items() if option != "name"}
    if name in ("f1_score", "f_beta_score") and kind == "binary":
        options.setdefault("threshold", 0.5)
    if name in ("mean_io_u", "one_hot_mean_io_u"):
        options |= {"num_classes": outputs[-1], "sparse_y_pred": False}
    metric = getattr(keras.metrics, declared.keras_class)(**options)
    # Its variables are made by a first call.
    metric.update_state(tf.ones((1, *_labels(kind, outputs))), tf.ones((1, *outputs)) / outputs[-1])
    metric.reset_state()
    begin = [variable.numpy() for variable in metric.variables]

    def measure(y: Any, outputs: Any) -> Any:
        state = [tf.constant(value) for value in begin]
        state = metric.stateless_update_state(state, y, outputs)
        return tf.cast(tf.reshape(metric.stateless_result(state), ()), tf.float32)

    return measure


def _labels(kind: str | None, outputs: tuple[int, ...]) -> tuple[int, ...]:
    return (*outputs[:-1], 1) if kind == "class" else outputs
