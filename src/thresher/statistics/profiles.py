"""Data profiles: how much of all that is to be solved is solved within a share of the budget."""

import numpy as np
import pandas as pd

from thresher.alignment import union_grid
from thresher.statistics.bands import mean_band

PLACES = 500
"""Places along the budget at most."""


def solved(times: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return which part of its thresholds each run has reached by each place of a grid.

    Parameters
    ----------
    times : ndarray, shape (runs, thresholds)
        When a run reached a threshold; infinite where it did not.
    grid : ndarray, shape (places,)

    Returns
    -------
    ndarray, shape (runs, places)
        Between 0 and 1, rising.

    Examples
    --------
    >>> solved(np.array([[1.0, 4.0], [2.0, np.inf]]), np.array([0, 1, 2, 4]))
    array([[0. , 0.5, 0.5, 1. ],
           [0. , 0. , 0.5, 0.5]])
    """
    ordered = np.sort(times, axis=1)
    return np.array([np.searchsorted(run, grid, side="right") for run in ordered]) / times.shape[1]


def data_profile(
    events: pd.DataFrame, budget: float, confidence: float = 0.95, entropy: int = 0
) -> pd.DataFrame:
    """Tabulate every arm's share of (run, threshold) that are reached within a share of a budget.

    The profile is the mean over runs of the part of the thresholds that a run has reached; a
    diverged run counts. Levels of one run belong together, so limits are those of a mean over
    runs, pointwise, and stay within 0 and 1. A level that some run was not followed for up to the
    budget ends the profile there.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``threshold_events``.
    budget : float
        The study's, along the axis.
    confidence : float
    entropy : int

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``data_profile``.

    References
    ----------
    Moré & Wild (2009), SIAM J. Optim. 20:172.
    """
    end = float(events["budget"].min())
    parts = []
    for arm, own in events.groupby("arm", sort=False):
        times = _by_run(own)
        inside = [run[run <= end] for run in times]
        grid = union_grid([np.array([0.0, end]), *inside], PLACES)
        band = mean_band(solved(times, grid), "pointwise", confidence, entropy)
        parts.append(
            pd.DataFrame(
                {
                    "study": own["study"].iloc[0],
                    "arm": arm,
                    "time": grid,
                    "budget_share": grid / budget,
                    "n": len(times),
                    "thresholds": times.shape[1],
                    "solved": band.mean,
                    "lower": np.maximum(band.lower, 0),
                    "upper": np.minimum(band.upper, 1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _by_run(events: pd.DataFrame) -> np.ndarray:
    """Return when each run of an arm reached each threshold, shape (runs, thresholds)."""
    run, seeds = pd.factorize(events["seed"], sort=True)
    column, levels = pd.factorize(events["threshold"], sort=True)
    times = np.full((len(seeds), len(levels)), np.inf)
    reached = events["event"].to_numpy(bool)
    times[run[reached], column[reached]] = events["time"].to_numpy(float)[reached]
    return times
