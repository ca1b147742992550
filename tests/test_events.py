"""Evaluations to events, edge by edge."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from thresher.evaluations import evaluations
from thresher.events import events, final_values, first_sustained_crossing, smoothed
from thresher.metric import Metric
from thresher.study import Endpoint

EVERY = 5
LOSS = Metric("loss")
SCORE = Metric("score", better="higher")


def frame(values, arm="a", every=EVERY, seeds=None, name="loss", complete=True) -> pd.DataFrame:
    """Evaluations of runs (rows) at every `every`-th time; None is not measured, NaN diverged."""
    seeds = list(range(len(values))) if seeds is None else seeds
    rows = [
        (arm, seed, k * every, value)
        for seed, run in zip(seeds, values, strict=True)
        for k, value in enumerate(run)
        if value is not None
    ]
    arms, runs, times, measured = zip(*rows, strict=True)
    table = pa.table(
        {
            "study": ["s"] * len(rows),
            "arm": arms,
            "variant": arms,
            "seed": runs,
            "epoch": np.array(times, float),
            name: pa.array(measured, pa.float64()),
        }
    )
    budget = max(times)
    return evaluations(table, "epoch", [name], budget, complete=complete)


def one(run, metric=LOSS, threshold=0.4, **endpoint) -> pd.Series:
    """The event of a single run."""
    budget = (len(run) - 1) * EVERY
    goal = Endpoint(threshold, budget=budget, **endpoint)
    return events(frame([run], name=metric.name, complete=False), metric, goal).iloc[0]


def slow_crossing(losses, times, threshold, sustain):
    for first in range(len(times) - sustain + 1):
        if all(losses[first + k] <= threshold for k in range(sustain)):
            return float(times[first])
    return np.inf


@settings(max_examples=200, deadline=None)
@given(
    losses=hnp.arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(1, 12)),
        elements=st.sampled_from([0.1, 0.4, 0.5, np.nan, np.inf]),
    ),
    sustain=st.integers(1, 4),
)
def test_the_crossing_is_that_of_a_plain_loop(losses, sustain):
    times = np.arange(losses.shape[1]) * 7
    expected = [slow_crossing(row, times, 0.4, sustain) for row in losses]
    assert first_sustained_crossing(losses, times, 0.4, sustain).tolist() == expected


@settings(max_examples=200, deadline=None)
@given(
    losses=hnp.arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(1, 12)),
        elements=st.sampled_from([0.1, 0.4, 0.5, np.nan]),
    ),
    data=st.data(),
    sustain=st.integers(1, 4),
)
def test_the_crossing_of_sparse_runs_is_that_of_their_own_evaluations(losses, data, sustain):
    times = np.arange(losses.shape[1]) * 7.0
    own = data.draw(hnp.arrays(bool, losses.shape))
    expected = [
        slow_crossing(row[there], times[there], 0.4, sustain)
        for row, there in zip(losses, own, strict=True)
    ]
    assert first_sustained_crossing(losses, times, 0.4, sustain, own).tolist() == expected


@pytest.mark.parametrize(
    ("run", "sustain", "time", "outcome"),
    [
        ([0.9, 0.3, 0.5, 0.3, 0.2, 0.1], 3, 15, "reached"),  # the first crossing relapses
        ([0.9, 0.4, 0.4, 0.4], 3, 5, "reached"),  # equal to the threshold
        ([0.9, 0.9, 0.9, 0.1, 0.1], 3, 20, "censored"),  # too late to be confirmed
        ([0.9, 0.9, 0.1, 0.1, 0.1], 3, 10, "reached"),  # confirmed at the budget
        ([0.9, 0.9, 0.1], 1, 10, "reached"),  # exactly at the budget
        ([0.1, 0.1, 0.1], 3, 0, "reached"),  # from the start
        ([0.9, 0.1], 3, 5, "censored"),  # fewer evaluations than have to follow each other
    ],
)
def test_the_event_is_the_first_of_so_many_evaluations_in_a_row(run, sustain, time, outcome):
    row = one(run, sustain=sustain)
    assert (row["time"], row["outcome"]) == (time, outcome)
    assert row["event"] == (outcome == "reached")
    assert (row["event_time"] == time) if row["event"] else pd.isna(row["event_time"])
    assert row["budget"] == (len(run) - 1) * EVERY
    assert pd.isna(row["diverged_at"])


@pytest.mark.parametrize(
    ("run", "sustain", "time", "outcome"),
    [
        ([0.1, 0.7, 0.5, 0.7, 0.8, 0.9], 3, 15, "reached"),
        ([0.1, 0.6, 0.6, 0.6], 3, 5, "reached"),
        ([0.1, 0.6 - 1e-12, 0.6, 0.6], 3, 15, "censored"),
        ([0.9, 0.9, 0.9], 3, 0, "reached"),
        ([0.1, 0.1, 0.1], 1, 10, "censored"),
    ],
)
def test_a_metric_that_is_better_higher_rises_to_its_threshold(run, sustain, time, outcome):
    row = one(run, SCORE, threshold=0.6, sustain=sustain)
    assert (row["time"], row["outcome"], row["final"]) == (time, outcome, run[-1])
    assert row["threshold"] == 0.6


def test_a_metric_and_its_negative_have_the_same_events():
    runs = np.round(np.random.default_rng(3).normal(size=(20, 12)), 1)
    loss = events(frame(runs), LOSS, Endpoint(0.3, budget=55))
    score = events(frame(-runs, name="score"), SCORE, Endpoint(-0.3, budget=55))
    same = ["seed", "time", "event", "outcome", "diverged_at"]
    pd.testing.assert_frame_equal(loss[same], score[same])
    assert 0 < loss["event"].sum() < 20


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize(("metric", "good", "poor"), [(LOSS, 0.3, 0.9), (SCORE, 0.9, 0.3)])
def test_a_run_that_diverges_before_it_is_there_has_the_budget_as_its_time(bad, metric, good, poor):
    row = one([poor, poor, bad, bad, bad], metric)
    assert (row["time"], row["event"], row["outcome"]) == (20, False, "diverged")
    assert row["diverged_at"] == 10
    assert pd.isna(row["final"])
    # It does not come back.
    row = one([poor, bad, good, good, good, good], metric)
    assert (row["outcome"], row["diverged_at"]) == ("diverged", 5)
    # Two good evaluations are not three.
    assert one([good, good, bad, bad], metric)["outcome"] == "diverged"


def test_a_run_that_diverges_at_0_is_diverged():
    row = one([np.nan, 0.3, 0.3, 0.3])
    assert (row["outcome"], row["diverged_at"], row["time"]) == ("diverged", 0, 15)


def test_a_run_that_reached_and_diverged_later_stays_reached_and_is_flagged():
    row = one([0.9, 0.3, 0.3, 0.3, 0.3, np.nan])
    assert (row["outcome"], row["time"], row["diverged_at"]) == ("reached", 5, 25)


def test_sustained_evaluations_are_a_run_s_own():
    # At 0, 10, 20, 30, between which another run was evaluated, too.
    sparse = [0.9, None, 0.3, None, 0.3, None, 0.3]
    dense = [0.9, 0.3, 0.3, 0.9, 0.9, 0.9, 0.9]
    table = events(frame([sparse, dense], complete=False), LOSS, Endpoint(0.4, budget=30))
    assert table["time"].tolist() == [10, 30]
    assert table["outcome"].tolist() == ["reached", "censored"]


def test_a_run_without_a_value_at_the_budget_has_no_final_value():
    table = frame([[0.9, 0.5, 0.4], [0.9, 0.5, None]], complete=False)
    found = events(table, LOSS, Endpoint(0.1, budget=10))
    np.testing.assert_array_equal(found["final"], [0.4, np.nan])
    (arm,) = smoothed(table, LOSS, Endpoint(0.1, budget=10))
    assert np.isnan(final_values(arm, "loss", 15)).all()


def test_arms_evaluated_at_different_times_are_each_taken_on_their_own_grid():
    table = pd.concat([frame([[0.9, 0.3, 0.3, 0.3]], "a", 10), frame([[0.9] + [0.3] * 6], "b", 5)])
    assert events(table, LOSS, Endpoint(0.4, budget=30))["time"].tolist() == [10, 5]


def test_rows_are_in_the_order_of_arms_and_seeds_and_carry_what_names_the_arm():
    parts = [
        frame([[0.9] * 3] * 2, arm, seeds=[5, 2]).assign(units=k) for k, arm in enumerate("ba")
    ]
    for k, part in enumerate(parts):
        part.insert(3, "units", part.pop("units") + k)
    found = events(pd.concat(parts), LOSS, Endpoint(0.4, budget=10))
    assert found["arm"].tolist() == ["b", "b", "a", "a"]
    assert found["seed"].tolist() == [2, 5, 2, 5]
    assert found["units"].tolist() == [0, 0, 2, 2]


def test_fractional_times_and_words_for_seeds_are_kept():
    runs = frame([[0.9, 0.3, 0.3, 0.3]] * 2, every=0.25, seeds=["x1", "b"])
    found = events(runs, LOSS, Endpoint(0.4, budget=0.75))
    assert found["time"].tolist() == [0.25, 0.25]
    assert found["seed"].tolist() == ["b", "x1"]


def test_a_trailing_mean_is_taken_only_where_the_endpoint_says_so():
    run = [0.9, 0.1, 0.9, 0.1, 0.3, 0.3, 0.3]
    assert one(run, sustain=1)["time"] == 5
    # Means of two: .5, .5, .5, .2, .3, .3.
    row = one(run, sustain=1, smooth=10)
    assert (row["time"], row["outcome"], row["final"]) == (20, "reached", 0.3)


def test_a_smoothed_run_that_diverges_is_diverged_and_no_mean_is_taken_beyond():
    row = one([0.9, 0.5, 0.5, np.nan, np.nan], sustain=1, smooth=10)
    assert (row["outcome"], row["diverged_at"]) == ("diverged", 15)
    assert one([0.9, 0.1, 0.1, np.nan, np.nan], sustain=1, smooth=10)["time"] == 10


def test_nothing_to_reduce_is_said():
    with pytest.raises(ValueError, match="there are no evaluations"):
        events(frame([[0.9]]).iloc[:0], LOSS, Endpoint(0.4, budget=5))


@pytest.mark.parametrize(
    ("values", "times", "sustain", "message"),
    [
        (np.ones((1, 2)), np.arange(2), 0, "sustain must be at least 1, but was 0"),
        (np.ones((1, 2)), np.arange(3), 1, r"values \(1, 2\) do not fit times \(3,\)"),
        (np.ones(2), np.arange(2), 1, r"values \(2,\) do not fit"),
    ],
)
def test_wrong_arguments_are_refused_with_their_value(values, times, sustain, message):
    with pytest.raises(ValueError, match=message):
        first_sustained_crossing(values, times, 0.4, sustain)
