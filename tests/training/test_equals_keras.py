"""A lane's losses equal Keras' own, for every kind of model, loss and optimizer."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from training_cases import MODELS, Examples, dense, options, sequential
from training_reference import keras_losses

from thresher import losses, models
from thresher.declarations import Head
from thresher.study import load
from thresher.training import Streams, train_block

HEAD = Head(1, "sigmoid", per_timestep=True)
LOSSES = {
    "binary_crossentropy": (sequential(dense(), inputs=(3,)), Examples((3,), (1,))),
    "categorical_crossentropy": (
        sequential(dense(), inputs=(3,), activation="softmax", outputs=3),
        Examples((3,), (3,), "categorical"),
    ),
    "sparse_categorical_crossentropy": (
        sequential(dense(), inputs=(3,), activation="softmax", outputs=3),
        Examples((3,), (3,), "sparse"),
    ),
    "mean_squared_error": (
        sequential(dense(), inputs=(3,), activation="linear"),
        Examples((3,), (1,), "real"),
    ),
}
USUAL = tuple(LOSSES)
LABELS = {"one-hot": (3, "categorical"), "sign": (1, "binary"), "binary": (1, "binary")}
for name, loss in losses.LOSSES.items():
    if name not in LOSSES and loss.kind is not None:
        units, labels = LABELS.get(loss.kind, (2, "numbers"))
        LOSSES[name] = (
            sequential(dense(), inputs=(3,), activation=loss.activation, outputs=units),
            Examples((3,), (units,), "binary" if name == "poisson" else labels),
        )


def embedding():
    x = keras.Input((3,))
    return keras.Model(x, layers.UnitNormalization()(layers.Dense(3)(dense()()(x))))


LOSSES["circle"] = (embedding, Examples((3,), (1,), "sparse"))
OPTIMIZERS = {
    "SGD with momentum": ("sgd", {"momentum": 0.9}, None),
    "SGD with Nesterov momentum": ("sgd", {"momentum": 0.9, "nesterov": True}, None),
    "RMSprop": ("rmsprop", {}, None),
    "Adam": ("adam", {}, None),
    "Adam, AMSGrad": ("adam", {"amsgrad": True}, None),
    "AdamW": ("adamw", {"weight_decay": 0.1}, None),
    "Adam with clipnorm": ("adam", {"clipnorm": 0.05}, None),
    "Adam with clipvalue": ("adam", {"clipvalue": 0.01}, None),
    "Adam with global_clipnorm": ("adam", {"global_clipnorm": 0.05}, None),
    "Nadam": ("nadam", {}, None),
    "Adamax": ("adamax", {}, None),
    "Adagrad": ("adagrad", {}, None),
    "Adadelta": ("adadelta", {}, 1.0),
    "Lion": ("lion", {}, 0.001),
    "exponential decay": (
        "adam",
        {},
        {
            "schedule": "ExponentialDecay",
            "initial_learning_rate": 0.05,
            "decay_steps": 10,
            "decay_rate": 0.5,
        },
    ),
}


def assert_equal_keras(build, task, options, seeds=(1, 2), rtol=1e-5, atol=0):
    streams = Streams(entropy=5)
    block = train_block(build, task, seeds, options, streams)
    losses, final = keras_losses(build, task, seeds, options, streams)
    np.testing.assert_allclose(block.loss, losses, rtol=rtol, atol=atol)
    np.testing.assert_allclose(block.eval_loss[:, -1], final, rtol=rtol, atol=atol)
    assert losses.std() > 0


@pytest.mark.parametrize("batch_size", [1, 32])
@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_layer(name, batch_size):
    build, task = MODELS[name]
    # With Adam, Keras squares the gradients of a token that repeats before it adds them.
    repeats = task.vocabulary and batch_size > 1
    given = {"optimizer": "sgd", "learning_rate": 0.1} if repeats else {}
    assert_equal_keras(build, task, options(batch_size=batch_size, **given))


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_at_batches_of_32(name):
    build, task = LOSSES[name]
    given = options(loss=name, batch_size=32, learning_rate=0.01)
    if name not in USUAL:
        # Adam's first steps depend on the signs of gradients, which rounding may decide.
        # Where outputs are near 0, their direction and percentages are at the mercy of rounding.
        # Circle multiplies distances by 80, and so its gradients.
        steep = {"mean_absolute_percentage_error": 1e-5, "cosine_similarity": 1e-5, "circle": 1e-6}
        given = replace(given, optimizer="sgd", learning_rate=steep.get(name, 0.01))
    assert_equal_keras(build, task, given, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name):
    optimizer, given, rate = OPTIMIZERS[name]
    build, task = LOSSES["binary_crossentropy"]
    assert_equal_keras(
        build,
        task,
        options(optimizer=optimizer, optimizer_options=given, learning_rate=rate, batch_size=2),
    )


@pytest.mark.parametrize("arm", load("config/studies/merge_modes.yaml").arms, ids=lambda a: a.label)
def test_every_model_of_the_default_study(arm):
    def build():
        return models.load(arm.model).build(arm.model_options, (10, 1), HEAD)

    assert_equal_keras(build, Examples((10, 1), (10, 1)), options())
