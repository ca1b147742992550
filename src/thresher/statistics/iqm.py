"""Interquartile mean curves, with bootstrap limits over runs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.matrices import Evaluations, by_arm
from thresher.statistics.curves import whole_runs
from thresher.statistics.flips import resamples
from thresher.statistics.limits import FEWEST_FOR_BAND

RESAMPLES = 1_999


def bootstrapped(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return interquartile means of resamples; a quarter of the runs is cut from each end.

    Parameters
    ----------
    values : ndarray, shape (runs, times)
    counts : ndarray of int, shape (resamples, runs)
        How often each run is in a resample; rows add up to the number of runs.

    Returns
    -------
    ndarray, shape (resamples, times)
        ``scipy.stats.trim_mean(resample, 0.25)``.

    Examples
    --------
    >>> bootstrapped(np.array([[1.0], [2.0], [6.0], [9.0]]), np.array([[1, 1, 1, 1], [0, 3, 0, 1]]))
    array([[4.],
           [2.]])
    """
    n = len(values)
    cut = n // 4
    found = np.empty((len(counts), values.shape[1]))
    for column, own in enumerate(values.T):
        order = np.argsort(own)
        ends = np.cumsum(counts[:, order], axis=1)
        inside = np.clip(ends, cut, n - cut)
        kept = np.diff(inside, axis=1, prepend=cut)
        found[:, column] = kept @ own[order] / (n - 2 * cut)
    return found


def iqm_curves(
    evaluations: Evaluations,
    metric: str,
    confidence: float = 0.95,
    entropy: int = 0,
    arms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Tabulate the interquartile mean of every arm's runs along the axis.

    As `curves`, of the runs that stay finite and where all of them were followed. Limits are
    percentiles of a bootstrap over runs, pointwise; fewer than 6 runs have none.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
        As `matrices.by_arm` takes them.
    metric : str
    confidence : float
    entropy : int
    arms : sequence of str or None
        Their order; that of the evaluations where None.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``iqm_curves``.

    References
    ----------
    Agarwal et al. (2021), rliable, arXiv 2108.13264.
    """
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    parts = []
    for arm in by_arm(evaluations, [metric], arms):
        seeds, times, values = whole_runs(arm, metric)
        n = len(seeds)
        if not n:
            continue
        lower = upper = np.full(len(times), np.nan)
        if n >= FEWEST_FOR_BAND:
            (drawn,) = resamples(entropy, "iqm curves", RESAMPLES, n)
            lower, upper = np.quantile(bootstrapped(values, drawn), tails, axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "study": arm.keys["study"],
                    "arm": arm.keys["arm"],
                    "metric": metric,
                    "time": times,
                    "n": n,
                    "runs": len(arm.seeds),
                    "iqm": bootstrapped(values, np.ones((1, n), int))[0],
                    "lower": lower,
                    "upper": upper,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
