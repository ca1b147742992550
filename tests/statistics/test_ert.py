"""Expected running time against its definition and its exact bootstrap distribution."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thresher.statistics.ert import ert, expected_running_time

TOY = np.array([120, 180, 250, 90, 250, 250, 200, 160]), np.array([1, 1, 0, 1, 0, 0, 1, 1])


def test_the_toy_data_give_cocos_value(reference):
    assert expected_running_time(*TOY) == reference("ert_toy")["ert"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_it_is_the_mean_of_successes_and_the_failures_before_each(values):
    times = np.array(values, float)
    within, reached = np.minimum(times, 40), times <= 40
    found = expected_running_time(within, reached)
    if not reached.any():
        assert found == math.inf
        return
    share = reached.mean()
    assert found == pytest.approx(times[reached].mean() + (1 - share) / share * 40)


def test_the_limits_are_quantiles_of_the_bootstrap_distribution():
    times, events = np.array([10, 20, 40, 40]), np.array([1, 1, 1, 0])
    drawn = [
        expected_running_time(times[list(rows)], events[list(rows)])
        for rows in itertools.product(range(4), repeat=4)
    ]
    found = ert(times, events, confidence=0.8)
    exact = np.sort(drawn)
    for limit, tail in ((found.lower, 0.1), (found.upper, 0.9)):
        below, to = np.mean(exact < limit), np.mean(exact <= limit)
        assert below - 0.02 <= tail <= to + 0.02
    assert ert(times, events, confidence=0.8) == found


def test_limits_are_infinite_where_resamples_have_no_success():
    found = ert(np.array([10, 40, 40]), np.array([1, 0, 0]))
    assert (found.value, found.upper) == (90, math.inf)
    assert math.isnan(found.error)


def test_without_a_success_it_is_infinite():
    found = ert(np.array([40, 40]), np.array([0, 0]))
    assert (found.value, found.lower, found.upper) == (math.inf, math.inf, math.inf)


def test_one_run_has_no_limits():
    found = ert(np.array([40]), np.array([1]))
    assert found.value == 40
    assert np.isnan([found.error, found.lower, found.upper]).all()


def test_runs_that_all_agree_have_limits_of_width_zero():
    found = ert(np.full(5, 30), np.ones(5))
    assert (found.value, found.error, found.lower, found.upper) == (30, 0, 30, 30)
