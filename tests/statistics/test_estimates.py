"""The estimates of one arm, each from its own function or worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from thresher.statistics.contrasts import arms
from thresher.statistics.rmst import restricted_mean

INF = np.inf


def one(make_events, times, **options):
    return arms(make_events({"a": times}), **options).iloc[0]


def test_an_arm_with_censored_runs(make_events):
    times = [10, 20, 20, 30, 40, 50, 60, INF, INF, INF]
    row = one(make_events, times)
    within = np.minimum(times, 100)
    assert row[["n", "reached", "censored", "diverged"]].tolist() == [10, 7, 3, 0]
    assert row["restricted_mean"] == pytest.approx(53)
    assert row["restricted_mean_se"] == pytest.approx(stats.sem(within))
    limits = restricted_mean(within, budget=100)
    assert row["restricted_mean_lower"] == limits.lower
    assert row["restricted_mean_upper"] == limits.upper
    assert (row["median"], row["median_lower"]) == (45, 20)
    assert np.isnan(row["median_upper"])  # the ninth time of ten is infinite
    wilson = stats.binomtest(7, 10).proportion_ci(0.95, "wilson")
    assert (row["reached_lower"], row["reached_upper"]) == pytest.approx((wilson.low, wilson.high))
    assert row["ert"] == pytest.approx(530 / 7)
    assert row["ert_lower"] < row["ert"] < row["ert_upper"]


def test_an_arm_without_an_event(make_events):
    row = one(make_events, [INF] * 8)
    assert row[["reached", "restricted_mean"]].tolist() == [0, 100]
    assert row["reached_fraction"] == row["reached_lower"] == 0
    unknown = ["median", "median_lower", "median_upper", "ert", "ert_lower", "ert_upper"]
    unknown += ["restricted_mean_se", "restricted_mean_lower", "restricted_mean_upper"]
    assert row[unknown].isna().all()


def test_one_run_has_values_but_no_limits(make_events):
    row = one(make_events, [30])
    assert row[["restricted_mean", "median", "ert"]].tolist() == [30, 30, 30]
    unknown = ["restricted_mean_se", "restricted_mean_lower", "median_lower", "ert_lower"]
    assert row[unknown].isna().all()


def test_two_runs_have_a_mean_with_limits_and_a_median_without(make_events):
    row = one(make_events, [30, 50])
    assert (row["restricted_mean"], row["restricted_mean_se"]) == (40, pytest.approx(10))
    assert np.isnan([row["median_lower"], row["median_upper"]]).all()


def test_runs_that_all_agree(make_events):
    row = one(make_events, [30] * 7)
    columns = [f"{name}{part}" for name in ("median", "ert") for part in ("", "_lower", "_upper")]
    assert set(row[columns]) == {30}
    assert (row["restricted_mean_se"], row["restricted_mean_lower"]) == (0, 30)


def test_an_event_at_the_budget_is_reached(make_events):
    row = one(make_events, [100] * 6)
    assert (row["reached"], row["median"], row["restricted_mean"]) == (6, 100, 100)


def test_a_run_that_reached_and_diverged_later_is_reached(make_events):
    table = make_events({"a": [10, 20, INF]})
    table["diverged_at"] = [60, None, 70]
    table.loc[2, "outcome"] = "diverged"
    row = arms(table).iloc[0]
    assert row[["reached", "censored", "diverged"]].tolist() == [2, 0, 1]


@pytest.mark.parametrize("confidence", [0.8, 0.99])
def test_the_confidence_is_that_of_every_interval(make_events, confidence):
    row = one(make_events, np.arange(5, 85, 4), confidence=confidence)
    default = one(make_events, np.arange(5, 85, 4))
    for name in ("restricted_mean", "median", "reached", "ert"):
        wider = row[f"{name}_lower"] <= default[f"{name}_lower"]
        assert wider == (confidence > 0.95) or row[f"{name}_lower"] == default[f"{name}_lower"]
    limits = restricted_mean(np.arange(5, 85, 4), confidence, 100)
    assert row["restricted_mean_upper"] == limits.upper
