"""The omnibus tests against R, scipy and enumeration."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from thresher.analyses.omnibus import OMNIBUS
from thresher.statistics.omnibus import PERMUTATIONS, friedman, kruskal_wallis, omnibus
from thresher.tables import check

INF = np.inf
matrices = hnp.arrays(
    float, st.tuples(st.integers(2, 8), st.integers(3, 5)), elements=st.integers(1, 6)
)


def test_rounding_times_give_friedmans_statistic_as_in_r(data, reference):
    times = data("rounding_times").drop(columns="player").to_numpy()
    statistic, p = reference("friedman_rounding_times")["chisq_p"]
    assert friedman(times) == pytest.approx(statistic, rel=1e-12)
    assert stats.chi2.sf(friedman(times), 2) == pytest.approx(p, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(matrices)
def test_the_statistics_are_those_of_scipy(times):
    assume((np.ptp(times, axis=1) > 0).any())
    assert friedman(times) == pytest.approx(stats.friedmanchisquare(*times.T).statistic)
    assert kruskal_wallis(list(times.T)) == pytest.approx(stats.kruskal(*times.T).statistic)


def test_p_is_the_share_of_label_permutations_within_seeds(make_events):
    times = {"a": [10, 20, 30, 40], "b": [20, 40, 20, 60], "c": [30, 50, 70, INF]}
    wide = np.array(list(times.values())).T
    ranks = stats.rankdata(wide, axis=1)
    sums = [
        sum(ranks[seed, list(order)] for seed, order in enumerate(orders))
        for orders in itertools.product(itertools.permutations(range(3)), repeat=4)
    ]
    spread = ((np.array(sums) - 8) ** 2).sum(axis=1)
    exact = np.mean(spread >= ((ranks.sum(axis=0) - 8) ** 2).sum() - 1e-9)
    row = omnibus(make_events(times)).iloc[0]
    assert row["p"] == pytest.approx(exact, abs=4 * math.sqrt(exact / PERMUTATIONS))
    assert row["statistic"] == pytest.approx(friedman(wide))
    assert (row["arms"], row["n"]) == (3, 4)


def test_with_many_seeds_p_is_close_to_chi_squareds(make_events):
    generator = np.random.default_rng(3)
    times = {arm: generator.integers(1, 80, 40) for arm in "abcd"}
    expected = stats.friedmanchisquare(*times.values()).pvalue
    assert omnibus(make_events(times)).loc[0, "p"] == pytest.approx(expected, abs=0.02)


def test_unpaired_labels_are_permuted_over_all_runs(make_events):
    generator = np.random.default_rng(4)
    times = {arm: generator.integers(1, 80, n) for arm, n in (("a", 20), ("b", 30), ("c", 25))}
    row = omnibus(make_events(times), paired=False).iloc[0]
    expected = stats.kruskal(*times.values())
    assert row["statistic"] == pytest.approx(expected.statistic)
    assert row["p"] == pytest.approx(expected.pvalue, abs=0.02)
    assert row["n"] == 20


def test_runs_that_never_reach_rank_above_an_event_at_the_budget(make_events):
    late = make_events({"a": [100] * 6, "b": [INF] * 6})
    assert omnibus(late).loc[0, "p"] < 0.05


def test_only_seeds_that_every_arm_has_count(make_events):
    table = make_events({"a": [1, 2, 3], "b": [4, 5], "c": [6, 7, 8]})
    assert omnibus(table).loc[0, "n"] == 2


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("value", [30, INF])
def test_where_everything_ties_p_is_one(make_events, value, paired):
    row = omnibus(make_events({"a": [value] * 5, "b": [value] * 5}), paired).iloc[0]
    assert math.isnan(row["statistic"])
    assert row["p"] == 1


def test_one_arm_or_no_common_seed_gives_an_empty_table(make_events):
    found = check(omnibus(make_events({"a": [1, 2]})), OMNIBUS, "omnibus")
    assert (len(found), list(found)) == (0, list(OMNIBUS))
    apart = make_events({"a": [1], "b": [2]}, seeds={"a": [0], "b": [1]})
    assert len(omnibus(apart)) == 0
    assert len(omnibus(apart, paired=False)) == 1
    assert len(omnibus(apart.iloc[:0])) == 0
