"""Medians and their intervals against R, scipy and the binomial distribution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.statistics.median import brookmeyer_crowley, order_statistic_median

GROUPS = [
    *(("aml", group) for group in ("Maintained", "Nonmaintained")),
    *(("freireich_6mp", group) for group in ("placebo", "6-MP")),
    *(("glioma", group) for group in ("astrocytoma", "glioblastoma")),
    *(("lung", group) for group in (1, 2)),
]


def known(values):
    return [np.inf if value is None else value for value in values]


@pytest.mark.parametrize(("name", "group"), GROUPS)
@pytest.mark.parametrize("transform", ["plain", "log", "log-log"])
def test_medians_of_censored_data_are_those_of_r(data, reference, name, group, transform):
    table = data(name)
    rows = table[table["group"] == group]
    found = brookmeyer_crowley(rows["time"], rows["status"], transform=transform)
    expected = known(reference(name)[f"median_ci_{transform}[{group}]"])
    assert [found.estimate, found.lower, found.upper] == expected


@pytest.mark.parametrize("transform", ["plain", "log", "log-log"])
def test_the_median_of_all_lung_patients_is_that_of_r(data, reference, transform):
    rows = data("lung")
    found = brookmeyer_crowley(rows["time"], rows["status"], transform=transform)
    expected = reference("lung")[f"median_overall_ci_{transform}"]
    assert [found.estimate, found.lower, found.upper] == expected


def test_the_order_statistic_interval_of_the_toy_data(reference):
    times = [120, 180, np.inf, 90, np.inf, 130, 200, 160, 150, 140]
    found = order_statistic_median(np.array(times))
    expected = known(reference("median_order_stat_toy")["median_exact_ci95 (None=inf)"])
    assert [found.lower, found.upper] == expected
    assert found.estimate == 155


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=6, max_size=40), st.sampled_from([0.9, 0.95]))
def test_the_limits_are_those_of_scipys_quantile_test(values, confidence):
    found = order_statistic_median(np.array(values), confidence)
    for limit, side in ((found.lower, "greater"), (found.upper, "less")):
        one_sided = stats.quantile_test(values, p=0.5, alternative=side)
        tail = one_sided.confidence_interval((1 + confidence) / 2)
        assert limit == (tail.low if side == "greater" else tail.high)
    assert found.lower <= found.estimate <= found.upper


@pytest.mark.parametrize("n", range(6, 60, 7))
def test_the_interval_is_the_narrowest_that_covers_by_the_binomial_distribution(n):
    """Among n uniform times the k-th is below the median with probability P(Bin(n, ½) ≥ k)."""
    found = order_statistic_median(np.arange(1.0, n + 1))
    k = int(found.lower)
    assert found.upper == n + 1 - k
    assert 1 - 2 * stats.binom.cdf(k - 1, n, 0.5) >= 0.95
    assert 1 - 2 * stats.binom.cdf(k, n, 0.5) < 0.95


@pytest.mark.parametrize("n", [1, 2, 5])
def test_fewer_than_six_runs_leave_the_whole_line(n):
    found = order_statistic_median(np.arange(1.0, n + 1))
    assert (found.lower, found.upper) == (-np.inf, np.inf)
    assert found.estimate == (n + 1) / 2


def test_without_events_the_median_is_not_reached():
    found = order_statistic_median(np.full(8, np.inf))
    assert (found.estimate, found.lower, found.upper) == (np.inf, np.inf, np.inf)
    censored = brookmeyer_crowley([5, 9, 9], [0, 0, 0])
    assert (censored.estimate, censored.lower, censored.upper) == (np.inf, np.inf, np.inf)


def test_half_of_the_runs_reaching_is_not_enough_for_a_median():
    assert order_statistic_median(np.array([1.0, 2, np.inf, np.inf])).estimate == np.inf
    assert order_statistic_median(np.array([1.0, 2, 3, np.inf, np.inf])).estimate == 3


def test_runs_that_all_agree_have_an_interval_of_width_zero():
    found = order_statistic_median(np.full(7, 35.0))
    assert (found.estimate, found.lower, found.upper) == (35, 35, 35)


@pytest.mark.parametrize("times", [[], [1.0, np.nan]])
def test_wrong_times_are_refused(times):
    with pytest.raises(ValueError, match="times must be a list of numbers, but was"):
        order_statistic_median(np.array(times))
