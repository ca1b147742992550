"""The studentised permutation test against scipy."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.statistics.labels import relabellings
from thresher.statistics.permutation import permutation_test
from thresher.statistics.studentised import independent

sample = st.lists(st.integers(0, 12), min_size=2, max_size=5)


def welch(x, y, axis=-1):
    error = x.var(axis=axis, ddof=1) / x.shape[axis] + y.var(axis=axis, ddof=1) / y.shape[axis]
    difference = x.mean(axis=axis) - y.mean(axis=axis)
    return difference / np.sqrt(np.maximum(error, 1e-16))


@settings(max_examples=60, deadline=None)
@given(sample, sample)
def test_p_values_are_those_of_scipy(first, second):
    x, y = np.array(first, float), np.array(second, float)
    test = permutation_test(x, y, relabellings(len(x), len(y), 99_999, 0))

    def rounded(a, b, axis):
        return np.round(welch(a, b, axis), 9)

    for found, side, statistic in (
        (test.p_greater, "greater", rounded),
        (test.p_less, "less", rounded),
        (test.p, "greater", lambda a, b, axis: np.abs(rounded(a, b, axis))),
    ):
        expected = stats.permutation_test(
            (x, y), statistic, n_resamples=np.inf, alternative=side, vectorized=True
        )
        assert found == pytest.approx(expected.pvalue, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(sample, sample, st.integers(0, 6), st.sampled_from([0.8, 0.9]))
def test_p_and_interval_agree_about_zero(first, second, shift, confidence):
    x, y = np.array(first, float), np.array(second, float) + shift
    test = permutation_test(x, y, relabellings(len(x), len(y), 9_999, 0), confidence)
    excludes = test.lower > 0 or test.upper < 0
    assert excludes == (test.p <= 1 - confidence + 1e-12)
    assert test.lower <= test.mean <= test.upper


def test_the_interval_is_close_to_welchs_for_many_normal_runs():
    generator = np.random.default_rng(0)
    x, y = generator.normal(0, 1, 60), generator.normal(1, 3, 40)
    test = permutation_test(x, y, relabellings(60, 40, 19_999, 1))
    limits = stats.ttest_ind(x, y, equal_var=False).confidence_interval()
    assert (test.lower, test.upper) == pytest.approx((limits.low, limits.high), abs=0.06)


def test_few_runs_leave_the_whole_line():
    test = permutation_test(np.array([1.0]), np.array([5.0]), relabellings(1, 1, 999, 0))
    assert (test.p, test.lower, test.upper) == (1.0, -np.inf, np.inf)


def test_one_run_in_an_arm_is_compared_by_plain_differences():
    test = permutation_test(np.array([9.0]), np.arange(1.0, 9), relabellings(1, 8, 999, 0))
    assert test.p_greater == pytest.approx(1 / 9)
    assert (test.lower, test.upper) == (-np.inf, np.inf)


def test_two_constant_arms_are_told_apart():
    test = permutation_test(np.full(6, 3.0), np.full(6, 5.0), relabellings(6, 6, 999, 0))
    assert test.p == 2 / 924
    assert test.lower <= test.mean == -2 <= test.upper < 0


def test_the_statistics_behind_the_test_are_welchs():
    x, y = np.array([1.0, 2, 4]), np.array([3.0, 5, 9, 4])
    labels = relabellings(3, 4, 999, 0)
    observed, slack, drawn = next(independent(x[:, None], y[:, None], labels)).statistics()
    assert 0 < slack < 1e-6
    assert observed == pytest.approx(stats.ttest_ind(x, y, equal_var=False).statistic)
    pooled = np.concatenate([x, y])
    for row, value in zip(labels.matrix.astype(bool), drawn, strict=True):
        expected = stats.ttest_ind(pooled[row], pooled[~row], equal_var=False).statistic
        assert value == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=4),
    st.lists(st.integers(0, 4), min_size=2, max_size=4),
    st.sampled_from(["0.1", "0.3", "1e3", "1e-7"]),
    st.sampled_from(["0", "0.7", "1e6"]),
)
def test_p_values_of_decimals_are_those_of_every_relabelling_in_fractions(
    oracle, own, its, unit, start
):
    """Values of this kind have no exact sums, and arms without spread are among them."""
    exact = [[Fraction(start) + k * Fraction(unit) for k in side] for side in (own, its)]
    x, y = (np.array([float(value) for value in side]) for side in exact)
    if abs(float(unit)) < 1e-9 * (abs(x).max() + abs(y).max()):
        return  # below the precision of a float
    found = permutation_test(x, y, relabellings(len(x), len(y), 99_999, 0), None).p
    assert found == pytest.approx(float(oracle.permuted(*exact)), abs=1e-12)


@pytest.mark.parametrize("values", [(0.1, 0.3), (1 / 3, 0.7), (1e6 + 0.1, 1e6 + 0.2)])
def test_constant_groups_have_the_smallest_p_value_there_is(values):
    x, y = (np.full(3, value) for value in values)
    assert permutation_test(x, y, relabellings(3, 3, 999, 0)).p == 2 / 20


def test_runs_that_all_agree_give_p_one_and_no_width():
    values = np.full(6, 3.0)
    test = permutation_test(values, values, relabellings(6, 6, 999, 0))
    assert test.p == 1
    assert (test.lower, test.upper) == pytest.approx((0, 0), abs=1e-5)


def test_the_smallest_p_value_counts_the_swap_of_equal_arms():
    assert relabellings(4, 4, 999, 0).smallest == 2 / 70
    assert relabellings(3, 4, 999, 0).smallest == 1 / 35
    assert relabellings(30, 30, 999, 0).smallest == 1 / 1000


def test_relabellings_keep_the_sizes_and_repeat():
    labels = relabellings(7, 30, 500, 3)
    assert set(labels.matrix.sum(axis=1)) == {7}
    assert (labels.matrix == relabellings(7, 30, 500, 3).matrix).all()


def test_runs_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 and 3 runs do not fit"):
        permutation_test(np.zeros(2), np.zeros(3), relabellings(2, 2, 99, 0))
