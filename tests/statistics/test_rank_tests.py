"""Rank tests against R's survival and coin, scipy and statsmodels."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import survdiff

from thresher.analyses.rank_tests import RANK_TESTS
from thresher.statistics.flips import enumerated
from thresher.statistics.rank_tests import WEIGHTS, rank_tests, scores, unpaired_test

INF = np.inf
SETS = ("aml", "freireich_6mp", "glioma", "lung", "callaert")
observations = st.lists(
    st.tuples(st.integers(1, 8), st.booleans(), st.booleans()), min_size=2, max_size=25
).map(lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True)))


def remission(data):
    """Freireich's pairs as events, seeds being pairs; censoring differs from run to run."""
    table = data("freireich_6mp").sort_values(["group", "pair"])
    return table["time"].to_numpy(), table["status"].to_numpy()


@pytest.mark.parametrize("name", SETS)
def test_unpaired_tests_are_those_of_r_and_statsmodels(data, reference, name):
    table, values = data(name), reference(name)
    arm = table["group"] == table["group"].iloc[0]
    statistic, p = unpaired_test(table["time"], table["status"], arm)
    prefix = "survdiff" if name == "callaert" else "logrank"
    assert statistic == pytest.approx(values[f"{prefix}_chisq"], rel=1e-10)
    assert p == pytest.approx(values[f"{prefix}_p"], rel=1e-9)
    if "gehan_breslow_chisq" in values:
        found = unpaired_test(table["time"], table["status"], arm, "Gehan–Wilcoxon")
        assert found[0] == pytest.approx(values["gehan_breslow_chisq"], rel=1e-10)


@pytest.mark.parametrize("name", ["aml", "freireich_6mp", "glioma", "lung"])
def test_scores_add_up_to_observed_minus_expected_events(data, reference, name):
    table, values = data(name), reference(name)
    found = scores(table["time"], table["status"])
    expected = np.sort(np.subtract(values["logrank_observed"], values["logrank_expected"]))
    sums = [found[table["group"] == group].sum() for group in table["group"].unique()]
    assert np.sort(sums) == pytest.approx(expected, rel=1e-10)


def test_scores_are_those_of_coin_with_the_opposite_sign(data, reference):
    table = data("callaert")
    expected = reference("callaert")["pooled_logrank_scores (coin sign)"]
    assert -scores(table["time"], table["status"]) == pytest.approx(np.array(expected), rel=1e-12)


@pytest.mark.parametrize(
    ("test", "name"),
    [("log-rank", "logrank"), ("Gehan–Wilcoxon", "gehan"), ("Prentice–Wilcoxon", "prentice")],
)
def test_paired_scores_are_those_of_coin_and_their_enumerated_test(data, reference, test, name):
    found, values = scores(*remission(data), test), reference("freireich_6mp")
    differences = found[:21] - found[21:]
    z = differences.sum() / math.sqrt((differences**2).sum())
    assert abs(z) == pytest.approx(values[f"paired_{name}_scores_abs_z"], rel=1e-10)
    sums = np.abs(enumerated(21).sums(differences[:, None]))
    extreme = 2 * np.count_nonzero(sums >= abs(differences.sum()) - 1e-9)
    assert extreme == values[f"paired_{name}_scores_signflip_exact_count"]


@settings(max_examples=60, deadline=None)
@given(observations)
def test_the_log_rank_test_is_that_of_scipy(rows):
    time, event, arm = rows
    statistic, p = unpaired_test(time, event, arm)
    assume(np.isfinite(statistic))
    own, its = (stats.CensoredData.right_censored(time[side], ~event[side]) for side in (arm, ~arm))
    expected = stats.logrank(own, its)
    assert statistic == pytest.approx(expected.statistic**2)
    assert p == pytest.approx(expected.pvalue)


@settings(max_examples=60, deadline=None)
@given(observations)
def test_the_gehan_test_is_that_of_statsmodels(rows):
    time, event, arm = rows
    statistic, p = unpaired_test(time, event, arm, "Gehan–Wilcoxon")
    assume(np.isfinite(statistic))
    expected = survdiff(time, event.astype(int), arm.astype(int), weight_type="gb")
    assert (statistic, p) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(observations, st.sampled_from(list(WEIGHTS)))
def test_scores_sum_to_zero_and_keep_ties_together(rows, test):
    time, event, _ = rows
    found = scores(time, event, test)
    assert found.sum() == pytest.approx(0, abs=1e-9)
    for i, k in itertools.combinations(range(len(time)), 2):
        if (time[i], event[i]) == (time[k], event[k]):
            assert found[i] == found[k]


def test_without_events_nothing_is_compared():
    assert scores([5, 5, 5], [0, 0, 0]).tolist() == [0, 0, 0]
    statistic, p = unpaired_test([5, 5, 5], [0, 0, 0], [1, 0, 0])
    assert (math.isnan(statistic), p) == (True, 1)
    statistic, p = unpaired_test([1, 2], [1, 1], [1, 1])
    assert (math.isnan(statistic), p) == (True, 1)


def test_the_table_has_paired_tests_and_the_unpaired_log_rank(make_events):
    times = {"a": [50, 60, 70, 80, 90, INF, INF, INF], "b": [10, 20, 30, 40, 50, 60, 70, 80]}
    table = make_events(times)
    found = rank_tests(table, [("b", "a")])
    assert set(RANK_TESTS) <= set(found)
    assert found["test"].tolist() == [*WEIGHTS, "log-rank"]
    assert found["design"].tolist() == ["paired"] * 3 + ["unpaired"]
    assert found["p"].tolist()[:3] == [2.0**-7] * 3  # every pair agrees
    assert (found["statistic"][:3] > 0).all()  # the arm is earlier
    alone = rank_tests(table, [("b", "a")], paired=False)
    assert alone["test"].tolist() == list(WEIGHTS)
    assert alone["p"].iloc[0] == found["p"].iloc[3]


def test_the_table_uses_the_common_seeds(make_events):
    times = {"a": [50, 60, 70], "b": [10, 20, 30]}
    table = make_events(times, seeds={"a": [1, 2, 3], "b": [2, 3, 4]})
    assert rank_tests(table, [("b", "a")])["n"].tolist() == [2, 2, 2, 6]


@pytest.mark.parametrize("times", [[INF] * 7, [30] * 7, [100] * 7])
def test_arms_that_agree_in_every_run_have_p_one(make_events, times):
    found = rank_tests(make_events({"a": times, "b": times}), [("b", "a")])
    assert found["p"].tolist() == [1] * 4
    assert found["statistic"].isna().all()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(observations)
def test_the_table_follows_runs_to_their_own_ends_as_scipy_does(make_events, rows):
    """Budget 4; runs without an event end at 4 to 12, with one at 1 to 8."""
    time, event, arm = rows
    time = np.where(event, time, time + 4)
    assume(arm.any() and not arm.all())
    within = np.where(event & (time <= 4), time, INF)
    table = make_events({"b": within[arm], "a": within[~arm]}, 4)
    order = np.argsort(~arm, kind="stable")
    table = table.assign(own_time=time[order], own_event=event[order])
    found = rank_tests(table, [("b", "a")], paired=False).iloc[0]
    assume(np.isfinite(found["statistic"]))
    own, its = (stats.CensoredData.right_censored(time[side], ~event[side]) for side in (arm, ~arm))
    expected = stats.logrank(own, its)
    assert found["statistic"] == pytest.approx(expected.statistic**2)
    assert found["p"] == pytest.approx(expected.pvalue)


def test_the_log_rank_of_runs_that_go_on_by_hand(make_events):
    """Budget 5. a: 6+, 9+; b: 7, 8, both events beyond it.

    At 7 at risk are one of a and two of b, at 8 one of each: b has 2 − (2/3 + 1/2) = 5/6 more
    than expected, with variance 2/9 + 1/4 = 17/36; χ² = 25/17. Within the budget: no event.
    """
    table = make_events({"a": [INF, INF], "b": [INF, INF]}, 5)
    assert rank_tests(table, [("b", "a")], paired=False)["p"].tolist() == [1] * 3
    table = table.assign(own_time=[6, 9, 7, 8], own_event=[False, False, True, True])
    found = rank_tests(table, [("b", "a")], paired=False).iloc[0]
    assert found["statistic"] == pytest.approx(25 / 17)
    assert found["p"] == pytest.approx(stats.chi2.sf(25 / 17, 1))


def test_no_pairs_give_an_empty_table(make_events):
    assert isinstance(rank_tests(make_events({"a": [1]}), []), pd.DataFrame)
    assert len(rank_tests(make_events({"a": [1]}), [])) == 0
