"""The restricted mean: epochs to threshold, counted up to a horizon."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from thresher.statistics.survival import kaplan_meier


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error and limits; NaN where one run leaves them unknown."""

    value: float
    error: float
    lower: float
    upper: float


def restricted_mean(
    times: np.ndarray, confidence: float = 0.95, budget: float | None = None
) -> Estimate:
    """Average min(T, B), fully observed under one budget, with limits between 0 and B.

    Estimand: the restricted mean E min(T, B). Assumption: independent runs, no censoring but at
    B. The limits are Student's on the scale log(m / (B − m)), with the error of the delta method,
    and taken back: they can't leave the possible range, as m ± t s does with few runs, and are
    close to those where they don't come near its ends. One run has no standard error. Where every
    run has the budget, or 0, the spread says nothing of the next one's: no error, no limits.

    Parameters
    ----------
    times : ndarray, shape (n,)
        min(T, B) in epochs.
    confidence : float
    budget : float or None
        B; where None, times are unbounded and the limits m ± t s.

    References
    ----------
    Meeker, Hahn & Escobar (2017), Statistical Intervals, §2.6 and D.4 (transformed limits).
    """
    values = np.asarray(times, float)
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(f"times must be a list of finite numbers, but was {values.tolist()}")
    mean = float(values.mean())
    if len(values) == 1:
        return Estimate(mean, math.nan, math.nan, math.nan)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    half = float(special.stdtrit(len(values) - 1, (1 + confidence) / 2)) * error
    if budget is None:
        return Estimate(mean, error, mean - half, mean + half)
    if values.min() < 0 or values.max() > budget:
        raise ValueError(f"times must be from 0 to {budget}, but are up to {values.max()}")
    if mean in (0.0, budget):
        return Estimate(mean, math.nan, math.nan, math.nan)
    centre, half = math.log(mean / (budget - mean)), half * budget / (mean * (budget - mean))
    lower, upper = (budget * float(special.expit(centre + s * half)) for s in (-1, 1))
    return Estimate(mean, error, lower, upper)


def censored_restricted_mean(
    times: np.ndarray, events: np.ndarray, horizon: float, confidence: float = 0.95
) -> Estimate:
    """Integrate the Kaplan–Meier curve up to a horizon, for data censored at random.

    The curve is taken as flat beyond its last time. Normal limits.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or to censoring.
    events : ndarray of bool, shape (n,)
    horizon : float
        Epochs.
    confidence : float

    References
    ----------
    Klein & Moeschberger (2003), Survival Analysis, §4.5; R's ``survRM2``.
    """
    if not horizon > 0:
        raise ValueError(f"horizon must be positive, but was {horizon}")
    curve = kaplan_meier(times, events)
    inside = curve.time < horizon
    edges = np.concatenate([[0.0], curve.time[inside], [horizon]])
    heights = np.concatenate([[1.0], curve.survival[inside]])
    areas = np.diff(edges) * heights
    beyond = np.cumsum(areas[::-1])[::-1][1:]  # area from each inner time to the horizon
    at_risk, happened = curve.at_risk[inside], curve.events[inside]
    left = at_risk - happened
    terms = np.zeros(len(beyond))
    np.divide(beyond**2 * happened, at_risk * left, out=terms, where=left > 0)
    value, error = float(areas.sum()), math.sqrt(float(terms.sum()))
    half = float(special.ndtri((1 + confidence) / 2)) * error
    return Estimate(value, error, value - half, value + half)


def difference(arm: Estimate, reference: Estimate, confidence: float = 0.95) -> Estimate:
    """Subtract two independent restricted means, arm − reference; normal limits, epochs."""
    value = arm.value - reference.value
    error = math.hypot(arm.error, reference.error)
    half = float(special.ndtri((1 + confidence) / 2)) * error
    return Estimate(value, error, value - half, value + half)


def ratio(arm: Estimate, reference: Estimate, confidence: float = 0.95) -> Estimate:
    """Divide two independent restricted means, arm over reference; limits on the log scale.

    The error is that of the logarithm (delta method).

    Raises
    ------
    ValueError
        If a mean is not positive.
    """
    if not (arm.value > 0 and reference.value > 0):
        raise ValueError(f"means must be positive, but were {arm.value} and {reference.value}")
    value = arm.value / reference.value
    error = math.hypot(arm.error / arm.value, reference.error / reference.value)
    factor = math.exp(float(special.ndtri((1 + confidence) / 2)) * error)
    return Estimate(value, error, value / factor, value * factor)
