"""Traces to events, edge by edge."""

import doctest

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from thresher import events as module
from thresher.events import (
    TRAILING_WINDOW,
    arm_traces,
    events,
    events_of_files,
    first_sustained_crossing,
)

EVERY = 5


def traces(losses, arm="a", every=EVERY, seeds=None, **factors) -> pd.DataFrame:
    """Rows at every epoch; the loss is evaluated at every `every`-th and NaN between."""
    losses = np.asarray(losses, float)
    runs, evaluations = losses.shape
    epochs = np.arange((evaluations - 1) * every + 1)
    held_out = np.full((runs, len(epochs)), np.nan)
    held_out[:, ::every] = losses
    diverged = np.maximum.accumulate(~np.isfinite(np.repeat(losses, every, axis=1)), axis=1)
    diverged = diverged[:, : len(epochs)]
    loss = np.where(diverged, np.nan, 0.5)
    loss[:, 0] = np.nan
    return pd.DataFrame(
        {
            "study": "s",
            "arm": arm,
            "variant": arm,
            "merge_mode": "none",
            "seed": np.repeat(np.arange(runs) if seeds is None else seeds, len(epochs)),
            "epoch": np.tile(epochs, runs),
            "loss": loss.ravel(),
            "accuracy": loss.ravel(),
            "eval_loss": held_out.ravel(),
            "eval_accuracy": 1 - held_out.ravel(),
            **factors,
        }
    )


def one(losses, threshold=0.4, sustain=3) -> pd.Series:
    table = traces([losses])
    return events(table, threshold, EVERY * (len(losses) - 1), sustain).iloc[0]


def slow_crossing(losses, epochs, threshold, sustain):
    for first in range(len(epochs) - sustain + 1):
        if all(losses[first + k] <= threshold for k in range(sustain)):
            return float(epochs[first])
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
    epochs = np.arange(losses.shape[1]) * 7
    expected = [slow_crossing(row, epochs, 0.4, sustain) for row in losses]
    assert first_sustained_crossing(losses, epochs, 0.4, sustain).tolist() == expected


def test_the_example_in_the_manual_holds():
    assert doctest.testmod(module).attempted > 0
    assert doctest.testmod(module).failed == 0


def test_a_single_crossing_that_relapses_is_no_event():
    row = one([0.9, 0.3, 0.5, 0.3, 0.2, 0.1])
    assert (row["epochs_to_threshold"], row["time"], row["outcome"]) == (15, 15, "reached")


def test_a_loss_equal_to_the_threshold_has_reached_it():
    assert one([0.9, 0.4, 0.4, 0.4])["time"] == 5


def test_a_crossing_too_late_to_be_confirmed_is_censored_at_the_budget():
    row = one([0.9, 0.9, 0.9, 0.1, 0.1])
    assert (row["time"], row["event"], row["outcome"]) == (20, False, "censored")
    assert pd.isna(row["epochs_to_threshold"])
    assert one([0.9, 0.9, 0.1, 0.1, 0.1])["time"] == 10


def test_an_event_exactly_at_the_budget_occurs_with_sustain_one():
    row = one([0.9, 0.9, 0.1], sustain=1)
    assert (row["time"], row["budget"], row["event"]) == (10, 10, True)


def test_a_run_at_the_threshold_from_the_start_takes_zero_epochs():
    assert one([0.1, 0.1, 0.1])["time"] == 0


def test_a_diverged_run_is_kept_with_the_budget_as_its_time():
    for bad in (np.nan, np.inf):
        table = traces([[0.9, 0.3, bad, bad, bad], [0.9, 0.3, 0.3, 0.3, 0.3]])
        row, other = (events(table, 0.4, 20).iloc[k] for k in range(2))
        assert (row["time"], row["event"], row["outcome"]) == (20, False, "diverged")
        assert row["diverged_at"] == 10
        assert pd.isna(row["final_loss"])
        assert (other["outcome"], other["final_loss"]) == ("reached", 0.3)


def test_divergence_is_dated_by_the_training_loss_between_evaluations():
    table = traces([[0.9, 0.9, np.nan, np.nan], [0.9] * 4])
    table.loc[(table["seed"] == 0) & (table["epoch"] >= 7), "loss"] = np.nan
    assert events(table, 0.4, 15)["diverged_at"].tolist() == [7, pd.NA]


def test_a_run_that_reached_and_diverged_later_stays_reached_and_is_flagged():
    row = one([0.9, 0.3, 0.3, 0.3, 0.3, np.nan])
    assert (row["outcome"], row["time"], row["diverged_at"]) == ("reached", 5, 25)


def test_a_diverged_run_does_not_come_back():
    row = one([0.9, np.inf, 0.3, 0.3, 0.3, 0.3])
    assert (row["outcome"], row["diverged_at"]) == ("diverged", 5)


def test_an_arm_that_diverges_at_once_in_every_run_is_diverged():
    table = events(traces([[0.9, np.nan, np.nan]] * 2), 0.4, 10)
    assert table["outcome"].tolist() == ["diverged"] * 2

    assert table["diverged_at"].tolist() == [5, 5]
    lost = traces([[0.9, np.nan, np.nan]] * 2).assign(loss=np.nan)
    assert events(lost, 0.4, 10)["diverged_at"].tolist() == [1, 1]


def test_nulls_between_evaluations_are_not_divergence():
    frame = traces([[0.9, 0.3, 0.3, 0.3]])
    columns = {name: pa.array(frame[name]) for name in frame}
    for name in ("loss", "accuracy", "eval_loss", "eval_accuracy"):
        values = frame[name].to_numpy()
        columns[name] = pa.array(np.nan_to_num(values), mask=np.isnan(values))
    row = events(pa.table(columns).to_pandas(), 0.4, 15).iloc[0]
    assert (row["outcome"], row["time"]) == ("reached", 5)
    assert pd.isna(row["diverged_at"])


def test_the_order_of_rows_does_not_matter():
    table = pd.concat([traces([[0.9, 0.3, 0.2, 0.1], [0.9, 0.9, 0.1, 0.1]], a) for a in "ab"])
    shuffled = table.sample(frac=1, random_state=1)
    shuffled = pd.concat([shuffled[shuffled["arm"] == a] for a in "ab"])
    pd.testing.assert_frame_equal(events(table, 0.4, 15), events(shuffled, 0.4, 15))


def test_factors_are_carried_through_and_may_be_missing():
    first, second = traces([[0.9] * 4], "a", units=10), traces([[0.9] * 4], "b")
    table = events(pd.concat([first, second], ignore_index=True), 0.4, 15)
    assert table["units"].tolist()[0] == 10
    assert pd.isna(table["units"].tolist()[1])


def test_arms_evaluated_at_different_epochs_are_each_taken_on_their_own_grid():
    table = pd.concat(
        [traces([[0.9, 0.3, 0.3, 0.3]], "a", 10), traces([[0.9] + [0.3] * 6], "b", 5)]
    )
    assert events(table, 0.4, 30)["time"].tolist() == [10, 5]


def test_runs_that_all_cross_together_have_one_time():
    assert events(traces([[0.9, 0.3, 0.3, 0.3]] * 4), 0.4, 15)["time"].unique().tolist() == [5]


def test_a_training_loss_alone_is_smoothed_by_a_trailing_mean():
    epochs = np.arange(301)
    loss = np.where(epochs <= 100, 1.0, 0.0)
    table = pd.DataFrame(
        {"study": "s", "arm": "a", "variant": "a", "merge_mode": "none", "seed": 0}
        | {"epoch": epochs, "loss": np.where(epochs == 0, np.nan, loss), "accuracy": np.nan}
        | {"eval_loss": np.nan, "eval_accuracy": np.nan}
    )
    # the mean of 50 is at most 0.4 once 30 of them are 0
    assert events(table, 0.4, 300)["time"].tolist() == [130]
    arm = next(arm_traces(table))
    assert arm.epochs[0] == TRAILING_WINDOW
    assert arm.loss[0, 0] == 1.0


def test_files_read_folder_by_folder_give_the_events_of_all_traces(tmp_path):
    blocks = {
        "a/1": traces([[0.9, 0.3, 0.3, 0.3], [0.9] * 4], "a", units=10),
        "a/2": traces([[0.3] * 4], "a", seeds=[2], units=10),
        "b/1": traces([[0.9, np.nan, np.nan, np.nan]], "b"),
    }
    for name, block in blocks.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pandas(block, preserve_index=False), tmp_path / name)
    found = events_of_files([tmp_path / name for name in blocks], 0.4, 15)
    expected = events(pd.concat(blocks.values(), ignore_index=True), 0.4, 15)
    pd.testing.assert_frame_equal(found, expected)
    assert found["outcome"].tolist() == ["reached", "censored", "reached", "diverged"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t.iloc[[3]]]), r"column seed 0, epoch 3: two rows"),
        (lambda t: t.assign(epoch=t["epoch"] - 1), "column epoch: .* but was -1"),
        (lambda t: t.assign(seed=-2), "column seed: .* but was -2"),
        (lambda t: t.assign(epoch=t["epoch"] * 2), "column epoch: 30 is after the budget of 15"),
        (lambda t: t[t["epoch"] <= 10], "column epoch ends at 10, but the budget is 15"),
        (lambda t: t[(t["epoch"] != 5) | (t["seed"] != 1)], "seed 1: column epoch lacks 5"),
        (lambda t: t.drop(columns="eval_loss"), "column eval_loss is missing"),
        (lambda t: t.assign(units=t["seed"]), "column units: one arm has both 0 and 1"),
        (lambda t: t.iloc[:0], "the traces have no rows"),
    ],
)
def test_wrong_traces_are_refused_with_column_and_value(change, message):
    table = traces([[0.9, 0.3, 0.3, 0.3]] * 2)
    with pytest.raises(ValueError, match=message):
        events(change(table), 0.4, 15)


def test_sustain_below_one_is_refused():
    with pytest.raises(ValueError, match="sustain must be at least 1, but was 0"):
        one([0.9, 0.1], sustain=0)
