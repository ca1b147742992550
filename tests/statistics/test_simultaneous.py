"""The level of limits that hold together, against enumeration and by simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.statistics.flips import draw
from thresher.statistics.signflip import signflip
from thresher.statistics.simultaneous import simultaneous_level


def slow_level(residuals, alpha):
    """The largest step of the p-value whose flips with a p-value so small are at most α."""
    signs = np.array(list(itertools.product([-1, 1], repeat=len(residuals))))
    sums = np.abs(signs @ residuals)
    p = np.array([[(column >= value - 1e-9).mean() for value in column] for column in sums.T])
    smallest = p.min(axis=0)
    step = 2 / len(signs)
    levels = step * np.arange(1, len(signs) // 2 + 1)
    kept = [level for level in levels if (smallest <= level + 1e-12).mean() <= alpha + 1e-12]
    return min(max([*kept, alpha / residuals.shape[1]]), alpha)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 8), st.integers(2, 4), st.integers(0, 999), st.sampled_from([0.05, 0.2, 0.5]))
def test_it_is_that_of_every_flip(n, m, seed, alpha):
    values = np.random.default_rng(seed).integers(-6, 7, (n, m))
    residuals = values - values.mean(axis=0)
    found = simultaneous_level(residuals, draw(n, 0, 0), alpha)
    step = 2.0 ** (1 - n)
    expected = slow_level(residuals, alpha)
    # Between two steps every level gives the same limits.
    assert np.floor(found / step + 1e-9) == np.floor(max(expected, alpha / m) / step + 1e-9)
    assert alpha / m <= found <= alpha


def test_one_contrast_keeps_its_level_and_equal_ones_cost_nothing():
    residuals = np.random.default_rng(0).normal(size=(30, 1))
    signs = draw(30, 9_999, 0)
    assert simultaneous_level(residuals, signs, 0.05) == 0.05
    assert simultaneous_level(np.repeat(residuals, 5, axis=1), signs, 0.05) == pytest.approx(
        0.05, abs=0.0002
    )


def test_independent_contrasts_cost_what_sidak_says():
    residuals = np.random.default_rng(1).normal(size=(400, 8))
    found = simultaneous_level(residuals - residuals.mean(axis=0), draw(400, 19_999, 0), 0.05)
    assert found == pytest.approx(1 - 0.95 ** (1 / 8), abs=0.0012)


def test_limits_of_a_family_hold_together_and_are_no_wider_than_bonferronis():
    """Seven arms against one reference, whose runs are in every difference."""
    generator, replicates, n, m = np.random.default_rng(2), 300, 12, 7
    signs, held, levels = draw(n, 0, 0), 0, []
    for _ in range(replicates):
        values = generator.normal(size=(n, m + 1))
        differences = values[:, 1:] - values[:, :1]
        levels.append(simultaneous_level(differences - differences.mean(axis=0), signs, 0.05))
        test = signflip(differences, signs, 1 - levels[-1])
        held += ((test.lower <= 0) & (test.upper >= 0)).all()
    assert stats.binomtest(held, replicates, 0.95, "less").pvalue > 1e-3
    assert np.mean(levels) > 1.1 * 0.05 / 7


def test_seeds_that_a_contrast_lacks_leave_it_to_the_others():
    residuals = np.random.default_rng(3).normal(size=(10, 2))
    residuals[:, 1] = 0
    found = simultaneous_level(residuals, draw(10, 0, 0), 0.05)
    assert found == pytest.approx(0.05, abs=2**-9)
