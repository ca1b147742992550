"""Kaplan–Meier curves, their intervals, and the share of runs that reached the threshold."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from thresher.statistics.checking import check_events, followed_on

Transform = Literal["plain", "log", "log-log"]


@dataclass(frozen=True)
class KaplanMeier:
    """A Kaplan–Meier estimate at each distinct time; every array has shape (times,).

    Attributes
    ----------
    time : ndarray
        Epochs, ascending; times with censoring only are listed, too.
    at_risk, events, censored : ndarray of int
        Runs just before and at that time.
    survival : ndarray
        Estimate of P(T > time).
    error : ndarray
        Greenwood's standard error; NaN where the survival is 0.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    error: np.ndarray


def checked_times(times: np.ndarray, events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return times as floats and events as booleans, or say what is wrong with them."""
    time, event = np.asarray(times, float), np.asarray(events)
    if time.ndim != 1 or time.shape != event.shape or not len(time):
        raise ValueError(f"times {time.shape} and events {event.shape} must be equal lists")
    if not np.isin(event, [0, 1]).all():
        swapped = " (swapped with times?)" if np.isin(time, [0, 1]).all() else ""
        raise ValueError(f"events must be true or false{swapped}, but has {event.max()}")
    if not (np.isfinite(time) & (time >= 0)).all():
        wrong = time[~(np.isfinite(time) & (time >= 0))][0]
        raise ValueError(f"times must be finite and not negative, but has {wrong}")
    return time, event.astype(bool)


def kaplan_meier(times: np.ndarray, events: np.ndarray) -> KaplanMeier:
    """Estimate P(T > t) from times that may be censored at random.

    A run censored at the time of an event counts as still at risk there.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or to censoring.
    events : ndarray of bool, shape (n,)

    References
    ----------
    Kaplan & Meier (1958); R's ``survival::survfit``.
    """
    time, event = checked_times(times, events)
    distinct, place = np.unique(time, return_inverse=True)
    happened = np.bincount(place, weights=event, minlength=len(distinct)).astype(int)
    all_here = np.bincount(place, minlength=len(distinct))
    at_risk = len(time) - np.concatenate([[0], np.cumsum(all_here)[:-1]])
    survival = np.cumprod(1 - happened / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = survival * np.sqrt(np.cumsum(happened / (at_risk * (at_risk - happened))))
    error[survival == 0] = np.nan
    return KaplanMeier(distinct, at_risk, happened, all_here - happened, survival, error)


def intervals(
    curve: KaplanMeier, confidence: float = 0.95, transform: Transform = "log-log"
) -> tuple[np.ndarray, np.ndarray]:
    """Return pointwise Greenwood limits of a Kaplan–Meier curve, for data censored at random.

    As in R, limits stay inside [0, 1] and are undefined (NaN) once the curve is 0; before the
    first event both are 1.

    Parameters
    ----------
    curve : KaplanMeier
    confidence : float
    transform : {"plain", "log", "log-log"}
        The scale on which the limits are symmetric.
    """
    z = special.ndtri((1 + confidence) / 2)
    survival, error = curve.survival, curve.error
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = error / survival
        if transform == "plain":
            lower, upper = survival - z * error, survival + z * error
        elif transform == "log":
            lower, upper = survival * np.exp(-z * relative), survival * np.exp(z * relative)
        elif transform == "log-log":
            width = z * relative / np.abs(np.log(survival))
            lower, upper = survival ** np.exp(width), survival ** np.exp(-width)
        else:
            raise ValueError(f"transform must be plain, log or log-log, but was {transform}")
    whole = survival == 1
    lower, upper = np.where(whole, 1.0, lower), np.where(whole, 1.0, upper)
    return np.maximum(lower, 0.0), np.minimum(upper, 1.0)


def wilson(
    successes: np.ndarray, n: int | np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's limits of a probability, for counts out of n independent runs.

    Parameters
    ----------
    successes : ndarray of int, or of float with an effective `n`
    n : int, or ndarray of float as `effective` gives it
    confidence : float

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22:209; the vectorised twin of
    ``scipy.stats.binomtest(k, n).proportion_ci(method="wilson")``.
    """
    if np.min(n) < 1:
        raise ValueError(f"n must be at least 1, but was {np.min(n)}")
    z = special.ndtri((1 + confidence) / 2)
    share = np.asarray(successes) / n
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    lower, upper = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    return np.where(share == 0, 0.0, lower), np.where(share == 1, 1.0, upper)


def effective(curve: KaplanMeier) -> np.ndarray:
    """Return of how many uncensored runs the curve has the variance, at each of its times.

    That is S (1 − S) / Greenwood's variance: all runs until the first is censored, fewer from
    then on. Where the curve is still 1 it is the number at risk; where it is 0, the limit of that
    formula.

    Parameters
    ----------
    curve : KaplanMeier

    Returns
    -------
    ndarray, shape (times,)

    References
    ----------
    Rothman (1978), J. Chronic Dis. 31:557, Wilson's limits with that number.

    Examples
    --------
    >>> effective(kaplan_meier(np.array([1, 2, 3, 4]), np.array([True, False, True, False])))
    array([4.        , 4.        , 2.85714286, 2.85714286])
    """
    before = np.concatenate([[1.0], curve.survival[:-1]])
    found, spread = np.empty(len(curve.time)), 0.0
    for k, (events, at_risk) in enumerate(zip(curve.events, curve.at_risk, strict=True)):
        # Survival times Greenwood's sum, which has no 0 / 0 where the survival gets to 0.
        spread = (1 - events / at_risk) * spread + before[k] * events / at_risk**2
        found[k] = (1 - curve.survival[k]) / spread if spread > 0 else at_risk
    return found


def survival(events: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Tabulate the survival curve of every arm, from 0 to the end of its longest run.

    Where all runs end at the budget the Kaplan–Meier curve is one minus the share of runs that
    reached the threshold, so its limits are Wilson's. Where runs are followed beyond it, each to
    its own end, they are Wilson's with the effective number of runs (Rothman's).

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``.
    confidence : float
        Of the pointwise limits.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``survival``; a row at 0, at each event, at the budget, and where a
        run is censored.
    """
    arms = followed_on(check_events(events)).groupby(["study", "arm"], sort=False)
    parts = [_arm_curve(rows, confidence) for _, rows in arms]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _arm_curve(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    curve = kaplan_meier(rows["time"].to_numpy(), rows["event"].to_numpy())
    times = np.union1d([0, rows["budget"].iloc[0]], curve.time)
    place = np.searchsorted(times, curve.time)
    happened, censored = np.zeros((2, len(times)), int)
    happened[place], censored[place] = curve.events, curve.censored
    gone = np.cumsum(happened + censored)
    at_risk, left = len(rows) - gone + happened + censored, len(rows) - np.cumsum(happened)
    share = 1 - np.cumsum(happened) / len(rows)
    lower, upper = wilson(left, len(rows), confidence)
    if curve.censored[:-1].any():
        last = np.searchsorted(curve.time, times, side="right")
        share = np.concatenate([[1.0], curve.survival])[last]
        n = np.concatenate([[len(rows)], effective(curve)])[last]
        n = np.where(share == 1, at_risk, n)
        lower, upper = wilson(share * n, n, confidence)
    return pd.DataFrame(
        {
            "study": rows["study"].iloc[0],
            "arm": rows["arm"].iloc[0],
            "time": times,
            "at_risk": at_risk,
            "events": happened,
            "censored": censored,
            "survival": share,
            "lower": lower,
            "upper": upper,
        }
    )
