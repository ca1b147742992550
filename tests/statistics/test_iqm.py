"""Interquartile mean curves, against scipy's trimmed mean."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from thresher.analyses.iqm_curves import IQM_CURVES
from thresher.evaluations import evaluations
from thresher.statistics.flips import generator
from thresher.statistics.iqm import RESAMPLES, bootstrapped, iqm_curves
from thresher.tables import check

TIMES = np.arange(0, 40, 10)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 8, 10, 33])
def test_resamples_are_trimmed_as_scipy_does(n):
    values = np.random.default_rng(n).normal(size=(n, 3))
    drawn = np.random.default_rng(0).integers(0, n, (20, n))
    counts = np.array([np.bincount(row, minlength=n) for row in drawn])
    expected = [stats.trim_mean(values[row], 0.25, axis=0) for row in drawn]
    assert bootstrapped(values, counts) == pytest.approx(np.array(expected))


def frame(losses: np.ndarray) -> pd.DataFrame:
    runs = len(losses)
    columns = {
        "study": ["s"] * losses.size,
        "arm": ["a"] * losses.size,
        "variant": ["a"] * losses.size,
        "seed": np.repeat(range(runs), len(TIMES)),
        "epoch": np.tile(TIMES, runs),
        "loss": losses.ravel(),
    }
    return evaluations(pa.table(columns), "epoch", ["loss"], 40, complete=False)


def test_a_curve_is_the_trimmed_mean_with_percentiles_of_resampled_runs():
    losses = np.random.default_rng(1).normal(size=(10, 4))
    table = check(iqm_curves(frame(losses), "loss", 0.9, entropy=7), IQM_CURVES, "iqm_curves")
    assert table["time"].tolist() == TIMES.tolist()
    assert table["iqm"].to_numpy(float) == pytest.approx(stats.trim_mean(losses, 0.25, axis=0))
    counts = generator(7, "iqm curves").multinomial(10, np.full(10, 0.1), RESAMPLES)
    drawn = np.array(
        [stats.trim_mean(np.repeat(losses, row, axis=0), 0.25, axis=0) for row in counts]
    )
    limits = np.quantile(drawn, [0.05, 0.95], axis=0)
    assert np.allclose(table[["lower", "upper"]].to_numpy(float).T, limits)


def test_an_outlier_does_not_move_the_curve_and_a_diverged_run_leaves_it():
    losses = np.tile([4.0, 3.0, 2.0, 1.0], (8, 1))
    losses[0] += 1e6
    losses[1, 2:] = np.nan
    table = iqm_curves(frame(losses), "loss")
    assert table["iqm"].tolist() == [4, 3, 2, 1]
    assert (table["n"].iloc[0], table["runs"].iloc[0]) == (7, 8)


def test_few_runs_have_no_limits():
    table = iqm_curves(frame(np.ones((5, 4))), "loss")
    assert table["lower"].isna().all()
    assert table["iqm"].tolist() == [1] * 4
