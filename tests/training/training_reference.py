"""Keras' own `train_on_batch`, one seed after another, from the same weights, data and states."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import keras
import numpy as np
from keras.src.losses.losses import LossFunctionWrapper
from training_cases import Examples

from thresher import optimizers
from thresher.training.feeds import piece
from thresher.training.streams import Streams
from thresher.training.weights import build, initial
from thresher.training_options import Training


def keras_losses(
    build_model: Callable[[], keras.Model],
    task: Examples,
    seeds: Sequence[int],
    options: Training,
    streams: Streams,
) -> tuple[np.ndarray, np.ndarray]:
    """Train each seed by itself; return losses (seeds, epochs) and final held-out losses."""
    built = build(build_model)
    model = built.model
    optimizer = optimizers.build(
        options.optimizer, options.learning_rate, options.optimizer_options
    )
    model.compile(optimizer, options.loss)
    optimizer.build(model.trainable_variables)
    fresh = [np.array(variable.numpy(), copy=True) for variable in optimizer.variables]
    loss = LossFunctionWrapper(keras.losses.get(options.loss))
    losses, final = [], []
    for seed in seeds:
        assign(optimizer.variables, fresh)
        for variables in (model.trainable_variables, model.non_trainable_variables):
            values = initial(built, variables, streams, [seed])
            assign(variables, [value[0] for value in values])
        held_x, held_y = task.held_out(streams.held_out(seed), options.evaluation_size)
        epochs = batches(task, streams.data(seed), (held_x, held_y), options)
        losses.append([train_on_batch(model, x, y) for x, y in islice(epochs, options.epochs)])
        final.append(float(loss(held_y, model(held_x, training=False))))
    return np.array(losses), np.array(final)


def batches(task: Examples, generator: Any, held_out: Any, options: Training) -> Iterator[Any]:
    """Yield the batches of one run, drawn in the engine's pieces."""
    while True:
        epochs = piece(held_out, options.batch_size)
        x, y = task.draw(generator, epochs * options.batch_size)
        yield from zip(np.split(x, epochs), np.split(y, epochs), strict=True)


def assign(variables, values) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def train_on_batch(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    model.reset_metrics()
    return float(model.train_on_batch(x, y))
