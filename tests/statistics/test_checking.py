"""Events that can't be analysed, and those that can."""

import numpy as np
import pandas as pd
import pytest

from thresher.statistics.checking import check_events, followed_on


def swapped(table):
    return table.assign(time=table["event"].astype(int), event=table["time"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (swapped, r"column event: must be true or false \(swapped with time\?\), but was 10"),
        (lambda t: t.assign(event=2), "column event: must be true or false, but was 2"),
        (lambda t: t.assign(time=[-5, 20, 100, 100]), "column time: -5 is negative"),
        (
            lambda t: t.assign(time=[101, 20, 100, 100]),
            "column time: 101 is after the budget of 100 epochs",
        ),
        (
            lambda t: t.assign(time=[10, 20, 100, 60]),
            "column time: 60 has no event, but is not the budget",
        ),
        (
            lambda t: t.assign(budget=[100, 100, 100, 200]),
            "column budget: runs have unequal budgets, 100 and 200",
        ),
        (lambda t: pd.concat([t, t.iloc[[1]]]), "column seed: 1 occurs twice in arm a"),
        (lambda t: t.assign(seed=[0, 1, 2, 1]), "column seed: 1 occurs twice in arm a"),
        (lambda t: t.assign(time=[10, np.nan, 100, 100]), "column time: a value is missing"),
        (lambda t: t.drop(columns="budget"), "column budget is missing; the events have"),
    ],
)
def test_wrong_events_are_refused_with_column_and_value(make_events, change, message):
    table = make_events({"a": [10, 20, np.inf, np.inf]})
    with pytest.raises(ValueError, match=message):
        check_events(change(table))


@pytest.mark.parametrize(
    "times",
    [
        {"a": [10]},
        {"a": [100, np.inf]},
        {"a": [np.inf], "b": [np.inf]},
        {"a": [0, 0], "b": [1, 1]},
        {"a": []},
    ],
)
def test_right_events_are_returned_as_they_are(make_events, times):
    table = make_events(times)
    assert check_events(table) is table


def test_one_seed_may_stand_in_several_arms_and_at_several_thresholds(make_events):
    table = make_events({"a": [10, 20], "b": [10, 20]})
    both = pd.concat([table, table.assign(threshold=0.4)])
    assert check_events(both) is both


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"own_time": [3, 12]}, "column own_event: is missing, or a value is"),
        ({"own_time": [3, None], "own_event": [True, False]}, "column own_time: is missing"),
        ({"own_time": [4, 12], "own_event": [True, False]}, "own_time: 4 is not the time of the"),
        ({"own_time": [3, 12], "own_event": [False, False]}, "own_time: 3 is not the time of the"),
        ({"own_time": [3, 9], "own_event": [True, False]}, "own_time: 9 has no event, but is befo"),
    ],
)
def test_wrong_ends_of_runs_are_refused_with_column_and_value(make_events, own, message):
    table = make_events({"a": [3, np.inf]}, 10)
    with pytest.raises(ValueError, match=message):
        followed_on(table.assign(**own))


def test_ends_of_their_own_stand_in_the_place_of_the_budget(make_events):
    table = make_events({"a": [3, np.inf]}, 10)
    assert followed_on(table) is table
    found = followed_on(table.assign(own_time=[3, 12], own_event=[True, True]))
    assert found["time"].tolist() == [3, 12]
    assert found["event"].tolist() == [True, True]
