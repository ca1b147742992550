"""What can't be served is refused with a reason, before any data is drawn for training."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from training_cases import SEQUENCE, Examples, dense, lstm, options, sequential

from thresher.training import TrainingError, train_block
from thresher.training import block as block_module

GOOD = sequential(lstm())


def unbuilt():
    return keras.Sequential([layers.Dense(1)])


def untrainable():
    return keras.Sequential([keras.Input((4, 2)), layers.Flatten(), layers.Reshape((4, 2))])


def stateful():
    return keras.Sequential([keras.Input((4, 2), batch_size=1), layers.LSTM(3, stateful=True)])


def two_inputs():
    inputs = [keras.Input((4, 2)), keras.Input((4, 2))]
    return keras.Model(inputs, layers.Dense(1)(layers.Add()(inputs)))


class TensorFlowNoise(layers.Layer):
    def call(self, inputs):
        return inputs + tf.random.normal(tf.shape(inputs))


class SharedNoise(layers.Layer):
    def call(self, inputs):
        return inputs + keras.random.normal(keras.ops.shape(inputs))


class PythonCode(layers.Layer):
    def call(self, inputs):
        same = tf.py_function(np.zeros_like, [inputs], tf.float32)
        return inputs + tf.ensure_shape(same, inputs.shape)

    def compute_output_shape(self, shape):
        return shape


class Untracked(layers.Layer):
    calls = tf.Variable(0.0)

    def call(self, inputs):
        return inputs + self.calls


class OneByOne(layers.Layer):
    def call(self, inputs):
        if inputs.shape[0] not in (None, 1):
            raise ValueError("takes one sequence at a time")
        return inputs


MODELS = {
    "is not built": unbuilt,
    "has no trainable variable": untrainable,
    "is stateful": stateful,
    "computes in bfloat16": sequential(dense(dtype="mixed_bfloat16")),
    "changes another layer's weights": sequential(
        lambda: layers.SpectralNormalization(layers.Dense(2))
    ),
    "has 2 inputs": two_inputs,
    r"labels of shape \(4, 3\).*are \(4, 1\)": sequential(lstm(), outputs=3),
    r"RandomStandardNormal.*keras\.random": sequential(dense(), TensorFlowNoise),
    "SeedGenerator of its own": sequential(dense(), SharedNoise),
    "EagerPyFunc": sequential(dense(), PythonCode),
    "belongs to no layer": sequential(dense(), Untracked),
    "by lanes: .*takes one sequence at a time$": sequential(dense(), OneByOne),
}
OPTIONS = {
    "lamb: it scales by each variable's norm": {"optimizer": "lamb"},
    "one of sgd.*but was adm": {"optimizer": "adm"},
    "evaluate_every must be positive, but was 0": {"evaluate_every": 0},
    "or steps such as 50 steps, but was '5 epochs'": {"evaluate_every": "5 epochs"},
    "lane_width must be positive, but was -1": {"lane_width": -1},
    r"multiple of evaluate_every \(4\), but was 6": {"epochs": 6, "evaluate_every": 4},
}


class Undrawn(Examples):
    def draw(self, generator, n):
        raise AssertionError("drawn before the model was refused")

    held_out = Examples.draw


@pytest.mark.parametrize("reason", MODELS)
def test_a_model_is_refused_with_the_reason(reason, monkeypatch):
    trained = []
    monkeypatch.setattr(block_module.Progress, "step", lambda self, done: trained.append(done))
    with pytest.raises(TrainingError, match=reason):
        train_block(MODELS[reason], SEQUENCE, range(3), options(epochs=2, evaluate_every=2))
    assert not trained


@pytest.mark.parametrize("reason", OPTIONS)
def test_options_are_refused_with_the_value(reason):
    with pytest.raises(TrainingError, match=reason):
        train_block(GOOD, Undrawn((4, 2), (4, 1)), range(3), options(**OPTIONS[reason]))


@pytest.mark.parametrize("seeds", [[], [1, 1], [-1, 2]], ids=str)
def test_seeds_are_distinct_and_not_negative(seeds):
    with pytest.raises(TrainingError, match="seeds must be distinct and not negative"):
        train_block(GOOD, Undrawn((4, 2), (4, 1)), seeds, options())
