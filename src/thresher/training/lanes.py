"""One lane's step and evaluation, vectorised over all lanes and repeated over epochs."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from thresher.training.checks import check_program
from thresher.training.evaluation import Evaluation, mode
from thresher.training.measuring import Accuracy, Loss
from thresher.training.stacked import StackedOptimizer
from thresher.training.vectorising import vectorized
from thresher.training_options import Training

# What is measured of a batch.
TRAINED = ("loss", "accuracy")


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
        self.loss, self.accuracy = Loss(options.loss), Accuracy(options.loss)
        self.trainable = [self._stack(v) for v in model.trainable_variables]
        self.fixed = [self._stack(v) for v in model.non_trainable_variables]
        constraints = [v.constraint for v in model.trainable_variables]
        self.optimizer = StackedOptimizer(options, self.trainable, constraints)
        self._arguments = mode(model, training=True)
        self._program: Any = None
        self._data: tuple[Any, Any] | None = None
        evaluation = Evaluation(model, options, width)
        self.evaluated = evaluation.names
        # Traced once, for use by itself and inside of the program.
        self._evaluation = tf.function(
            lambda x, y: evaluation(self._state(), x, y), autograph=False
        )

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
        loss, accuracy, gradients, fixed = vectorized(
            self._lane, (x, y, self._state()), self.model.name
        )
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
                trainable, fixed, x, return_losses=True, **self._arguments
            )
            loss = self.loss(y, outputs)
            for extra in losses:
                loss += tf.cast(extra, loss.dtype)
        found = tape.gradient(loss, trainable, unconnected_gradients="zero")
        gradients = self.optimizer.clip([tf.convert_to_tensor(gradient) for gradient in found])
        return loss, self.accuracy(y, outputs), gradients, updated
