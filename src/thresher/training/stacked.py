"""One optimizer for the stacked variables of all lanes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from thresher import optimizers
from thresher.training_options import Training


class StackedOptimizer:
    """Applies an optimizer once to the stacked variables; clips inside each lane.

    Parameters
    ----------
    options : Training
    variables : sequence of tf.Variable
        Of shape ``(lanes, ...)``.
    constraints : sequence of callable or None
        Each variable's constraint, applied lane by lane.
    """

    def __init__(
        self,
        options: Training,
        variables: Sequence[tf.Variable],
        constraints: Sequence[Callable[[Any], Any] | None],
    ) -> None:
        given = dict(options.optimizer_options)
        self.clipping = {name: given.pop(name) for name in optimizers.CLIPPING if name in given}
        self.variables, self.constraints = variables, constraints
        optimizer = optimizers.build(options.optimizer, options.learning_rate, given)
        fused = options.optimizer == "adam" and not set(given) & {"amsgrad", "weight_decay"}
        self._rule = (_FusedAdam if fused else _KerasRule)(optimizer, variables)

    @property
    def state(self) -> list[tf.Variable]:
        """Every variable that an update reads or writes, the lanes' own left out."""
        return self._rule.state

    def reset(self) -> None:
        """Forget moments and iterations."""
        self._rule.reset()

    def clip(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Clip the gradients of one lane, as Keras does for one model."""
        clipping: Mapping[str, Any] = self.clipping
        if "clipnorm" in clipping:
            return [tf.clip_by_norm(gradient, clipping["clipnorm"]) for gradient in gradients]
        if "global_clipnorm" in clipping:
            return tf.clip_by_global_norm(gradients, clipping["global_clipnorm"])[0]
        if "clipvalue" in clipping:
            bound = clipping["clipvalue"]
            return [tf.clip_by_value(gradient, -bound, bound) for gradient in gradients]
        return gradients

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        """Update all lanes' variables."""
        self._rule.apply(gradients)
        for variable, constraint in zip(self.variables, self.constraints, strict=True):
            if constraint is not None:
                variable.assign(tf.vectorized_map(constraint, variable.value(), warn=False))


class _KerasRule:
    """Keras' optimizer, on variables of its own kind that hold the lanes' values."""

    def __init__(self, optimizer: Any, variables: Sequence[tf.Variable]) -> None:
        self.optimizer, self.variables = optimizer, variables
        self.stacked = [keras.Variable(v, trainable=True) for v in variables]
        optimizer.build(self.stacked)
        self.initial = [tf.identity(v.value) for v in optimizer.variables]

    @property
    def state(self) -> list[tf.Variable]:
        return [v.value for v in [*self.optimizer.variables, *self.stacked]]

    def reset(self) -> None:
        for variable, value in zip(self.optimizer.variables, self.initial, strict=True):
            variable.assign(value)

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        for stacked, variable in zip(self.stacked, self.variables, strict=True):
            stacked.assign(variable)
        self.optimizer.apply(gradients, self.stacked)
        for stacked, variable in zip(self.stacked, self.variables, strict=True):
            variable.assign(stacked.value)


class _FusedAdam:
    """Keras' Adam in one pass over memory, by TensorFlow's fused kernel."""

    def __init__(self, optimizer: Any, variables: Sequence[tf.Variable]) -> None:
        self.optimizer, self.variables = optimizer, variables
        self.iterations = tf.Variable(0, dtype=tf.int64, trainable=False)
        self.moments = [[tf.Variable(tf.zeros_like(v)) for v in variables] for _ in range(2)]

    @property
    def state(self) -> list[tf.Variable]:
        optimizer = [v.value for v in self.optimizer.variables]
        return [self.iterations, *self.moments[0], *self.moments[1], *optimizer]

    def reset(self) -> None:
        for variable in [self.iterations, *self.moments[0], *self.moments[1]]:
            variable.assign(tf.zeros_like(variable))

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        optimizer = self.optimizer
        rate = optimizer._learning_rate
        rate = rate(self.iterations) if callable(rate) else tf.convert_to_tensor(rate)
        step = tf.cast(self.iterations.assign_add(1), tf.float32)
        for variable, first, second, gradient in zip(
            self.variables, *self.moments, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=tf.pow(tf.constant(optimizer.beta_1, tf.float32), step),
                beta2_power=tf.pow(tf.constant(optimizer.beta_2, tf.float32), step),
                lr=tf.cast(rate, tf.float32),
                beta1=optimizer.beta_1,
                beta2=optimizer.beta_2,
                epsilon=optimizer.epsilon,
                grad=gradient,
            )
