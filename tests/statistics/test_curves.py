"""Curve tables: who is in the mean, at which epochs, and with which band."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from thresher.analyses.curves import CURVE_DIFFERENCES, CURVES
from thresher.evaluations import evaluations
from thresher.statistics.bands import difference_band, mean_band
from thresher.statistics.curves import curve_differences, curves
from thresher.tables import check

EPOCHS = np.arange(0, 50, 5)
METRICS = ("eval_loss", "eval_accuracy")


def evaluated(*parts, accuracy=True) -> pd.DataFrame:
    """Evaluations of all these traces; the accuracy may not have been recorded."""
    table = pd.concat(parts)
    columns = {name: table[name].to_numpy() for name in table}
    if not accuracy:
        columns["eval_accuracy"] = pa.nulls(len(table), pa.float64())
    return evaluations(pa.table(columns), "epoch", METRICS, 50, complete=False)


def traces(losses, arm="a", seeds=None, epochs=EPOCHS) -> pd.DataFrame:
    """Rows at evaluation epochs only; accuracy is one minus the loss."""
    losses = np.asarray(losses, float)
    runs = len(losses)
    table = pd.DataFrame({"study": "s", "arm": arm, "variant": arm}, index=range(losses.size))
    table["seed"] = np.repeat(range(runs) if seeds is None else seeds, len(epochs))
    return table.assign(
        epoch=np.tile(epochs, runs),
        eval_loss=losses.ravel(),
        eval_accuracy=1 - losses.ravel(),
    )


def random_losses(n, seed=0, epochs=EPOCHS):
    return np.random.default_rng(seed).uniform(0.1, 0.9, (n, len(epochs)))


def part(table, **values):
    for column, value in values.items():
        table = table[table[column] == value]
    return table.reset_index(drop=True)


@pytest.mark.parametrize("kind", ["simultaneous", "pointwise"])
def test_each_arm_and_metric_has_its_mean_and_band(kind):
    losses = {"a": random_losses(8, 0), "b": random_losses(9, 1)}
    frame = evaluated(*(traces(values, arm) for arm, values in losses.items()))
    table = curves(frame, METRICS, band=kind, arms=["b", "a"])
    assert set(CURVES) <= set(table)
    assert table["arm"].unique().tolist() == ["b", "a"]
    for arm, values in losses.items():
        rows, band = part(table, arm=arm, metric="eval_loss"), mean_band(values, kind)
        assert rows["time"].tolist() == EPOCHS.tolist()
        assert rows["lower"].to_numpy() == pytest.approx(band.lower)
        assert (rows["band"][0], rows["n"][0]) == (kind, len(values))
        accuracy = part(table, arm=arm, metric="eval_accuracy")
        assert accuracy["upper"].to_numpy() == pytest.approx(1 - band.lower)


def test_runs_that_diverge_stay_out_and_n_says_so():
    losses = random_losses(9)
    losses[2, 4:] = np.nan
    losses[5, 9] = np.inf
    rows = part(curves(evaluated(traces(losses)), METRICS), metric="eval_loss")
    finite = np.delete(losses, [2, 5], axis=0)
    assert rows["mean"].to_numpy() == pytest.approx(finite.mean(axis=0))
    assert rows["n"].unique().tolist() == [7]
    assert rows["runs"].unique().tolist() == [9]


def test_an_arm_of_which_every_run_diverges_has_no_rows():
    losses = np.full((7, len(EPOCHS)), np.nan)
    losses[:, 0] = 0.7
    both = evaluated(traces(losses, "gone"), traces(random_losses(7), "there"))
    assert curves(both, METRICS)["arm"].unique().tolist() == ["there"]
    assert len(curve_differences(both, METRICS, [("gone", "there")])) == 0


def test_a_metric_that_was_not_recorded_has_no_rows():
    frame = evaluated(traces(random_losses(7)), accuracy=False)
    assert curves(frame, METRICS)["metric"].unique().tolist() == ["eval_loss"]


def test_fewer_than_six_runs_have_a_mean_without_a_band():
    rows = curves(evaluated(traces(random_losses(5))), METRICS)
    assert rows["band"].unique().tolist() == ["none"]
    assert rows[["lower", "upper", "critical"]].isna().all(axis=None)
    assert rows["mean"].notna().all()


def test_a_paired_difference_is_over_the_seeds_that_both_have():
    arm, reference = random_losses(9, 0), random_losses(8, 1)
    frame = evaluated(traces(arm, "a"), traces(reference, "b", seeds=range(2, 10)))
    found = curve_differences(frame, METRICS, [("a", "b")])
    assert set(CURVE_DIFFERENCES) <= set(found)
    rows, band = part(found, metric="eval_loss"), mean_band(arm[2:] - reference[:7])
    assert rows["mean"].to_numpy() == pytest.approx(band.mean)
    assert rows["upper"].to_numpy() == pytest.approx(band.upper)
    assert (rows["n"][0], rows["reference"][0]) == (7, "b")


def test_an_unpaired_difference_is_over_all_runs():
    arm, reference = random_losses(9, 0), random_losses(8, 1)
    frame = evaluated(traces(arm, "a"), traces(reference, "b", seeds=range(100, 108)))
    found = curve_differences(frame, METRICS, [("a", "b")], paired=False)
    rows = part(found, metric="eval_loss")
    band = difference_band(arm, reference, seeds=(range(9), range(100, 108)))
    assert rows["lower"].to_numpy() == pytest.approx(band.lower)
    # Nine and eight runs: none is left out.
    assert rows[["n", "runs"]].iloc[0].tolist() == [8, 8]
    assert len(curve_differences(frame, METRICS, [("a", "b")], paired=True)) == 0
    arm[3, 4:] = np.nan
    gone = evaluated(traces(arm, "a"), traces(reference, "b", seeds=range(100, 108)))
    rows = part(curve_differences(gone, METRICS, [("a", "b")], paired=False), metric="eval_loss")
    assert rows[["n", "runs"]].iloc[0].tolist() == [8, 9]


def test_a_difference_is_on_the_union_of_both_grids_and_never_beyond_an_end():
    first, second = np.array([0, 10, 20, 30]), np.array([5, 15, 25, 45])
    a, b = random_losses(6, 0, first), random_losses(6, 1, second)
    frame = evaluated(traces(a, "a", epochs=first), traces(b, "b", epochs=second))
    table = part(curve_differences(frame, METRICS, [("a", "b")]), metric="eval_loss")
    assert table["time"].tolist() == [5, 10, 15, 20, 25, 30]
    expected = [
        np.mean([np.interp(time, first, run) for run in a])
        - np.mean([np.interp(time, second, run) for run in b])
        for time in table["time"]
    ]
    assert table["mean"].to_numpy() == pytest.approx(expected)
    assert table["n"].tolist() == [6] * 6


def test_arms_whose_runs_never_overlap_have_no_difference():
    first, second = np.array([0, 5, 10]), np.array([15, 20, 25])
    a, b = random_losses(6, 0, first), random_losses(6, 1, second)
    frame = evaluated(traces(a, "a", epochs=first), traces(b, "b", epochs=second))
    assert curve_differences(frame, METRICS, [("a", "b")]).empty


def test_a_mean_keeps_its_members_from_the_last_first_to_the_first_last_evaluation():
    own = {0: [0, 10, 20, 30, 40], 1: [0, 5, 15, 25], 2: [5, 20, 45]}
    runs = {seed: random_losses(1, seed, np.array(at))[0] for seed, at in own.items()}
    parts = [traces([runs[seed]], seeds=[seed], epochs=np.array(own[seed])) for seed in own]
    table = part(curves(evaluated(*parts), METRICS), metric="eval_loss")
    assert table["time"].tolist() == [5, 10, 15, 20, 25]
    assert table["n"].tolist() == [3] * 5
    expected = [np.mean([np.interp(t, own[k], runs[k]) for k in own]) for t in table["time"]]
    assert table["mean"].to_numpy() == pytest.approx(expected)


def test_runs_with_times_of_their_own_have_a_curve_of_two_thousand_places_at_most():
    times = [np.sort(np.random.default_rng(k).uniform(0, 50, 900)) for k in range(6)]
    parts = [traces([np.cos(at)], seeds=[k], epochs=at) for k, at in enumerate(times)]
    table = part(curves(evaluated(*parts), METRICS), metric="eval_loss")
    assert len(table) == 2000
    assert table["mean"].to_numpy() == pytest.approx(np.cos(table["time"]), abs=0.02)


def test_a_run_that_diverged_in_one_arm_leaves_the_pair_out():
    arm, reference = random_losses(8, 0), random_losses(8, 1)
    broken = reference.copy()
    broken[3, 5:] = np.nan
    frame = evaluated(traces(arm, "a"), traces(broken, "b"))
    rows = part(curve_differences(frame, METRICS, [("a", "b")]), metric="eval_loss")
    expected = np.delete(arm - reference, 3, axis=0).mean(axis=0)
    assert rows["mean"].to_numpy() == pytest.approx(expected)


def test_no_pairs_give_an_empty_table_and_unknown_arms_an_error():
    frame = evaluated(traces(random_losses(7)))
    found = check(curve_differences(frame, METRICS, []), CURVE_DIFFERENCES, "curve_differences")
    assert (len(found), list(found)) == (0, list(CURVE_DIFFERENCES))
    with pytest.raises(ValueError, match="column arm: z has no evaluations; there are a"):
        curves(frame, METRICS, arms=["z"])
