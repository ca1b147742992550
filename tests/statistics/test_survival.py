"""Kaplan–Meier and its limits against R, scipy and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from thresher.statistics.survival import intervals, kaplan_meier, survival, wilson

observations = st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=25).map(
    lambda rows: (np.array([t for t, _ in rows], float), np.array([e for _, e in rows]))
)


def compare(found, expected):
    """Compare the entries that the reference defines."""
    known = np.array([value is not None for value in expected])
    values = np.array([value for value in expected if value is not None])
    assert found[known] == pytest.approx(values, rel=1e-9)
    assert np.isnan(found[~known]).all()


@pytest.mark.parametrize(
    ("name", "group", "prefix"),
    [
        ("aml", "Maintained", "km_maintained"),
        ("aml", "Nonmaintained", "km_non"),
        ("freireich_6mp", "6-MP", "km_6mp"),
        ("freireich_6mp", "placebo", "km_placebo"),
    ],
)
def test_curves_and_limits_are_those_of_r(data, reference, name, group, prefix):
    table, values = data(name), reference(name)
    rows = table[table["group"] == group]
    curve = kaplan_meier(rows["time"], rows["status"])
    assert curve.time.tolist() == values[f"{prefix}_time"]
    assert curve.at_risk.tolist() == values[f"{prefix}_n_risk"]
    assert curve.events.tolist() == values[f"{prefix}_n_event"]
    assert (curve.events + curve.censored).sum() == len(rows)
    compare(curve.survival, values[f"{prefix}_survival"])
    compare(curve.error, values[f"{prefix}_greenwood_se"])
    for transform in ("plain", "log", "log-log"):
        lower, upper = intervals(curve, 0.95, transform)
        compare(lower, values[f"{prefix}_ci_{transform}_lower"])
        compare(upper, values[f"{prefix}_ci_{transform}_upper"])


@settings(max_examples=100, deadline=None)
@given(observations)
def test_curves_are_those_of_scipy(rows):
    time, event = rows
    curve = kaplan_meier(time, event)
    expected = stats.ecdf(stats.CensoredData.right_censored(time, ~event)).sf
    assert curve.survival == pytest.approx(expected.evaluate(curve.time), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(observations)
def test_standard_errors_are_those_of_statsmodels(rows):
    time, event = rows
    assume(event.any())
    curve, expected = kaplan_meier(time, event), SurvfuncRight(time, event)
    inside = curve.survival > 0
    steps = np.isin(curve.time, expected.surv_times) & inside
    same = np.isin(expected.surv_times, curve.time[steps])
    assert curve.error[steps] == pytest.approx(expected.surv_prob_se[same], abs=1e-12)


def test_wilsons_limits_are_those_of_r_and_scipy(reference):
    lower, upper = wilson(682, 925)
    expected = reference("binomial_ci")["wilson_682_of_925"]
    assert (lower, upper) == pytest.approx(expected, rel=1e-12)
    for n in (1, 2, 17):
        for count in range(n + 1):
            limits = stats.binomtest(count, n).proportion_ci(0.9, "wilson")
            assert wilson(count, n, 0.9) == pytest.approx((limits.low, limits.high), abs=1e-12)


def test_the_table_lists_events_and_the_runs_censored_at_the_budget(make_events):
    table = survival(make_events({"a": [10, 10, 30, np.inf, np.inf], "b": [100]}))
    first = table[table["arm"] == "a"]
    assert first["time"].tolist() == [0, 10, 30, 100]
    assert first["at_risk"].tolist() == [5, 5, 3, 2]
    assert first["events"].tolist() == [0, 2, 1, 0]
    assert first["censored"].tolist() == [0, 0, 0, 2]
    assert first["survival"].tolist() == pytest.approx([1, 0.6, 0.4, 0.4])
    limits = stats.binomtest(2, 5).proportion_ci(0.95, "wilson")
    last = first.iloc[-1]
    assert (last["lower"], last["upper"]) == pytest.approx((limits.low, limits.high))
    second = table[table["arm"] == "b"]
    assert second["survival"].tolist() == [1, 0]  # an event exactly at the budget


def test_an_arm_without_events_stays_at_one(make_events):
    table = survival(make_events({"a": [np.inf] * 3}))
    assert table["survival"].tolist() == [1, 1]
    assert table["upper"].tolist() == [1, 1]


def test_runs_that_all_reach_at_one_epoch_drop_to_zero_there(make_events):
    table = survival(make_events({"a": [30] * 4}))
    assert table["time"].tolist() == [0, 30, 100]
    assert table["survival"].tolist() == [1, 0, 0]
    assert table["at_risk"].tolist() == [4, 4, 0]
    curve = kaplan_meier([30] * 4, [1] * 4)
    assert np.isnan(curve.error).all()
    assert np.isnan(intervals(curve)).all()


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_runs_have_wide_limits(make_events, n):
    table = survival(make_events({"a": [30, np.inf][:n]}))
    limits = stats.binomtest(n - 1, n).proportion_ci(0.95, "wilson")
    assert (table["lower"].iloc[1], table["upper"].iloc[1]) == pytest.approx(limits)


def test_a_run_censored_at_the_time_of_an_event_is_still_at_risk():
    curve = kaplan_meier([5, 5], [True, False])
    assert (curve.at_risk.tolist(), curve.survival.tolist()) == ([2], [0.5])


def test_limits_before_any_event_are_one():
    lower, upper = intervals(kaplan_meier([3, 5], [False, False]))
    assert lower.tolist() == upper.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("times", "events", "message"),
    [
        ([1, 0, 1], [5, 9, 30], r"events must be true or false \(swapped with times\?\)"),
        ([3, -1], [1, 1], "not negative, but has -1"),
        ([3, np.nan], [1, 1], "finite"),
        ([], [], "must be equal lists"),
        ([3, 4], [1], "must be equal lists"),
    ],
)
def test_wrong_times_are_refused(times, events, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(times, events)


def test_unknown_transforms_and_empty_samples_are_refused():
    with pytest.raises(ValueError, match=r"transform must be .* but was cloglog"):
        intervals(kaplan_meier([1], [1]), transform="cloglog")
    with pytest.raises(ValueError, match="n must be at least 1, but was 0"):
        wilson(0, 0)


def test_no_rows_at_all_give_an_empty_table(make_events):
    empty = make_events({"a": [1]}).iloc[:0]
    assert isinstance(survival(empty), pd.DataFrame)
    assert len(survival(empty)) == 0
