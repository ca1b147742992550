"""Expected running time: epochs spent for each success, descriptive."""

import math

import numpy as np

from thresher.statistics.flips import resamples
from thresher.statistics.rmst import Estimate
from thresher.statistics.survival import checked_times

RESAMPLES = 4_999


def expected_running_time(times: np.ndarray, events: np.ndarray) -> float:
    """Return all epochs spent over the number of successes; infinite without a success.

    Estimand: the mean epochs until a success if failed runs are restarted.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or the budget.
    events : ndarray of bool, shape (n,)

    References
    ----------
    Hansen et al. (2021), COCO, Optim. Methods Softw. 36:114.
    """
    time, event = checked_times(times, events)
    return float(time.sum() / event.sum()) if event.any() else math.inf


def ert(
    times: np.ndarray, events: np.ndarray, confidence: float = 0.95, entropy: int = 0
) -> Estimate:
    """Estimate the expected running time with percentile bootstrap limits over seeds.

    Descriptive: the limits under-cover at few seeds. A resample without a success counts as
    infinite. One run has no limits (NaN).

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or the budget.
    events : ndarray of bool, shape (n,)
    confidence : float
    entropy : int
        The study's; arms of equal size share their resamples.

    Returns
    -------
    Estimate
        Its error is the bootstrap standard deviation; NaN where a resample is infinite.
    """
    value = expected_running_time(times, events)
    time, event = checked_times(times, events)
    n = len(time)
    if n == 1:
        return Estimate(value, math.nan, math.nan, math.nan)
    (counts,) = resamples(entropy, "ert", RESAMPLES, n)
    spent, successes = counts @ time, counts @ event.astype(float)
    drawn = np.full(RESAMPLES, np.inf)
    np.divide(spent, successes, out=drawn, where=successes > 0)
    error = float(drawn.std(ddof=1)) if np.isfinite(drawn).all() else math.nan
    tail = (1 - confidence) / 2
    lower = float(np.quantile(drawn, tail, method="lower"))
    return Estimate(value, error, lower, float(np.quantile(drawn, 1 - tail, method="higher")))
