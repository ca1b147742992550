"""Small comparisons drawn from many seeds, against every draw there is."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thresher.analyses.luck import LUCK_PAIRS, LUCK_WINNERS
from thresher.statistics.luck import DRAWS, luck, single_wins

arms_of_few_runs = st.lists(
    st.lists(st.integers(1, 4), min_size=1, max_size=4), min_size=2, max_size=4
)


def every_order(arm, reference, k):
    """Return how often means of k runs come in another order, and how often they tie."""
    signs = [
        np.sign(sum(first) - sum(second))
        for first in itertools.combinations(arm, k)
        for second in itertools.combinations(reference, k)
    ]
    whole = np.sign(np.mean(arm) - np.mean(reference))
    other = np.mean([sign == -whole if whole else sign != 0 for sign in signs])
    return other, np.mean(np.array(signs) == 0)


@settings(max_examples=80, deadline=None)
@given(arms_of_few_runs)
def test_single_wins_are_those_of_every_combination_of_runs(times):
    wins = np.zeros(len(times))
    for row in itertools.product(*times):
        best = np.array(row) == min(row)
        wins += best / best.sum()
    found = single_wins([np.array(values, float) for values in times])
    assert found == pytest.approx(wins / wins.sum())


@pytest.mark.parametrize("k", [1, 3, 5])
def test_orders_are_those_of_every_draw(make_events, k):
    arm, reference = [10, 20, 60, 30, 35, 90, 20], [30, 15, 40, 70, 25, 80]
    pairs, _ = luck(make_events({"a": reference, "b": arm}), paired=False)
    row = pairs[pairs["seeds"] == k].iloc[0]
    other, tie = every_order(arm, reference, k)
    error = 0 if k == 1 else 4 * math.sqrt(0.25 / DRAWS)
    assert row["other_order"] == pytest.approx(other, abs=error + 1e-12)
    assert row["tie"] == pytest.approx(tie, abs=error + 1e-12)


def test_winners_are_those_of_every_draw(make_events):
    times = {"a": [10, 20, 60, 30], "b": [30, 15, 40, 25], "c": [22, 28, 35, 24]}
    _, winners = luck(make_events(times), paired=False)
    for k in (1, 3):
        wins = np.zeros(3)
        for draws in itertools.product(*(itertools.combinations(v, k) for v in times.values())):
            sums = np.array([sum(draw) for draw in draws])
            best = sums == sums.min()
            wins += best / best.sum()
        found = winners.loc[winners["seeds"] == k, "wins"].to_numpy()
        assert found == pytest.approx(wins / wins.sum(), abs=4 * math.sqrt(0.25 / DRAWS))
        assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_paired_draws_take_the_same_seeds_of_every_arm(make_events, k):
    times = {
        "a": [30, 15, 40, 70, 25, 80],
        "b": [10, 20, 60, 30, 35, 90, 20],
        "c": [33, 12, 41, 72, 23, 70],
    }
    seeds = {"a": [5, 1, 2, 3, 4, 0], "b": [6, 0, 1, 2, 3, 4, 5], "c": range(6)}
    common = {
        arm: [value for _, value in sorted(zip(seeds[arm], times[arm], strict=True))][:6]
        for arm in times
    }
    pairs, winners = luck(make_events(times, seeds=seeds))
    draws = list(itertools.combinations(range(6), k))
    means = {
        arm: [sum(values[s] for s in draw) for draw in draws] for arm, values in common.items()
    }
    error = 0 if k == 1 else 4 * math.sqrt(0.25 / DRAWS)
    for row in pairs[pairs["seeds"] == k].to_dict("records"):
        whole = np.sign(sum(common[row["arm"]]) - sum(common[row["reference"]]))
        signs = np.sign(np.subtract(means[row["arm"]], means[row["reference"]]))
        assert row["other_order"] == pytest.approx((signs == -whole).mean(), abs=error + 1e-12)
        assert row["tie"] == pytest.approx((signs == 0).mean(), abs=error + 1e-12)
    table = np.column_stack(list(means.values()))
    best = table == table.min(axis=1, keepdims=True)
    wins = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    found = winners.loc[winners["seeds"] == k, "wins"].to_numpy()
    assert found == pytest.approx(wins, abs=error + 1e-12)


def test_arms_without_a_common_seed_have_no_paired_draws(make_events):
    table = make_events({"a": [10, 20], "b": [20, 30]}, seeds={"a": [0, 1], "b": [2, 3]})
    assert [len(found) for found in luck(table)] == [0, 0]
    assert len(luck(table, paired=False)[0]) == 1


def test_the_tables_list_every_pair_and_arm_in_order(make_events):
    table = make_events({arm: np.arange(12) + 10 * k for k, arm in enumerate("abc")})
    pairs, winners = luck(table, arms=["b", "a", "c"])
    assert set(LUCK_PAIRS) <= set(pairs)
    assert set(LUCK_WINNERS) <= set(winners)
    assert pairs["seeds"].unique().tolist() == [1, 3, 5, 10]
    first = pairs[pairs["seeds"] == 1]
    assert list(zip(first["arm"], first["reference"], strict=True)) == [
        ("a", "b"),
        ("c", "b"),
        ("c", "a"),
    ]


def test_more_seeds_leave_less_to_luck(make_events):
    generator = np.random.default_rng(0)
    table = make_events({"a": generator.integers(20, 80, 30), "b": generator.integers(5, 65, 30)})
    pairs, _ = luck(table)
    assert (np.diff(pairs["other_order"]) < 0).all()


def test_sizes_that_an_arm_has_once_or_never_are_left_out(make_events):
    for n, sizes in ((1, [1]), (3, [1]), (4, [1, 3]), (10, [1, 3, 5])):
        pairs, _ = luck(make_events({"a": range(n), "b": range(1, n + 2)}))
        assert pairs["seeds"].tolist() == sizes


@pytest.mark.parametrize("value", [30, np.inf])
def test_runs_that_all_agree_always_tie_and_share_the_win(make_events, value):
    pairs, winners = luck(make_events({"a": [value] * 5, "b": [value] * 5}))
    assert pairs["tie"].tolist() == [1, 1]
    assert pairs["other_order"].tolist() == [0, 0]
    assert winners["wins"].tolist() == [0.5] * 4


def test_one_arm_alone_has_nothing_to_compare(make_events):
    pairs, winners = luck(make_events({"a": [10, 20, 30]}))
    assert (len(pairs), len(winners)) == (0, 0)
