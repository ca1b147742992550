"""What the recurrent models see at each position, and how directions are joined."""

import keras
import numpy as np
import pytest

from thresher import models

STEPS, UNITS = 6, 3
SHAPE = (STEPS, 1)


def built(name: str, **options) -> keras.Model:
    keras.utils.set_random_seed(1)
    return models.load(name).build({"units": UNITS, **options}, SHAPE, SHAPE)


def seen(model: keras.Model) -> np.ndarray:
    """Which inputs change which outputs: boolean, shape (input position, output position)."""
    x = np.random.default_rng(0).random((1, *SHAPE), dtype=np.float32)
    base = np.asarray(model(x))
    changed = np.repeat(x, STEPS, axis=0)
    changed[np.arange(STEPS), np.arange(STEPS), 0] += 5
    return ~np.isclose(np.asarray(model(changed)), base, atol=1e-7)[:, :, 0]


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


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "concat"])
def test_both_directions_see_everything(mode):
    assert seen(built("bilstm", merge_mode=mode)).all()


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
