"""Limits of axes, from what was drawn and what the metric can be; never of width zero."""

import numpy as np
import pandas as pd

from thresher.metric import Metric

Limits = tuple[float, float]


def metric_limits(curves: pd.DataFrame, levels: list[float], metric: Metric) -> Limits:
    """Return limits that show mean curves and levels; a diverging mean does not set them.

    Beyond its start, a mean may go on in the wrong direction for as far again as the best mean
    is in the right one. A bound of the metric is shown where it is nearer than the values' range.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns ``time`` and ``mean``.
    levels : list of float
    metric : Metric
    """
    sign = metric.sign
    mean = sign * curves["mean"].to_numpy(float)
    finite = mean[np.isfinite(mean)]
    first = mean[(curves["time"] == curves["time"].min()).to_numpy()]
    signed = [sign * level for level in levels]
    start = max([*first[np.isfinite(first)], *signed], default=0.0)
    best = min([*finite, *signed], default=start)
    reach = max(start - best, 1e-9 * abs(start))
    worst = min(max([*finite, start]), start + reach)
    return within(metric, *sorted((sign * best, sign * worst)))


def within(metric: Metric, low: float, high: float, room: float = 0.06) -> Limits:
    """Widen a range a little, as far as the metric can go."""
    low, high = _apart(low, high)
    size = high - low
    below, above = low - room * size, high + room * size
    if metric.minimum is not None:
        # A bound is a little inside, so that a line that lies on it is seen whole.
        below = metric.minimum if low - metric.minimum <= size else max(below, metric.minimum)
    if metric.maximum is not None and metric.maximum - high <= 0.5 * size:
        above = metric.maximum + 0.02 * size
    return _apart(below, above)


def log_limits(curves: pd.DataFrame, levels: list[float], metric: Metric) -> Limits:
    """Return limits for a logarithmic scale: of a metric without an upper bound, from 0 on."""
    values = np.array([*curves["mean"].to_numpy(float), *levels])
    positive = values[np.isfinite(values) & (values > 0)]
    top = metric_limits(curves, levels, metric)[1]
    return float(min(positive.min(), top / 1.5) * 0.8), top


def has_log_scale(metric: Metric, curves: pd.DataFrame, threshold: float) -> bool:
    """Return whether a logarithmic scale makes sense: positive, without an upper bound."""
    mean = curves["mean"].to_numpy(float)
    positive = bool((mean[np.isfinite(mean)] > 0).all())
    return metric.minimum == 0 and metric.maximum is None and positive and threshold > 0


def around(values: np.ndarray, room: float = 0.06) -> Limits:
    """Return limits that hold zero and every finite value."""
    finite = np.array([*values[np.isfinite(values)].ravel(), 0.0])
    low, high = _apart(float(finite.min()), float(finite.max()))
    return low - room * (high - low), high + room * (high - low)


def _apart(low: float, high: float) -> Limits:
    """Part limits that are equal, or so near that they are for a float."""
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return float(low), float(high)
    half = 0.1 * max(abs(low), abs(high)) or 1.0
    return float(low - half), float(high + half)
