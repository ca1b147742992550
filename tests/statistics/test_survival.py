"""Kaplan–Meier and its limits against R, scipy and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from thresher.statistics.survival import effective, intervals, kaplan_meier, survival, wilson

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


def own(make_events, runs, budget=5):
    """Events of one arm from pairs of time and event, each run being followed to its own end."""
    times, events = zip(*runs, strict=True)
    table = make_events({"a": [t if e and t <= budget else np.inf for t, e in runs]}, budget)
    return table.assign(own_time=times, own_event=events)


def test_runs_that_are_followed_to_their_own_ends_by_hand(make_events):
    """Five runs, budget 5: events at 3 and 7 (two), censored at 6 and 9.

    S(3) = 4/5; at 6 one of four is censored; at 7 two of three: S = 4/5 · 1/3 = 4/15.
    """
    runs = [(3, True), (6, False), (7, True), (7, True), (9, False)]
    table = survival(own(make_events, runs))
    assert table["time"].tolist() == [0, 3, 5, 6, 7, 9]
    assert table["at_risk"].tolist() == [5, 5, 4, 4, 3, 1]
    assert table["events"].tolist() == [0, 1, 0, 0, 2, 0]
    assert table["censored"].tolist() == [0, 0, 0, 1, 0, 1]
    assert table["survival"].tolist() == pytest.approx([1, 0.8, 0.8, 0.8, 4 / 15, 4 / 15])
    # Greenwood: S² (1/(5·4) + 2/(3·1)); Wilson's limits with S (1 − S) / that many runs.
    share, n = 4 / 15, (1 - 4 / 15) / (4 / 15 * (1 / 20 + 2 / 3))
    z = stats.norm.ppf(0.975)
    centre, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    expected = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    assert table[["lower", "upper"]].iloc[-1].tolist() == pytest.approx(expected, rel=1e-12)
    known = stats.binomtest(4, 5).proportion_ci(0.95, "wilson")
    for row in (1, 2, 3):
        assert table[["lower", "upper"]].iloc[row].tolist() == pytest.approx(
            [known.low, known.high]
        )


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(observations)
def test_curves_to_own_ends_are_those_of_scipy(make_events, rows):
    time, event = rows[0] + 4, rows[1]
    time = np.where(event, time - 4, time)
    table = survival(own(make_events, list(zip(time, event, strict=True))))
    expected = stats.ecdf(stats.CensoredData.right_censored(time, ~event)).sf
    assert table["survival"].to_numpy() == pytest.approx(
        expected.evaluate(table["time"]), abs=1e-12
    )
    assert (table["lower"] <= table["survival"] + 1e-12).all()
    assert (table["survival"] <= table["upper"] + 1e-12).all()
    assert table["lower"].ge(0).all()
    assert table["upper"].le(1).all()
    assert table["time"].max() == max(5, time.max())


@settings(max_examples=50, deadline=None)
@given(observations)
def test_the_effective_number_of_runs_has_greenwoods_variance(rows):
    curve = kaplan_meier(*rows)
    found, share = effective(curve), curve.survival
    inside = (share > 0) & (share < 1)
    variance = share[inside] * (1 - share[inside]) / found[inside]
    assert variance == pytest.approx(curve.error[inside] ** 2, rel=1e-9)
    assert (found >= 1).all()
    assert (found <= len(rows[0]) + 1e-9).all()
    if rows[1].all():
        assert found == pytest.approx(len(rows[0]))


def test_runs_without_an_event_stay_at_one_and_less_is_known_of_the_longer_ones(make_events):
    table = survival(own(make_events, [(5, False), (7, False), (8, False)]))
    assert table["survival"].tolist() == [1] * 4
    assert table["at_risk"].tolist() == [3, 3, 2, 1]
    lower = [stats.binomtest(n, n).proportion_ci(0.95, "wilson").low for n in (3, 3, 2, 1)]
    assert table["lower"].tolist() == pytest.approx(lower)
    assert table["upper"].tolist() == [1] * 4


@pytest.mark.parametrize("event", [True, False])
def test_one_run_is_followed_to_its_own_end(make_events, event):
    table = survival(own(make_events, [(8, event)]))
    assert table["time"].tolist() == [0, 5, 8]
    assert table["survival"].tolist() == [1, 1, 1 - event]
    limits = stats.binomtest(1 - event, 1).proportion_ci(0.95, "wilson")
    assert table[["lower", "upper"]].iloc[-1].tolist() == pytest.approx([limits.low, limits.high])


def test_ends_at_the_budget_give_the_same_to_the_last_bit(make_events):
    plain = make_events({"a": [1, 3, 3, np.inf, 5], "b": [np.inf] * 7}, 5)
    both = plain.assign(own_time=plain["time"], own_event=plain["event"])
    pd.testing.assert_frame_equal(survival(plain), survival(both), check_exact=True)


def test_no_rows_at_all_give_an_empty_table(make_events):
    empty = make_events({"a": [1]}).iloc[:0]
    assert isinstance(survival(empty), pd.DataFrame)
    assert len(survival(empty)) == 0
