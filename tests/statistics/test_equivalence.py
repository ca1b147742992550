"""Equivalence against a plain enumeration of both one-sided tests."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from thresher.statistics.equivalence import paired_equivalence, unpaired_equivalence
from thresher.statistics.flips import draw
from thresher.statistics.labels import relabellings

times = st.lists(st.integers(1, 30), min_size=6, max_size=8)


def upper_tail(values):
    """Share of sign vectors with a sum as large as the data's, by brute force."""
    signs = np.array(list(itertools.product([-1, 1], repeat=len(values))))
    return np.mean(signs @ values >= values.sum() - 1e-9)


@settings(max_examples=60, deadline=None)
@given(times, st.integers(-2, 2), st.sampled_from([0.1, 0.25]))
def test_p_is_the_larger_of_two_enumerated_tests(values, shift, margin):
    reference = np.array(values, float)
    arm = np.maximum(np.roll(reference, 1) + shift, 0)
    found = paired_equivalence(arm[:, None], reference[:, None], margin, draw(len(arm), 0, 0))
    above = upper_tail(arm - (1 - margin) * reference)
    below = upper_tail((1 + margin) * reference - arm)
    assert found[0] == pytest.approx(max(above, below), abs=1e-12)


def test_it_is_close_to_the_t_test_for_many_normal_pairs():
    generator = np.random.default_rng(0)
    reference = generator.normal(100, 10, 60)
    arm = reference + generator.normal(3, 20, 60)
    found = paired_equivalence(arm[:, None], reference[:, None], 0.1, draw(60, 9_999, 1))
    above = DescrStatsW(arm - 0.9 * reference).ttest_mean(0, "larger")[1]
    below = DescrStatsW(arm - 1.1 * reference).ttest_mean(0, "smaller")[1]
    assert found[0] == pytest.approx(max(above, below), abs=0.01)


def test_unpaired_p_values_are_close_to_welchs():
    generator = np.random.default_rng(2)
    arm, reference = generator.normal(102, 15, 40), generator.normal(100, 10, 30)
    found = unpaired_equivalence(arm, reference, 0.1, relabellings(40, 30, 9_999, 0))
    above = stats.ttest_ind(arm, 0.9 * reference, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind(arm, 1.1 * reference, equal_var=False, alternative="less").pvalue
    assert found == pytest.approx(max(above, below), abs=0.01)


def test_equal_arms_are_equivalent_once_there_are_enough_seeds():
    values = np.arange(50.0, 56)[:, None]
    assert paired_equivalence(values, values, 0.1, draw(6, 0, 0))[0] == 2.0**-6
    assert paired_equivalence(values[:1], values[:1], 0.1, draw(1, 0, 0))[0] == 0.5


def test_an_arm_at_the_margin_is_not_equivalent():
    values = np.arange(50.0, 60)[:, None]
    assert paired_equivalence(1.1 * values, values, 0.1, draw(10, 0, 0))[0] == 1


@pytest.mark.parametrize("margin", [0, 1, -0.1])
def test_a_margin_outside_of_zero_and_one_is_refused(margin):
    with pytest.raises(ValueError, match=r"margin must be inside \(0, 1\), but was"):
        paired_equivalence(np.ones((2, 1)), np.ones((2, 1)), margin, draw(2, 0, 0))
