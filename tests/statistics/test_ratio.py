"""Limits of a ratio of means: by every flip in fractions, and together with equivalence."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thresher.statistics.equivalence import paired_equivalence, unpaired_equivalence
from thresher.statistics.flips import Signs, draw
from thresher.statistics.labels import relabellings
from thresher.statistics.permutation import difference_limits, ratio_limits
from thresher.statistics.signflip import flipped, signflip

pairs_of_times = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6)


def limits(arm, reference, confidence, signs=None):
    own, its = np.array(arm, float)[:, None], np.array(reference, float)[:, None]
    (column,) = flipped(own - its, its, signs or draw(len(own), 0, 0))
    return 1 + column.limits([confidence])[0]


@settings(max_examples=80, deadline=None)
@given(pairs_of_times, st.sampled_from(["0.5", "0.2", "0.1", "0.05"]), st.sampled_from([1, 10]))
def test_limits_are_those_of_every_flip_in_fractions(oracle, times, alpha, parts):
    """Tenths of epochs have no exact sums; zeros and ties abound."""
    arm, reference = ([value / parts for value in side] for side in zip(*times, strict=True))
    found = limits(arm, reference, 1 - float(alpha))
    if not any(reference):
        assert np.isnan(found).all()
        return
    exact = oracle.fractions(arm), oracle.fractions(reference)
    expected = oracle.ratio_interval(*exact, Fraction(alpha))
    numbers = [-np.inf if expected[0] is None else float(expected[0])]
    numbers.append(np.inf if expected[1] is None else float(expected[1]))
    assert found == pytest.approx(numbers, rel=1e-9)


def test_a_reference_at_zero_in_some_seeds_leaves_the_upper_limit_open():
    arm, reference = [10, 12, 9, 11, 13, 10], [0, 0, 0, 0, 0, 5]
    lower, upper = limits(arm, reference, 0.95)
    assert (lower, upper) == (2.0, np.inf)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_seeds_leave_the_whole_line(n):
    assert limits(np.arange(5, 5 + n), np.full(n, 4), 0.95).tolist() == [-np.inf, np.inf]


def test_arms_in_proportion_have_limits_at_their_ratio():
    reference = np.array([10, 20, 15, 40, 8, 50, 25])
    assert limits(0.3 * reference, reference, 0.95) == pytest.approx([0.3, 0.3])
    assert limits(0 * reference, reference, 0.95).tolist() == [0, 0]


def test_arms_that_never_reach_are_equal_within_the_budget():
    assert limits([100] * 8, [100] * 8, 0.95).tolist() == [1, 1]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=6, max_size=26),
    st.sampled_from([1.0, 0.1]),
)
def test_percent_and_epochs_leave_zero_out_together(times, parts):
    own, its = (parts * np.array(side, float)[:, None] for side in zip(*times, strict=True))
    signs = draw(len(own), 499, 0)
    lower, upper = limits(own[:, 0], its[:, 0], 0.95, signs)
    test = signflip(own - its, signs)
    assert (lower > 1, upper < 1) == (test.lower[0] > 0, test.upper[0] < 0)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(10, 20), st.integers(10, 20)), min_size=4, max_size=26),
    st.sampled_from([0.05, 0.1, 0.2]),
    st.sampled_from([0.1, 0.25]),
)
def test_limits_at_one_minus_two_alpha_lie_inside_the_margin_when_both_tests_reject(
    times, alpha, margin
):
    own, its = (np.array(side, float)[:, None] for side in zip(*times, strict=True))
    signs = draw(len(own), 499, 0)
    lower, upper = limits(own[:, 0], its[:, 0], 1 - 2 * alpha, signs)
    inside = lower > 1 - margin + 1e-12 and upper < 1 + margin - 1e-12
    p = paired_equivalence(own, its, margin, signs)[0]
    assert inside == (p <= alpha + 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=7))
def test_one_sided_p_values_at_a_margin_are_those_of_every_flip_in_fractions(oracle, times):
    own, its = zip(*times, strict=True)
    above = [a - Fraction(9, 10) * r for a, r in times]
    below = [a - Fraction(11, 10) * r for a, r in times]
    expected = max(oracle.sign_flip(above, 1), oracle.sign_flip(below, -1))
    arms = np.array(own, float)[:, None], np.array(its, float)[:, None]
    found = paired_equivalence(*arms, 0.1, draw(len(own), 0, 0))[0]
    assert found == pytest.approx(float(expected), abs=1e-12)


def test_random_flips_give_nearly_the_limits_of_all():
    generator = np.random.default_rng(3)
    reference = generator.integers(50, 150, 14)
    arm = generator.integers(40, 110, 14)
    bits = np.random.default_rng(4).integers(0, 2, (99_999, 14))
    drawn = Signs((2 * bits - 1).astype(np.int8), exact=False)
    exact = limits(arm, reference, 0.95)
    assert limits(arm, reference, 0.95, drawn) == pytest.approx(exact, abs=0.01)


def test_paired_limits_cover_as_often_as_they_say():
    """A scale model, in which the inverted test is exact: A is distributed as 2R."""
    generator = np.random.default_rng(0)
    n, replicates = 7, 1_500
    common = generator.normal(size=(n, replicates))
    own, its = (np.exp(0.4 * (common + generator.normal(size=common.shape))) for _ in range(2))
    covered = 0
    for column in flipped(2 * own - its, its, draw(n, 0, 0)):
        lower, upper = column.limits([0.90625])[0]
        covered += lower <= 1 <= upper
    expected = 0.90625
    assert abs(covered / replicates - expected) < 4 * np.sqrt(
        expected * (1 - expected) / replicates
    )


sample = st.lists(st.integers(1, 20), min_size=3, max_size=6)


@settings(max_examples=60, deadline=None)
@given(sample, sample, st.sampled_from([0.1, 0.2]), st.sampled_from([0.25, 0.5]))
def test_unpaired_limits_lie_inside_the_margin_when_both_tests_reject(own, its, alpha, margin):
    own, its = np.array(own, float) + 10, np.array(its, float) + 10
    labels = relabellings(len(own), len(its), 9_999, 0)
    margins = 1 - margin, 1 + margin
    ((lower, upper),) = ratio_limits(own, its, labels, [1 - 2 * alpha], True, margins)
    inside = lower > margins[0] and upper < margins[1]
    p = unpaired_equivalence(own, its, margin, labels)
    assert inside == (p <= alpha + 1e-12) or own.mean() / its.mean() in margins


@settings(max_examples=60, deadline=None)
@given(sample, sample)
def test_unpaired_percent_and_epochs_leave_zero_out_together(own, its):
    own, its = np.array(own, float), np.array(its, float)
    labels = relabellings(len(own), len(its), 9_999, 0)
    ((lower, upper),) = difference_limits(own, its, labels, [0.8])
    ((low, high),) = ratio_limits(own, its, labels, [0.8])
    assert (low > 1, high < 1) == (lower > 0, upper < 0)


def test_unpaired_limits_are_close_to_fiellers_for_many_normal_runs():
    generator = np.random.default_rng(1)
    own, its = generator.normal(150, 20, 60), generator.normal(100, 10, 50)
    ((lower, upper),) = ratio_limits(own, its, relabellings(60, 50, 9_999, 0), [0.95])
    mean, base = own.mean(), its.mean()
    var, spread = own.var(ddof=1) / 60, its.var(ddof=1) / 50
    t = 1.98**2
    # Roots of (A − ρR)² = t² (Var A + ρ² Var R).
    roots = np.roots([base**2 - t * spread, -2 * mean * base, mean**2 - t * var])
    assert (lower, upper) == pytest.approx(sorted(roots), abs=0.01)


def test_unpaired_limits_cover_as_often_as_they_say():
    generator = np.random.default_rng(2)
    labels = relabellings(5, 5, 999, 0)
    covered, replicates = 0, 400
    for _ in range(replicates):
        own, its = 2 * generator.lognormal(0, 0.4, 5), generator.lognormal(0, 0.4, 5)
        ((lower, upper),) = ratio_limits(own, its, labels, [1 - 22 / 252])
        covered += lower <= 2 <= upper
    expected = 1 - 22 / 252
    assert abs(covered / replicates - expected) < 4 * np.sqrt(
        expected * (1 - expected) / replicates
    )


def test_an_unpaired_reference_at_zero_has_no_ratio():
    labels = relabellings(4, 4, 999, 0)
    ((lower, upper),) = ratio_limits(np.ones(4), np.zeros(4), labels, [0.9])
    assert np.isnan([lower, upper]).all()


@pytest.mark.parametrize("sizes", [(1, 1), (2, 2), (1, 5)])
def test_few_unpaired_runs_leave_the_whole_line(sizes):
    own, its = np.arange(1.0, 1 + sizes[0]), np.arange(3.0, 3 + sizes[1])
    ((lower, upper),) = ratio_limits(own, its, relabellings(*sizes, 999, 0), [0.95])
    assert (lower, upper) == (-np.inf, np.inf)
