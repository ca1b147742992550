"""What the recurrent models see at each position, and how directions are joined."""

import keras
import numpy as np
import pytest

from thresher import models
from thresher.declarations import Head

STEPS, UNITS = 6, 3
SHAPE = (STEPS, 1)
EACH, LAST = (Head(1, "sigmoid", per_timestep=each) for each in (True, False))


def built(name: str, head: Head = EACH, **options) -> keras.Model:
    keras.utils.set_random_seed(1)
    declared = models.load(name)
    defaults = {option: value.default for option, value in declared.options.items()}
    return declared.build({**defaults, "units": UNITS, **options}, SHAPE, head)


def seen(model: keras.Model) -> np.ndarray:
    """Which inputs change which outputs: boolean, shape (input position, output position)."""
    x = np.random.default_rng(0).random((1, *SHAPE), dtype=np.float32)
    base = np.asarray(model(x))
    changed = np.repeat(x, STEPS, axis=0)
    changed[np.arange(STEPS), np.arange(STEPS), 0] += 5
    outputs = np.asarray(model(changed)).reshape(STEPS, -1)
    return ~np.isclose(outputs, base.reshape(1, -1), atol=1e-7)


POSITION = np.arange(STEPS)
SEES = {
    # input i, output t
    "forward": POSITION[:, None] <= POSITION,
    # Reversed outputs: position t has seen the last t + 1 inputs.
    "backward": POSITION[:, None] >= STEPS - 1 - POSITION,
    "backward_aligned": POSITION[:, None] >= POSITION,
}


@pytest.mark.parametrize("direction", SEES)
def test_each_direction_sees_what_it_says(direction):
    np.testing.assert_array_equal(seen(built("lstm", direction=direction)), SEES[direction])


@pytest.mark.parametrize(
    ("name", "mode"),
    # Products of products of small numbers are too small here to be told apart.
    [
        *(("bilstm", mode) for mode in ("sum", "mul", "ave", "concat")),
        *(("stacked_bilstm", mode) for mode in ("sum", "ave", "concat")),
    ],
)
def test_both_directions_see_everything(name, mode):
    assert seen(built(name, merge_mode=mode)).all()


def test_a_stack_is_made_of_the_cell_that_is_named():
    for cell, layer in (("lstm", keras.layers.LSTM), ("gru", keras.layers.GRU)):
        model = built("stacked_bilstm", merge_mode="concat", depth=3, cell=cell)
        found = [both.forward_layer for both in model.layers[1:-1]]
        assert [type(one) for one in found] == [layer] * 3
        assert seen(model).all()


@pytest.mark.parametrize("name", ["gru", "simple_rnn", "conv1d_lstm"])
def test_a_model_of_one_direction_sees_no_later_input(name):
    np.testing.assert_array_equal(seen(built(name)), SEES["forward"])


def test_a_model_of_dense_layers_sees_everything_at_once():
    assert seen(built("mlp", units=30)).all()


@pytest.mark.parametrize("name", models.NAMES)
def test_one_output_a_sequence_has_seen_every_input(name):
    assert seen(built(name, LAST, units=30)).tolist() == [[True]] * STEPS


def test_with_one_output_a_sequence_backward_is_aligned_by_itself():
    x = np.random.default_rng(0).random((2, *SHAPE), dtype=np.float32)
    either = [built("lstm", LAST, direction=d)(x) for d in ("backward", "backward_aligned")]
    np.testing.assert_array_equal(*either)


@pytest.mark.parametrize(
    ("mode", "joined"),
    [
        ("sum", lambda a, b: a + b),
        ("mul", lambda a, b: a * b),
        ("ave", lambda a, b: (a + b) / 2),
        ("concat", lambda a, b: np.concatenate([a, b], axis=-1)),
    ],
)
def test_a_merge_mode_joins_the_two_directions(mode, joined):
    model = built("bilstm", merge_mode=mode)
    both, dense = model.layers[1], model.layers[2]
    x = np.random.default_rng(0).random((2, *SHAPE), dtype=np.float32)
    forward = np.asarray(both.forward_layer(x))
    backward = np.asarray(both.backward_layer(x))[:, ::-1]
    kernel, bias = (np.asarray(weight) for weight in dense.weights)
    expected = 1 / (1 + np.exp(-(joined(forward, backward) @ kernel + bias)))
    np.testing.assert_allclose(np.asarray(model(x)), expected, atol=1e-6)
