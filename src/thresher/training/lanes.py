"""One lane's step and evaluation, vectorised over all lanes and repeated over epochs."""

import inspect
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import thresher.training.vectorising  # noqa: F401, registers what TensorFlow lacks
from thresher import losses
from thresher.trace_columns import half_of
from thresher.training.checks import check_program
from thresher.training.errors import TrainingError
from thresher.training.measuring import measures
from thresher.training.stacked import StackedOptimizer
from thresher.training_options import SHARED, Training

# What is measured of a batch, and of a held-out set: in all, and in its first half.
TRAINED = ("loss", "accuracy")
EVALUATED = ("eval_loss", "eval_accuracy", "eval_loss_half", "eval_accuracy_half")
# So many examples of a held-out set are evaluated at once, which bounds the memory of all lanes.
AT_ONCE = 512
# Of so many examples what a model says is kept, where it says one thing of each.
SHOWN = 50
Accuracy = Callable[[Any, Any], Any]
_ACCURACIES: dict[str | None, Accuracy] = {
    "binary": keras.metrics.binary_accuracy,
    "one-hot": keras.metrics.categorical_accuracy,
    "class": keras.metrics.sparse_categorical_accuracy,
}


class _Loss(keras.losses.Loss):
    """The mean that Keras makes of a loss function: over what the output's mask leaves."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.call = function


class Lanes:
    """The state of all lanes, stacked along a first axis, and the program that trains them.

    Parameters
    ----------
    model : keras.Model
        Built; gives the computation, not the weights.
    options : Training
    width : int
        Lanes.
    """

    def __init__(self, model: keras.Model, options: Training, width: int) -> None:
        self.model, self.options, self.width = model, options, width
        self.loss = _Loss(keras.losses.get(options.loss))
        self.accuracy = _ACCURACIES.get(losses.of(options.loss).kind)
        self.measures = measures(options.metrics, options.loss, _output_shape(model))
        self.evaluated = (*EVALUATED, *self.measures, *map(half_of, self.measures))
        self.trainable = [self._stack(v) for v in model.trainable_variables]
        self.fixed = [self._stack(v) for v in model.non_trainable_variables]
        constraints = [v.constraint for v in model.trainable_variables]
        self.optimizer = StackedOptimizer(options, self.trainable, constraints)
        self._modes = _modes(model)
        self._program: Any = None
        self._data: tuple[Any, Any] | None = None
        # Traced once, for use by itself and inside of the program.
        self._evaluation = tf.function(self._evaluate, autograph=False)

    def _stack(self, variable: Any) -> tf.Variable:
        zeros = tf.zeros((self.width, *variable.shape), variable.dtype)
        return tf.Variable(zeros, trainable=False)

    def reset(self, trainable: Sequence[Any], fixed: Sequence[Any]) -> None:
        """Begin anew from these values, one array of shape ``(width, ...)`` a variable."""
        for variables, values in ((self.trainable, trainable), (self.fixed, fixed)):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        self.optimizer.reset()

    def placed(self, held_out: tuple[Any, Any]) -> tuple[Any, Any]:
        """Return held-out examples as tensors, so that they are copied once, not at each call."""
        x, y = (tf.convert_to_tensor(values) for values in held_out)
        return x, y

    def train(
        self, first: int, x: Any, y: Any, held_out: tuple[Any, Any]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Train some epochs and evaluate where due.

        Parameters
        ----------
        first : int
            Epochs done before.
        x, y : array, shape (epochs, width, batch, ...)
        held_out : tuple of array
            Inputs and labels, each of shape (width, examples, ...), or (examples, ...) where the
            evaluation is shared.

        Returns
        -------
        trained : array, shape (epochs, TRAINED, width)
        evaluated : array, shape (evaluations, names of `evaluated`, width)
        """
        return self._run(self._train, first, (x, y), (), held_out)

    def train_passes(
        self, first: int, orders: Any, data: tuple[Any, Any], held_out: tuple[Any, Any]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Train some passes over a data set; a last batch that is not full is one, too.

        Parameters
        ----------
        first : int
            Epochs done before.
        orders : array of int, shape (epochs, width, examples)
            Rows of the data set, in the order in which each lane takes them.
        data : tuple of array
            Inputs and labels, each of shape (rows, ...), the same for all lanes.
        held_out : tuple of array
            As in `train`.

        Returns
        -------
        trained, evaluated : array
            As in `train`; the mean over the pass, each batch weighted by its examples.
        """
        if self._data is None:
            self._data = self.placed(data)
        return self._run(self._pass, first, (orders,), self._data, held_out)

    def _run(
        self,
        train: Callable[..., Any],
        first: int,
        epochs: tuple[Any, ...],
        fixed: tuple[Any, ...],
        held_out: tuple[Any, Any],
    ) -> tuple[np.ndarray, np.ndarray]:
        if self._program is None:
            self._program = self._trace(train, epochs, (*fixed, *held_out))
        given = [tf.convert_to_tensor(values) for values in (first, *epochs, *fixed, *held_out)]
        trained, evaluated = self._program(*given)
        return trained.numpy(), evaluated.numpy()

    def evaluate(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Evaluate every lane in inference mode.

        Parameters
        ----------
        x, y : array
            A held-out set, as in `train`.

        Returns
        -------
        evaluated : array, shape (names of `evaluated`, width)
        outputs : array, shape (width, examples, ...)
            For the examples that `shown` names.
        """
        found, outputs = self._evaluation(tf.convert_to_tensor(x), tf.convert_to_tensor(y))
        return found.numpy(), outputs.numpy()

    def _trace(
        self, train: Callable[..., Any], epochs: tuple[Any, ...], fixed: tuple[Any, ...]
    ) -> Any:
        """Trace the program once, for any number of epochs."""
        specs = [tf.TensorSpec((None, *values.shape[1:]), values.dtype) for values in epochs]
        specs += [tf.TensorSpec(values.shape, values.dtype) for values in fixed]
        # As in Keras' own training, nothing is converted by AutoGraph.
        function = tf.function(train, autograph=False)
        program = function.get_concrete_function(tf.TensorSpec((), tf.int32), *specs)
        check_program(program, [*self.trainable, *self.fixed, *self.optimizer.state])
        return program

    def _state(self) -> tuple[list[Any], list[Any]]:
        return [v.value() for v in self.trainable], [v.value() for v in self.fixed]

    def _vectorized(self, function: Callable[..., Any], elements: Any) -> Any:
        try:
            return tf.vectorized_map(function, elements, warn=False)
        except Exception as error:  # whatever a layer or TensorFlow's vectorisation may raise
            reason = _without_decoration(str(error)) or type(error).__name__
            raise TrainingError(
                f"model {self.model.name} can't be trained by lanes: {reason}"
            ) from error

    def _train(self, first: Any, x: Any, y: Any, *held_out: Any) -> Any:
        step = partial(self._batch, x, y)
        return self._epochs(first, tf.shape(x)[0], step, held_out)

    def _batch(self, x: Any, y: Any, epoch: Any) -> Any:
        return self._step(x[epoch], y[epoch])

    def _pass(self, first: Any, orders: Any, x: Any, y: Any, *held_out: Any) -> Any:
        count, batch = orders.shape[2], self.options.batch_size
        full, rest = divmod(count, batch)

        def take(rows: Any) -> Any:
            return self._step(tf.gather(x, rows), tf.gather(y, rows))

        def steps(order: Any, begin: Any, end: Any, total: Any) -> Any:
            """Take full batches of an epoch from one to another."""

            def body(step: Any, total: Any) -> Any:
                rows = tf.slice(order, (0, step * batch), (self.width, batch))
                return step + 1, total + batch * take(rows)

            return tf.while_loop(lambda step, _: step < end, body, (begin, total))[1]

        def last(order: Any, total: Any) -> Any:
            return (total + rest * take(order[:, full * batch :]) if rest else total) / count

        nothing = tf.zeros((len(TRAINED), self.width))
        if self.options.parts > 1:
            batches = full + (rest > 0)
            ends = [part * batches // self.options.parts for part in range(self.options.parts)]
            return self._parts(orders, [*ends, full], (steps, last), held_out)

        def one(epoch: Any) -> Any:
            return last(orders[epoch], steps(orders[epoch], tf.constant(0), full, nothing))

        return self._epochs(first, tf.shape(orders)[0], one, held_out)

    def _parts(
        self,
        orders: Any,
        ends: Sequence[int],
        passing: tuple[Callable[..., Any], Callable[..., Any]],
        held_out: tuple[Any, ...],
    ) -> Any:
        """Train whole epochs, and evaluate after some full batches of each and after its last."""
        (steps, last), parts = passing, self.options.parts
        ends = tf.constant(ends)
        epochs = tf.shape(orders)[0]
        losses, evaluations = (
            tf.TensorArray(tf.float32, size, element_shape=(len(names), self.width))
            for size, names in ((epochs, TRAINED), (epochs * parts, self.evaluated))
        )

        def body(place: Any, total: Any, losses: Any, evaluations: Any) -> Any:
            epoch, part = place // parts, place % parts
            order = orders[epoch]
            total = steps(order, ends[part], ends[part + 1], total)

            def whole() -> Any:
                return tf.zeros_like(total), losses.write(epoch, last(order, total))

            total, losses = tf.cond(part == parts - 1, whole, lambda: (total, losses))
            evaluations = evaluations.write(place, self._evaluation(*held_out)[0])
            return place + 1, total, losses, evaluations

        begin = (tf.constant(0), tf.zeros((len(TRAINED), self.width)), losses, evaluations)
        end = epochs * parts
        *_, losses, evaluations = tf.while_loop(lambda place, *_: place < end, body, begin)
        return losses.stack(), evaluations.stack()

    def _epochs(
        self, first: Any, epochs: Any, one: Callable[[Any], Any], held_out: tuple[Any, ...]
    ) -> Any:
        """Train so many epochs, each by a call of `one`, and evaluate where due."""
        every = int(self.options.every)
        due = (first + epochs) // every - first // every
        losses, evaluations = (
            tf.TensorArray(tf.float32, size, element_shape=(len(names), self.width))
            for size, names in ((epochs, TRAINED), (due, self.evaluated))
        )

        def body(epoch: Any, done: Any, losses: Any, evaluations: Any) -> Any:
            losses = losses.write(epoch, one(epoch))

            def evaluate() -> Any:
                found, _ = self._evaluation(*held_out)
                return done + 1, evaluations.write(done, found)

            is_due = (first + epoch + 1) % every == 0
            done, evaluations = tf.cond(is_due, evaluate, lambda: (done, evaluations))
            return epoch + 1, done, losses, evaluations

        zero = tf.constant(0)
        loop = (zero, zero, losses, evaluations)
        *_, losses, evaluations = tf.while_loop(lambda epoch, *_: epoch < epochs, body, loop)
        return losses.stack(), evaluations.stack()

    def _step(self, x: Any, y: Any) -> Any:
        loss, accuracy, gradients, fixed = self._vectorized(self._lane, (x, y, self._state()))
        for gradient, variable in zip(gradients, self.trainable, strict=True):
            gradient.set_shape(variable.shape)
        self.optimizer.apply(gradients)
        for variable, value in zip(self.fixed, fixed, strict=True):
            variable.assign(tf.reshape(value, variable.shape))
        return tf.stack([loss, accuracy])

    def _lane(self, element: Any) -> Any:
        x, y, (trainable, fixed) = element
        with tf.GradientTape() as tape:
            tape.watch(trainable)
            outputs, updated, losses = self.model.stateless_call(
                trainable, fixed, x, return_losses=True, **self._modes[True]
            )
            loss = self.loss(y, outputs)
            for extra in losses:
                loss += tf.cast(extra, loss.dtype)
        found = tape.gradient(loss, trainable, unconnected_gradients="zero")
        gradients = self.optimizer.clip([tf.convert_to_tensor(gradient) for gradient in found])
        return loss, self._accuracy(y, outputs), gradients, updated

    def _evaluate(self, x: Any, y: Any) -> Any:
        shared = self.options.evaluation == SHARED
        outputs, mask = self._outputs(x, shared)

        def judged(given: Any) -> Any:
            outputs, mask, *own = given
            whole = _with_mask(outputs, mask)
            half, labels = _first_half(whole), y if shared else own[0]
            return [
                part
                for y, outputs in ((labels, whole), (labels[: half.shape[0]], half))
                for part in (self.loss(y, outputs), self._accuracy(y, outputs))
            ]

        given = (outputs, mask) if shared else (outputs, mask, y)
        found = [tf.stack(self._vectorized(judged, given)), *self._measured(outputs, mask, y)]
        rows = shown(y.shape if shared else y.shape[1:])
        return tf.concat(found, 0), tf.gather(outputs, rows, axis=1)

    def _outputs(self, x: Any, shared: bool) -> tuple[Any, Any]:
        """Return all lanes' outputs, and their mask as 0 and 1; an empty one where there is none.

        Where examples are many, so many at once are computed, one part after another.
        """

        def one(state: Any, x: Any) -> Any:
            outputs, _ = self.model.stateless_call(*state, x, **self._modes[False])
            mask = getattr(outputs, "_keras_mask", None)
            return outputs, tf.zeros((0,)) if mask is None else tf.cast(mask, tf.float32)

        def of(x: Any) -> Any:
            if shared:
                return self._vectorized(lambda state: one(state, x), self._state())
            return self._vectorized(lambda element: one(*element), (self._state(), x))

        axis = 0 if shared else 1
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
                       (self.width, -1, *part.shape[3:]))
            for part in parts
        ]  # fmt: skip
        if count % AT_ONCE:
            rest = of(x[full * AT_ONCE :] if shared else x[:, full * AT_ONCE :])
            joined = [tf.concat(pair, 1) for pair in zip(joined, rest, strict=True)]
        outputs, mask = joined
        return outputs, mask

    def _measured(self, outputs: Any, mask: Any, y: Any) -> list[Any]:
        """Measure Keras' metrics lane by lane, as they are; of the whole set, then of its half."""
        if not self.measures:
            return []
        shared = self.options.evaluation == SHARED

        def lane(place: Any) -> Any:
            whole = _with_mask(outputs[place], mask[place])
            half, labels = _first_half(whole), y if shared else y[place]
            pairs = ((labels, whole), (labels[: half.shape[0]], half))
            return tf.stack(
                [measure(*pair) for pair in pairs for measure in self.measures.values()]
            )

        found = tf.map_fn(lane, tf.range(self.width), fn_output_signature=tf.float32)
        return [tf.transpose(found)]

    def _accuracy(self, y: Any, outputs: Any) -> Any:
        if self.accuracy is None:
            return tf.constant(float("nan"))
        values = tf.cast(self.accuracy(y, outputs), tf.float32)
        mask = getattr(outputs, "_keras_mask", None)
        if mask is None:
            return tf.reduce_mean(values)
        further = [1] * (len(values.shape) - len(mask.shape))
        weights = tf.cast(tf.reshape(mask, (*mask.shape, *further)), tf.float32)
        weights = tf.broadcast_to(weights, values.shape)
        return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))


def shown(labels: Sequence[int]) -> np.ndarray:
    """Return which held-out examples outputs are kept of, from the shape of their labels.

    One is enough where it has a label for each timestep.
    """
    count = labels[0]
    kept = min(SHOWN, count) if len(labels) == 2 else 1
    return np.linspace(0, count - 1, kept).astype(int)


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


def _without_decoration(text: str) -> str:
    """Return an error of Keras as one line, its colours and the layer's arguments left out."""
    plain = re.sub(r"\x1b\[\d+m", "", text).split("Arguments received by")[0]
    return " ".join(plain.split())


def _modes(model: keras.Model) -> dict[bool, dict[str, bool]]:
    """Return the arguments for training and inference; a subclassed model may not take any."""
    takes = inspect.signature(model.call).parameters
    known = "training" in takes or any(p.kind is p.VAR_KEYWORD for p in takes.values())
    return {mode: {"training": mode} if known else {} for mode in (True, False)}
