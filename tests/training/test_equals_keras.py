"""A lane's losses equal Keras' own, for every kind of model, loss and optimizer."""

import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from thresher import models
from thresher.study import load
from thresher.study.plan import Training
from thresher.training import Streams, train_block

_spec = importlib.util.spec_from_file_location(
    "reference", Path(__file__).with_name("reference.py")
)
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)
Examples = reference.Examples

STEPS, UNITS, EPOCHS = 4, 5, 50
SEQUENCE = Examples((STEPS, 2), (STEPS, 1))
SINGLE = Examples((STEPS, 2), (1,))


def sequential(*stack, inputs=(STEPS, 2), activation="sigmoid", outputs=1):
    def build() -> keras.Model:
        made = [layer() for layer in stack]
        head = layers.Dense(outputs, activation=activation)
        return keras.Sequential([keras.Input(inputs), *made, head])

    return build


def lstm(**options):
    return lambda: layers.LSTM(UNITS, return_sequences=True, **options)


def two_branches() -> keras.Model:
    inputs = keras.Input((STEPS, 2))
    left = layers.LSTM(UNITS, return_sequences=True)(inputs)
    right = layers.Dense(UNITS, activation="relu")(inputs)
    joined = layers.Concatenate()([left, right])
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(joined))


def attention() -> keras.Model:
    inputs = keras.Input((STEPS, 4))
    hidden = layers.MultiHeadAttention(2, 3)(inputs, inputs)
    hidden = layers.LayerNormalization()(hidden + inputs)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))


@keras.saving.register_keras_serializable()
class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.GRU(UNITS, return_sequences=True)
        self.head = layers.Dense(1, activation="sigmoid")

    def call(self, inputs):
        return self.head(self.hidden(inputs))


def subclassed() -> keras.Model:
    model = Subclassed()
    model(np.zeros((1, STEPS, 2), "float32"))
    return model


def bidirectional(mode):
    return lambda: layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), merge_mode=mode)


def dense(**options):
    return lambda: layers.Dense(UNITS, activation="tanh", **options)


MODELS = {
    "LSTM": (sequential(lstm()), SEQUENCE),
    "LSTM going backwards": (sequential(lstm(go_backwards=True)), SEQUENCE),
    "LSTM with other activations": (sequential(lstm(activation="relu")), SEQUENCE),
    "LSTM, one output a sequence": (sequential(lambda: layers.LSTM(UNITS)), SINGLE),
    "GRU": (sequential(lambda: layers.GRU(UNITS, return_sequences=True)), SEQUENCE),
    "SimpleRNN": (sequential(lambda: layers.SimpleRNN(UNITS, return_sequences=True)), SEQUENCE),
    **{
        f"Bidirectional {mode}": (sequential(bidirectional(mode)), SEQUENCE)
        for mode in ("sum", "mul", "ave", "concat")
    },
    "stacked Bidirectional": (sequential(bidirectional("concat"), bidirectional("sum")), SEQUENCE),
    "Conv1D and LSTM": (
        sequential(lambda: layers.Conv1D(3, 2, padding="causal"), lstm()),
        SEQUENCE,
    ),
    "Embedding": (
        sequential(lambda: layers.Embedding(7, 3), lstm(), inputs=(STEPS,)),
        Examples((STEPS,), (STEPS, 1), vocabulary=7, repeats=False),
    ),
    "Dropout": (sequential(lstm(), lambda: layers.Dropout(0.5)), SEQUENCE),
    "recurrent dropout": (sequential(lstm(dropout=0.3, recurrent_dropout=0.3)), SEQUENCE),
    "BatchNormalization": (sequential(dense(), lambda: layers.BatchNormalization()), SEQUENCE),
    "LayerNormalization": (sequential(lstm(), lambda: layers.LayerNormalization()), SEQUENCE),
    "MultiHeadAttention": (attention, Examples((STEPS, 4), (STEPS, 1))),
    "two branches": (two_branches, SEQUENCE),
    "subclassed": (subclassed, SEQUENCE),
    "kernel regulariser": (sequential(dense(kernel_regularizer="l2")), SEQUENCE),
    "activity regulariser": (sequential(dense(activity_regularizer="l1")), SEQUENCE),
    "kernel constraint": (sequential(dense(kernel_constraint="max_norm")), SEQUENCE),
    "sequence longer than is unrolled": (
        sequential(lstm(), inputs=(40, 2)),
        Examples((40, 2), (40, 1)),
    ),
}
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


def assert_equal_keras(build, task, options, seeds=(1, 2), tolerance=1e-5):
    streams = Streams(entropy=5)
    block = train_block(build, task, seeds, options, streams)
    losses, final = reference.keras_losses(build, task, seeds, options, streams)
    np.testing.assert_allclose(block.loss, losses, rtol=tolerance)
    np.testing.assert_allclose(block.eval_loss[:, -1], final, rtol=10 * tolerance)
    assert losses.std() > 0


def options(**changed) -> Training:
    given = {"epochs": EPOCHS, "evaluate_every": EPOCHS, "evaluation_size": 8, "lane_width": 3}
    return Training(**{**given, **changed})


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_layer(name):
    build, task = MODELS[name]
    assert_equal_keras(build, task, options())


def test_an_embedding_whose_tokens_repeat_in_a_batch():
    # Not with Adam: there, Keras squares the gradients of a repeated token before it adds them.
    build, _ = MODELS["Embedding"]
    task = Examples((STEPS,), (STEPS, 1), vocabulary=3)
    assert_equal_keras(build, task, options(optimizer="sgd", learning_rate=0.1, batch_size=4))


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_at_batches_of_32(name):
    build, task = LOSSES[name]
    assert_equal_keras(build, task, options(loss=name, batch_size=32, learning_rate=0.01))


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
    def build() -> keras.Model:
        return models.load(arm.model).build(arm.model_options, (10, 1), (10, 1))

    assert_equal_keras(build, Examples((10, 1), (10, 1)), options())
