"""Restricted means against R, scipy and plain integration."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from thresher.statistics.rmst import (
    Estimate,
    censored_restricted_mean,
    difference,
    ratio,
    restricted_mean,
)

GROUPS = [
    *(("aml", group, tau) for group in ("Maintained", "Nonmaintained") for tau in (31, 45)),
    *(("freireich_6mp", group, tau) for group in ("placebo", "6-MP") for tau in (20, 23)),
    *(("glioma", group, 80) for group in ("astrocytoma", "glioblastoma")),
    *(("lung", group, 365) for group in (1, 2)),
]
observations = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=25).map(
    lambda rows: (np.array([t for t, _ in rows], float), np.array([e for _, e in rows]))
)


@pytest.mark.parametrize(("name", "group", "tau"), GROUPS)
def test_restricted_means_of_censored_data_are_those_of_r(data, reference, name, group, tau):
    table, values = data(name), reference(name)
    rows = table[table["group"] == group]
    found = censored_restricted_mean(rows["time"], rows["status"], tau)
    assert found.value == pytest.approx(values[f"rmst_tau{tau}[{group}]"], rel=1e-12)
    assert found.error == pytest.approx(values[f"rmst_se_tau{tau}[{group}]"], rel=1e-12)
    half = stats.norm.ppf(0.975) * found.error
    assert (found.lower, found.upper) == pytest.approx((found.value - half, found.value + half))


@settings(max_examples=60, deadline=None)
@given(observations, st.floats(0.5, 12))
def test_it_is_the_area_below_scipys_survival_curve(rows, horizon):
    time, event = rows
    curve = stats.ecdf(stats.CensoredData.right_censored(time, ~event)).sf
    edges = np.unique(np.concatenate([[0, horizon], time[time < horizon]]))
    area = sum(
        integrate.quad(lambda t: float(curve.evaluate(t)), low, high)[0]
        for low, high in itertools.pairwise(edges)
    )
    assert censored_restricted_mean(time, event, horizon).value == pytest.approx(area, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=2, max_size=30), st.integers(5, 20))
def test_under_one_budget_both_estimates_are_the_mean_of_observed_times(values, budget):
    times = np.array(values, float)
    within, reached = np.minimum(times, budget), times <= budget
    plain, censored = restricted_mean(within), censored_restricted_mean(within, reached, budget)
    assert plain.value == pytest.approx(censored.value)
    # Greenwood's variance divides by n, the sample variance by n − 1.
    n = len(values)
    assert plain.error * math.sqrt((n - 1) / n) == pytest.approx(censored.error, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=30), st.sampled_from([0.9, 0.95]))
def test_limits_of_fully_observed_times_are_those_of_scipys_t_interval(values, confidence):
    found = restricted_mean(np.array(values), confidence)
    assert found.error == pytest.approx(stats.sem(values))
    if found.error > 0:
        limits = stats.ttest_1samp(values, 0).confidence_interval(confidence)
        assert (found.lower, found.upper) == pytest.approx((limits.low, limits.high))
    else:
        assert found.lower == found.upper == values[0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=30), st.sampled_from([0.5, 0.95, 0.999]))
def test_limits_within_a_budget_stay_inside_it_around_the_mean(values, confidence):
    found = restricted_mean(np.array(values), confidence, 20)
    if found.value in (0, 20):
        assert np.isnan([found.error, found.lower, found.upper]).all()
        return
    assert 0 <= found.lower <= found.value * (1 + 1e-12)
    assert found.value * (1 - 1e-12) <= found.upper <= 20
    assert (found.lower == found.upper) == (found.error == 0) or found.error < 1e-6


def test_limits_within_a_budget_worked_out_by_hand():
    """Mean 15 of 20, standard error 5: log 3 ± 12.7062 · 5 · 20 / (15 · 5), taken back."""
    found = restricted_mean(np.array([10.0, 20.0]), 0.95, 20)
    scale = [math.log(3) + sign * 12.706205 * 20 / 15 for sign in (-1, 1)]
    expected = [20 / (1 + math.exp(-place)) for place in scale]
    assert (found.value, found.error) == (15, pytest.approx(5))
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-6)


def test_far_from_its_ends_a_budget_hardly_moves_students_limits():
    values = np.random.default_rng(0).normal(50, 1, 40)
    plain, within = restricted_mean(values), restricted_mean(values, 0.95, 100)
    assert (within.lower, within.upper) == pytest.approx((plain.lower, plain.upper), rel=1e-4)


def test_limits_within_a_budget_cover_where_students_do_not():
    """Log-normal times, 60 % of them beyond the budget, eight runs: Student's t covers 88 %."""
    generator = np.random.default_rng(0)
    budget = float(stats.lognorm.ppf(0.4, 0.45, scale=250))
    truth, _ = integrate.quad(lambda t: stats.lognorm.sf(t, 0.45, scale=250), 0, budget)
    times = np.minimum(generator.lognormal(math.log(250), 0.45, (1_000, 8)), budget)
    found = [restricted_mean(row, 0.95, budget) for row in times]
    covered = np.mean([not estimate.upper < truth < math.inf for estimate in found])
    covered -= np.mean([estimate.lower > truth for estimate in found])
    assert covered > 0.93


def test_times_beyond_the_budget_are_refused():
    with pytest.raises(ValueError, match="times must be from 0 to 20, but are up to 21"):
        restricted_mean(np.array([3.0, 21.0]), 0.95, 20)


def test_one_run_has_no_standard_error():
    found = restricted_mean(np.array([7.0]))
    assert found.value == 7
    assert np.isnan([found.error, found.lower, found.upper]).all()


def test_without_events_the_mean_is_the_budget_without_error():
    found = censored_restricted_mean([50, 50, 50], [0, 0, 0], 50)
    assert (found.value, found.error) == (50, 0)


def test_an_event_at_the_horizon_counts_like_a_run_censored_there():
    reached = censored_restricted_mean([10, 50], [1, 1], 50)
    assert reached == censored_restricted_mean([10, 50], [1, 0], 50)


def test_difference_and_ratio_follow_from_the_two_estimates():
    """The standard formulas of survRM2, by numbers worked out by hand."""
    arm, base = Estimate(30.0, 3.0, 0, 0), Estimate(40.0, 4.0, 0, 0)
    found = difference(arm, base)
    assert (found.value, found.error) == (-10, 5)
    assert (found.lower, found.upper) == pytest.approx((-10 - 9.79982, -10 + 9.79982), abs=1e-5)
    found = ratio(arm, base)
    assert (found.value, found.error) == pytest.approx((0.75, math.sqrt(0.02)))
    assert found.lower * found.upper == pytest.approx(0.75**2)
    assert found.lower == pytest.approx(0.75 * math.exp(-1.959964 * math.sqrt(0.02)), rel=1e-6)


def test_a_ratio_to_nothing_is_refused():
    with pytest.raises(ValueError, match=r"means must be positive, but were 1.0 and 0.0"):
        ratio(Estimate(1.0, 0, 0, 0), Estimate(0.0, 0, 0, 0))


@pytest.mark.parametrize("times", [[], [1.0, np.inf], [np.nan]])
def test_wrong_times_are_refused(times):
    with pytest.raises(ValueError, match="times must be a list of finite numbers, but was"):
        restricted_mean(np.array(times))


def test_a_horizon_of_zero_is_refused():
    with pytest.raises(ValueError, match="horizon must be positive, but was 0"):
        censored_restricted_mean([1], [1], 0)
