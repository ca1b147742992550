"""How many seeds it takes, against statsmodels and the plan's own numbers."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.power import TTestPower

from thresher.statistics.labels import relabellings
from thresher.statistics.sample_size import CAP, attainable, seeds_for, smallest_arms, smallest_n


@settings(max_examples=60, deadline=None)
@given(st.floats(0.12, 1.2))
def test_it_is_at_most_one_seed_off_the_paired_t_test(effect):
    exact = TTestPower().solve_power(effect, alpha=0.05, power=0.8)
    assert abs(seeds_for(1.0, effect) - max(math.ceil(exact), 6)) <= 1


def test_the_formula_of_the_plan():
    assert seeds_for(10, 10 / math.sqrt(14 / 7.85)) == 16
    assert seeds_for(10, -10 / math.sqrt(14 / 7.85)) == 16


def test_never_fewer_seeds_than_can_reject_and_never_more_than_the_cap():
    assert seeds_for(0.0, 5.0) == 6
    assert seeds_for(0.01, 5.0, alpha=0.01) == 8
    assert seeds_for(0.01, 5.0, contrasts=7) == 9
    assert seeds_for(1.0, 1e-9) == CAP


@pytest.mark.parametrize(
    ("deviation", "difference"), [(1.0, 0.0), (math.nan, 1.0), (1.0, math.inf), (math.inf, 1.0)]
)
def test_without_a_difference_or_a_spread_there_is_no_answer(deviation, difference):
    assert seeds_for(deviation, difference) is None


def test_the_fewest_seeds_that_can_reject():
    for contrasts, seeds in ((1, 6), (6, 8), (21, 10)):
        assert smallest_n(0.05, contrasts) == seeds
        assert 2.0 ** (1 - seeds) <= 0.05 / contrasts < 2.0 ** (2 - seeds)
    assert smallest_n(2.0**-6) == 7


@settings(max_examples=40, deadline=None)
@given(st.floats(0.15, 1.0), st.sampled_from([1, 7, 28]))
def test_of_a_family_each_contrast_gets_its_share_of_alpha(effect, contrasts):
    exact = TTestPower().solve_power(effect, alpha=0.05 / contrasts, power=0.8)
    found = seeds_for(1.0, effect, contrasts=contrasts)
    assert abs(found - max(math.ceil(exact), smallest_n(0.05, contrasts))) <= 2


def test_the_fewest_runs_an_arm_that_can_reject_unpaired():
    for contrasts, runs in ((1, 4), (7, 6)):
        assert smallest_arms(0.05, contrasts) == runs
        assert relabellings(runs, runs, 10**6, 0).smallest <= 0.05 / contrasts
        assert relabellings(runs - 1, runs - 1, 10**6, 0).smallest > 0.05 / contrasts
    assert attainable("paired", 0.05, 7) == 9
    assert attainable("unpaired", 0.05, 7) == 6
