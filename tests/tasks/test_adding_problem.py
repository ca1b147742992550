"""Two marks, one in each half; the label is the sum of what they mark."""

import math

import numpy as np
import pytest

from thresher.tasks import adding_problem


@pytest.mark.parametrize("timesteps", [2, 3, 10])
def test_the_label_is_the_sum_of_the_marked_values(timesteps):
    x, y = adding_problem.draw(np.random.default_rng(3), {"timesteps": timesteps}, 200)
    values, marks = x[..., 0], x[..., 1]
    assert set(np.unique(marks)) <= {0, 1}
    half = timesteps // 2
    assert (marks[:, :half].sum(axis=1) == 1).all()
    assert (marks[:, half:].sum(axis=1) == 1).all()
    for sequence, mark, label in zip(values, marks, y[:, 0], strict=True):
        assert label == pytest.approx(math.fsum(sequence[mark == 1]), abs=1e-6)


def test_every_timestep_is_marked_and_values_are_uniform():
    x, _ = adding_problem.draw(np.random.default_rng(5), {"timesteps": 10}, 4000)
    marked = x[..., 1].mean(axis=0)
    assert np.abs(marked - 0.2).max() < 4.5 * math.sqrt(0.2 * 0.8 / 4000)
    assert x[..., 0].min() >= 0
    assert x[..., 0].max() < 1
    assert x[..., 0].mean() == pytest.approx(0.5, abs=4.5 / math.sqrt(12 * 40_000))


def test_the_baseline_is_the_error_of_always_saying_1():
    _, y = adding_problem.draw(np.random.default_rng(7), {"timesteps": 10}, 200_000)
    assert adding_problem.baseline({"timesteps": 10}) == pytest.approx(
        np.mean((y - 1.0) ** 2, dtype=float), abs=2e-3
    )
