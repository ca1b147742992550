"""The sign-flip test against R, scipy and brute force."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.statistics.flips import Signs, draw
from thresher.statistics.signflip import flipped, signflip, signflip_test

differences = st.lists(st.integers(-6, 9), min_size=1, max_size=9)


def test_darwins_maize_gives_the_published_p_value_and_interval(data, reference):
    maize, values = data("darwin_maize"), reference("darwin_maize")
    difference = (maize["cross"] - maize["self"]).to_numpy()
    assert (difference * 8).tolist() == values["differences_eighths_inch"]
    test = signflip_test(difference)
    assert test.p[0] == values["signflip_exact_p"]
    assert test.p[0] * 2**15 == values["signflip_exact_count_two_sided"]
    limits = values["signflip_inversion_ci95 (mean difference, inches)"]
    assert (test.lower[0], test.upper[0]) == pytest.approx(limits, rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(differences)
def test_one_sided_p_values_are_those_of_scipy(values):
    if len(values) < 2:
        values = [*values, 1]
    test = signflip_test(np.array(values))
    for found, side in ((test.p_greater, "greater"), (test.p_less, "less")):
        expected = stats.permutation_test(
            (np.array(values, float),),
            np.sum,
            permutation_type="samples",
            n_resamples=np.inf,
            alternative=side,
        )
        assert found[0] == pytest.approx(expected.pvalue, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(differences, st.sampled_from([0.8, 0.9, 0.95]))
def test_the_interval_holds_exactly_the_shifts_that_the_test_keeps(values, confidence):
    values = np.array(values, float)
    test = signflip_test(values, confidence)
    signs = np.array(list(itertools.product([-1, 1], repeat=len(values))))
    for shift in np.linspace(values.min() - 1, values.max() + 1, 57):
        moved = values - shift
        p = np.mean(np.abs(signs @ moved) >= abs(moved.sum()) - 1e-9)
        near = min(abs(shift - test.lower[0]), abs(shift - test.upper[0])) < 1e-9
        inside = test.lower[0] <= shift <= test.upper[0]
        assert near or inside == (p > 1 - confidence + 1e-12)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-5, 9), min_size=1, max_size=30),
    st.sampled_from([0.9, 0.95]),
    st.sampled_from([1.0, 0.1, 1 / 3]),
)
def test_p_at_most_alpha_and_an_interval_without_zero_are_one_and_the_same(values, conf, scale):
    test = signflip_test(np.array(values) * scale, conf, flips=999)
    excludes = test.lower[0] > 0 or test.upper[0] < 0
    assert excludes == (test.p[0] <= 1 - conf + 1e-12)


@settings(max_examples=50, deadline=None)
@given(differences, st.integers(-20, 20), st.sampled_from([2.0, 10.0]))
def test_the_interval_moves_and_scales_with_the_data(values, shift, scale):
    plain = signflip_test(np.array(values))
    moved = signflip_test(np.array(values) * scale + shift)
    assert moved.lower == pytest.approx(plain.lower * scale + shift, abs=1e-9)
    assert moved.upper == pytest.approx(plain.upper * scale + shift, abs=1e-9)


def test_random_flips_agree_with_enumeration_within_their_error():
    values = np.random.default_rng(3).normal(0.4, 1, 14)
    exact = signflip_test(values)
    bits = np.random.default_rng(4).integers(0, 2, (99_999, 14))
    drawn = signflip(values[:, None], Signs((2 * bits - 1).astype(np.int8), exact=False))
    for name in ("p", "p_greater", "p_less"):
        p = getattr(exact, name)[0]
        assert getattr(drawn, name)[0] == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / 1e5))
    assert drawn.lower == pytest.approx(exact.lower, abs=0.03)
    assert drawn.upper == pytest.approx(exact.upper, abs=0.03)


def test_a_random_p_value_counts_the_data_as_one_of_the_flips():
    test = signflip_test(np.arange(1.0, 41), flips=999)
    assert (test.p[0], test.p_greater[0]) == (1 / 1000, 1 / 2000)
    assert test.p_less[0] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 9), min_size=21, max_size=25), st.integers(0, 99))
def test_the_smaller_one_sided_p_value_is_half_the_two_sided_one(values, entropy):
    test = signflip_test(np.array(values), flips=199, entropy=entropy)
    smaller = min(test.p_greater[0], test.p_less[0])
    assert smaller == (test.p[0] / 2 if sum(values) else max(test.p_greater[0], 0.5))
    assert test.p_greater[0] + test.p_less[0] >= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=8), st.sampled_from([0, 1, -1]))
def test_p_values_of_tenths_are_those_of_every_flip_in_fractions(oracle, values, side):
    test = signflip_test(np.array(values) / 10)
    found = {0: test.p, 1: test.p_greater, -1: test.p_less}[side][0]
    assert found == float(oracle.sign_flip([Fraction(v, 10) for v in values], side))


def test_tenths_beyond_a_million_tie_as_tenths_do():
    """A difference of values that carry rounding ties with what it equals on paper."""
    reference = np.array([3, 1, 4, 1, 5, 9, 2, 6]) / 10
    arm = np.array([4, 0, 2, 3, 4, 6, 5, 6]) / 10
    near, far = (
        next(flipped((arm + b - (reference + b))[:, None], (reference + b)[:, None], draw(8, 0, 0)))
        for b in (0, 1e6)
    )
    assert [far.p(side=side) for side in (0, 1, -1)] == [near.p(side=side) for side in (0, 1, -1)]


def test_all_zero_differences_give_p_one_and_an_interval_of_width_zero():
    for n in (6, 20, 30):
        test = signflip_test(np.zeros(n), flips=999)
        assert (test.p[0], test.p_greater[0], test.p_less[0]) == (1, 1, 1)
        assert (test.lower[0], test.upper[0]) == (0, 0)


@pytest.mark.parametrize(("n", "p"), [(1, 1.0), (2, 0.5), (5, 0.0625)])
def test_with_too_few_seeds_the_interval_is_the_whole_line(n, p):
    test = signflip_test(np.arange(1.0, n + 1))
    assert (test.p[0], test.lower[0], test.upper[0]) == (p, -np.inf, np.inf)


def test_six_seeds_are_enough_for_five_percent():
    test = signflip_test(np.arange(1.0, 7))
    assert (test.p[0], test.lower[0], test.upper[0]) == (0.03125, 1.0, 6.0)


def test_equal_differences_collapse_the_interval_to_them():
    test = signflip_test(np.full(8, 2.5))
    assert (test.lower[0], test.upper[0]) == (2.5, 2.5)


def test_columns_are_tested_as_if_each_were_alone():
    values = np.random.default_rng(1).integers(-9, 9, (25, 7)).astype(float)
    signs = draw(25, 1999, 5)
    together = signflip(values, signs)
    for k in range(7):
        alone = signflip(values[:, [k]], signs)
        assert (alone.p[0], alone.lower[0]) == (together.p[k], together.lower[k])


def test_ties_up_to_rounding_count_as_ties():
    values = np.array([0.1, 0.2, 0.3, -0.3, -0.1, 0.2])
    exact = signflip_test(np.array([1, 2, 3, -3, -1, 2]))
    assert signflip_test(values).p == exact.p


@pytest.mark.parametrize(
    ("values", "confidence", "message"),
    [
        ([], 0.95, "do not fit the signs of 0"),
        ([1.0, np.nan], 0.95, "must be finite, but has nan"),
        ([1.0, 2.0], 1.0, r"confidence must be inside \(0, 1\), but was 1"),
    ],
)
def test_wrong_input_is_refused(values, confidence, message):
    with pytest.raises(ValueError, match=message):
        signflip_test(np.array(values), confidence)
