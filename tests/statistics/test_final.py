"""Final loss and accuracy: scipy's trimmed mean, Mann and Whitney's U, and exact bootstraps."""

import itertools
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.analyses.final import FINAL, IMPROVEMENT
from thresher.evaluations import evaluations
from thresher.metric import engine_metrics
from thresher.statistics.final import (
    ends_of,
    final,
    improvement,
    improvement_probability,
    interquartile_mean,
)

ENGINE = engine_metrics("binary_crossentropy")
METRICS = [ENGINE["eval_loss"], ENGINE["eval_accuracy"]]


def ended(losses, seeds=None) -> pd.DataFrame:
    """Build the ends of runs whose loss is given and whose accuracy is one minus it."""
    parts = [
        pd.DataFrame(
            {
                "study": "s",
                "arm": arm,
                "seed": range(len(values)) if seeds is None else seeds[arm],
                "eval_loss": np.asarray(values, float),
                "eval_accuracy": 1 - np.asarray(values, float),
            }
        )
        for arm, values in losses.items()
    ]
    return pd.concat(parts, ignore_index=True)


def assert_quantile(exact, limit, tail):
    """Check a limit from resamples by the share of the exact distribution below it."""
    assert np.mean(exact < limit - 1e-9) - 0.03 <= tail <= np.mean(exact <= limit + 1e-9) + 0.03


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=30))
def test_the_interquartile_mean_leaves_a_quarter_out_at_each_end(values):
    ordered, cut = np.sort(values), len(values) // 4
    expected = ordered[cut : len(values) - cut].mean()
    assert interquartile_mean(np.array(values, float)) == pytest.approx(expected)


def test_hogarty_and_kromreys_scores_give_vargha_and_delaneys_a(data, reference):
    table, values = data("cliff_hogarty_kromrey"), reference("cliff_hogarty_kromrey")
    arms = [table.loc[table["group"] == g, "value"].to_numpy() for g in ("treatment", "control")]
    found = improvement_probability(*arms, smaller=False)
    assert found == values["vargha_delaney_A"]
    assert found * len(arms[0]) * len(arms[1]) == values["U"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_the_probability_of_improvement_is_u_over_the_number_of_pairs(first, second):
    u = stats.mannwhitneyu(first, second, method="asymptotic").statistic
    share = u / (len(first) * len(second))
    arms = np.array(first), np.array(second)
    assert improvement_probability(*arms, smaller=False) == pytest.approx(share)
    assert improvement_probability(*arms, smaller=True) == pytest.approx(1 - share)


def test_limits_are_percentiles_of_the_bootstrap():
    values = np.array([0.1, 0.2, 0.4, 0.8, 0.9])
    row = final(ended({"a": values}), METRICS, confidence=0.8).iloc[0]
    drawn = [
        stats.trim_mean(values[list(rows)], 0.25) for rows in itertools.product(range(5), repeat=5)
    ]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["iqm"] == pytest.approx((0.2 + 0.4 + 0.8) / 3)
    for limit, tail in ((row["lower"], 0.1), (row["upper"], 0.9)):
        assert_quantile(np.array(drawn), limit, tail)


@pytest.mark.parametrize("paired", [True, False])
def test_bootstrap_limits_of_improvement_resample_seeds(paired):
    arm, reference = np.array([0.1, 0.5, 0.3, 0.9]), np.array([0.2, 0.4, 0.6, 0.8])
    table = ended({"a": reference, "b": arm})
    row = improvement(table, METRICS, [("b", "a")], paired, confidence=0.8).iloc[0]
    better = (arm[:, None] < reference) + 0.5 * (arm[:, None] == reference)
    draws = [list(rows) for rows in itertools.product(range(4), repeat=4)]
    pairs = ((rows, rows) for rows in draws) if paired else itertools.product(draws, draws)
    exact = np.array([better[np.ix_(*rows)].mean() for rows in pairs])
    assert row["probability"] == pytest.approx(better.mean())
    for limit, tail in ((row["lower"], 0.1), (row["upper"], 0.9)):
        assert_quantile(exact, limit, tail)


def test_thousands_of_runs_are_compared_without_a_table_of_all_pairs():
    random, size = np.random.default_rng(0), 6000
    table = ended({name: random.random(size) for name in "ab"})
    improvement(table, METRICS[:1], [("b", "a")])  # resamples are drawn once
    tracemalloc.start()
    improvement(table, METRICS[:1], [("b", "a")])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100e6 < 8 * size**2


def test_the_tables_have_a_row_for_each_arm_or_pair_and_metric():
    table = ended({"a": [0.3, 0.4, 0.5], "b": [0.1, 0.2, 0.6]})
    found = final(table, METRICS, arms=["b", "a"])
    assert set(FINAL) <= set(found)
    assert found["arm"].tolist() == ["b", "b", "a", "a"]
    assert found["mean"].tolist() == pytest.approx([0.3, 0.7, 0.4, 0.6])
    better = improvement(table, METRICS, [("b", "a")])
    assert set(IMPROVEMENT) <= set(better)
    assert better["probability"].tolist() == pytest.approx([6 / 9] * 2)


def test_diverged_runs_stay_out_of_means_and_are_worst_in_comparisons():
    table = ended({"a": [0.3, 0.4], "b": [0.1, np.nan]})
    row = final(table, METRICS, arms=["b"]).iloc[0]
    assert (row["n"], row["mean"]) == (1, 0.1)
    assert np.isnan([row["lower"], row["upper"]]).all()
    assert improvement(table, METRICS, [("b", "a")])["probability"].tolist() == [0.5, 0.5]
    both = ended({"a": [np.nan], "b": [0.1]})
    assert improvement(both, METRICS, [("b", "a")])["probability"].tolist() == [1, 1]


def test_without_a_finite_value_there_is_nothing_to_describe():
    table = ended({"a": [np.nan] * 3, "b": [np.nan] * 3})
    found = final(table, METRICS)
    assert found["n"].tolist() == [0] * 4
    assert found[["mean", "iqm", "lower", "upper"]].isna().all(axis=None)
    assert len(improvement(table, METRICS, [("b", "a")])) == 0


def test_runs_that_all_agree_have_limits_of_width_zero():
    row = final(ended({"a": [0.25] * 5}), METRICS).iloc[0]
    assert (row["iqm"], row["lower"], row["upper"]) == (0.25, 0.25, 0.25)


def test_paired_comparisons_use_the_common_seeds():
    losses = {"a": [0.5, 0.5, 0.5], "b": [0.9, 0.9, 0.1]}
    table = ended(losses, seeds={"a": [2, 3, 4], "b": [0, 1, 2]})
    pair = [("b", "a")]
    assert improvement(table, METRICS, pair).loc[0, "probability"] == 1
    apart = improvement(table, METRICS, pair, paired=False)
    assert apart.loc[0, "probability"] == pytest.approx(1 / 3)


def test_a_run_ends_where_its_metrics_are_at_the_budget_unless_it_diverged():
    table = pa.table(
        {
            "study": ["s"] * 6,
            "arm": ["a"] * 6,
            "variant": ["a"] * 6,
            "seed": [0, 0, 0, 1, 1, 1],
            "epoch": [0, 5, 10] * 2,
            "eval_loss": pa.array([0.7, 0.6, 0.5, 0.7, float("nan"), 0.4]),
            "eval_accuracy": pa.array([0.5, 0.6, 0.8, 0.5, 0.7, 0.9]),
        }
    )
    frame = evaluations(table, "epoch", [metric.name for metric in METRICS], 10, complete=False)
    ends = ends_of(frame, METRICS, 10)
    assert ends[["arm", "seed"]].to_numpy().tolist() == [["a", 0], ["a", 1]]
    assert ends.loc[0, ["eval_loss", "eval_accuracy"]].tolist() == [0.5, 0.8]
    assert ends.loc[1, ["eval_loss", "eval_accuracy"]].isna().all()
    assert ends_of(frame, METRICS, 15)[["eval_loss", "eval_accuracy"]].isna().all(axis=None)
