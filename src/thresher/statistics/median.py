"""The median of epochs to threshold, and its interval."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from thresher.statistics.survival import Transform, intervals, kaplan_meier


@dataclass(frozen=True)
class Median:
    """A median and its limits in epochs.

    Attributes
    ----------
    estimate : float
        Infinite unless more than half of the runs reached the threshold.
    lower : float
        −∞ where no order statistic is low enough.
    upper : float
        Infinite where the order statistic is censored, or there is none.
    """

    estimate: float
    lower: float
    upper: float


def order_statistic_median(times: np.ndarray, confidence: float = 0.95) -> Median:
    """Estimate the median from times that are fully observed, or censored at one common budget.

    The limits are the k-th smallest and k-th largest time, k the largest number with
    P(Bin(n, ½) < k) ≤ α/2: coverage is at least `confidence`, whatever the distribution. No
    such k exists for n < 6 at 95 %, where the interval is the whole line. The estimate of an even
    number of runs is the middle of the two central times.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs; infinite where the threshold is not reached.
    confidence : float

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, §3.2; ``scipy.stats.quantile_test``.
    """
    ordered = np.sort(np.asarray(times, float))
    if not len(ordered) or np.isnan(ordered).any():
        raise ValueError(f"times must be a list of numbers, but was {ordered.tolist()}")
    n = len(ordered)
    alpha = (1 - confidence) / 2 * (1 + 1e-12)
    rank = int((special.bdtr(np.arange(n), n, 0.5) <= alpha).sum())
    centre = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    if rank == 0:
        return Median(float(centre), -np.inf, np.inf)
    return Median(float(centre), float(ordered[rank - 1]), float(ordered[n - rank]))


def brookmeyer_crowley(
    times: np.ndarray,
    events: np.ndarray,
    confidence: float = 0.95,
    transform: Transform = "log-log",
) -> Median:
    """Estimate the median from times censored at random, by where curve and limits cross ½.

    Follows R's ``survfit``: where the curve is exactly ½ on a flat stretch, the estimate is the
    middle of the stretch; a limit that never falls to ½ is infinite, and so is an upper limit that
    becomes undefined before it does, because the curve drops to 0.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or to censoring.
    events : ndarray of bool, shape (n,)
    confidence : float
    transform : {"plain", "log", "log-log"}

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38:29.
    """
    curve = kaplan_meier(times, events)
    lower, upper = intervals(curve, confidence, transform)
    return Median(
        _crossing(curve.time, curve.survival),
        _crossing(curve.time, lower),
        _crossing(curve.time, upper),
    )


def _crossing(time: np.ndarray, curve: np.ndarray) -> float:
    """Return the first time at which a falling step curve is at or below ½."""
    below = np.flatnonzero(curve <= 0.5 + 1e-12)
    if not len(below):
        return np.inf
    first = below[0]
    if abs(curve[first] - 0.5) > 1e-12:
        return float(time[first])
    drops = np.flatnonzero(curve < 0.5 - 1e-12)
    return float((time[first] + time[drops[0]]) / 2) if len(drops) else np.inf
