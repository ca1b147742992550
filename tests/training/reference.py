"""Keras' own `train_on_batch`, one seed after another, from the same weights, data and states."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from thresher import optimizers
from thresher.study.plan import Training
from thresher.training.block import piece
from thresher.training.streams import Streams
from thresher.training.weights import build, initial


@dataclass(frozen=True)
class Examples:
    """A task for tests: random inputs and labels of given shapes."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    labels: str = "binary"
    vocabulary: int = 0
    repeats: bool = True

    def draw(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        if self.vocabulary and not self.repeats:
            tokens = np.tile(np.arange(self.vocabulary), (n, 1))
            x = generator.permuted(tokens, axis=1)[:, : self.inputs[0]].astype("float32")
        elif self.vocabulary:
            x = generator.integers(0, self.vocabulary, (n, *self.inputs)).astype("float32")
        else:
            x = generator.standard_normal((n, *self.inputs)).astype("float32")
        return x, self._labels(generator, n)

    held_out = draw

    def _labels(self, generator: np.random.Generator, n: int) -> np.ndarray:
        shape = (n, *self.outputs)
        if self.labels == "binary":
            return generator.integers(0, 2, shape).astype("float32")
        if self.labels == "sparse":
            return generator.integers(0, 3, (*shape[:-1], 1)).astype("float32")
        if self.labels == "categorical":
            return np.eye(shape[-1], dtype="float32")[generator.integers(0, shape[-1], shape[:-1])]
        return generator.standard_normal(shape).astype("float32")


def keras_losses(
    build_model: Callable[[], keras.Model],
    task: Examples,
    seeds: Sequence[int],
    options: Training,
    streams: Streams,
) -> tuple[np.ndarray, np.ndarray]:
    """Train each seed by itself; return losses (seeds, epochs) and final held-out losses."""
    held_x, held_y = task.held_out(streams.held_out(), options.evaluation_size)
    built = build(build_model)
    model = built.model
    optimizer = optimizers.build(
        options.optimizer, options.learning_rate, options.optimizer_options
    )
    model.compile(optimizer, options.loss)
    optimizer.build(model.trainable_variables)
    fresh = [np.array(variable.numpy(), copy=True) for variable in optimizer.variables]
    function = keras.losses.get(options.loss)
    losses, final = [], []
    for seed in seeds:
        assign(optimizer.variables, fresh)
        for variables in (model.trainable_variables, model.non_trainable_variables):
            values = initial(built, variables, streams, [seed])
            assign(variables, [value[0] for value in values])
        size = piece((held_x, held_y), options.batch_size)
        assert size >= options.epochs
        x, y = task.draw(streams.data(seed), size * options.batch_size)
        batches = np.array_split(np.arange(len(x)), size)[: options.epochs]
        losses.append([train_on_batch(model, x[batch], y[batch]) for batch in batches])
        final.append(float(np.mean(function(held_y, model(held_x, training=False)))))
    return np.array(losses), np.array(final)


def assign(variables, values) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def train_on_batch(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    model.reset_metrics()
    return float(model.train_on_batch(x, y))
