"""Initial weights of all lanes, without a model for each seed."""

import time

import keras
import numpy as np
import pytest
from training_cases import MODELS, dense, lstm, sequential

from thresher import models
from thresher.declarations import Head
from thresher.training import Streams
from thresher.training.weights import build, initial

HEAD = Head(1, "sigmoid", per_timestep=True)
SEEDS = range(1024)


def drawn(build_model, seeds, choose=lambda model: model.trainable_variables, streams=None):
    """Return the chosen variables' first values, one array of shape ``(seeds, ...)`` each."""
    built = build(build_model)
    return initial(built, choose(built.model), streams or Streams(), seeds)


def first_cell(model):
    cell = model.layers[0].cell
    return [cell.kernel, cell.recurrent_kernel, cell.bias]


def test_drawing_for_1024_lanes_takes_a_small_part_of_building_1024_models():
    declared = models.load("bilstm")
    arm = {name: option.default for name, option in declared.options.items()}
    built = build(lambda: declared.build(arm, (10, 1), HEAD))
    begin = time.process_time()
    for _ in range(8):
        built.build()
    building = (time.process_time() - begin) / 8 * len(SEEDS)
    begin = time.process_time()
    initial(built, built.model.trainable_variables, Streams(), SEEDS)
    assert time.process_time() - begin < building / 20


def test_every_lane_has_the_distribution_of_keras_initializers():
    kernel, recurrent, bias = drawn(sequential(lstm()), SEEDS, first_cell)
    limit = np.sqrt(6 / (2 + 4 * 5))
    assert abs(kernel).max() == pytest.approx(limit, rel=1e-3)
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    products = recurrent @ recurrent.transpose(0, 2, 1)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(5), products.shape), atol=1e-5)
    assert (bias == [0] * 5 + [1] * 5 + [0] * 10).all()


@pytest.mark.parametrize("name", ["LSTM", "MultiHeadAttention"])
def test_weights_depend_on_the_seed_alone_however_often_the_model_is_built(name):
    model = MODELS[name][0]
    for many, few in zip(drawn(model, range(9)), drawn(model, [7, 2]), strict=True):
        assert np.array_equal(many[[7, 2]], few)


def test_no_two_seeds_and_no_two_variables_of_a_model_share_a_draw():
    model = sequential(dense(), dense(), inputs=(5,))
    first, second = drawn(model, SEEDS, lambda model: [layer.kernel for layer in model.layers[:2]])
    assert len(np.unique(first, axis=0)) == len(SEEDS)
    assert not (first == second).any()


class Chance(keras.initializers.Initializer):
    """An initializer that takes no seed."""

    def __call__(self, shape, dtype=None):
        return keras.random.normal(shape, dtype=dtype)


def test_an_initializer_without_a_seed_still_depends_on_the_seed_alone():
    model = sequential(dense(kernel_initializer=Chance()), inputs=(3,))
    many, few = (drawn(model, seeds)[0] for seeds in (range(3), [2, 1]))
    assert np.array_equal(many[[2, 1]], few)
    assert len(np.unique(many, axis=0)) == 3


@pytest.mark.parametrize("pairing", ["data+weights", "data", "none"])
def test_arms_share_weights_where_shapes_allow_unless_pairing_says_otherwise(pairing):
    kernels = [
        drawn(model, range(3), first_cell, Streams(1, pairing, arm))[0]
        for arm, model in (("a", sequential(lstm())), ("b", sequential(lstm(), lstm())))
    ]
    assert np.array_equal(*kernels) == (pairing == "data+weights")
