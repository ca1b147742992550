"""Small pictures of intervals, in percent of their width from the left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thresher.format import known


@dataclass(frozen=True)
class Interval:
    """An effect and its limits, on any scale; a limit that is not known is NaN.

    `inner` are the limits at 1 − 2α, which decide on equivalence, where there are any.
    """

    point: float
    lower: float
    upper: float
    margin: float
    inner: tuple[float, float] | None = None


def interval_of(
    row: Mapping[str, Any], names: Sequence[str], margin: float, inner: Sequence[str] = ()
) -> Interval:
    """Take an effect and its limits, by the names of their columns, from a row of a table."""
    point, lower, upper = (_number(row[name]) for name in names)
    limits = [_number(row[name]) for name in inner]
    return Interval(point, lower, upper, margin, (limits[0], limits[1]) if limits else None)


def _number(value: Any) -> float:
    return float(value) if known(value) else float("nan")


@dataclass(frozen=True)
class Strip:
    """What the page draws; zones as left and width, `open` where a limit is none."""

    margin: tuple[float, float]
    zero: float
    range: tuple[float, float]
    point: float
    open: str
    inner: tuple[float, float] | None = None


def span_of(intervals: Sequence[Interval]) -> tuple[float, float]:
    """Find the range of all intervals, with the margins and some air; never of width zero."""
    margin = max((each.margin for each in intervals if known(each.margin)), default=0.0)
    values = np.array([[each.point, each.lower, each.upper] for each in intervals], float)
    finite = [*values[np.isfinite(values)], -margin, margin]
    air = 0.04 * np.ptp(finite) or 1.0
    return float(min(finite) - air), float(max(finite) + air)


def strip_of(interval: Interval, span: tuple[float, float]) -> Strip | None:
    """Place an interval within a span; None for an effect without a size on this scale."""
    low, high = span
    if not np.isfinite(interval.point):
        return None

    def place(value: float) -> float:
        return round(float(np.clip(100 * (value - low) / (high - low), 0, 100)), 2)

    def zone(lower: float, upper: float) -> tuple[float, float]:
        left = place(lower) if np.isfinite(lower) else 0.0
        right = place(upper) if np.isfinite(upper) else 100.0
        return left, round(right - left, 2)

    limits = {"lower": interval.lower, "upper": interval.upper}
    return Strip(
        margin=zone(-interval.margin, interval.margin),
        zero=place(0),
        range=zone(interval.lower, interval.upper),
        point=place(interval.point),
        open=" ".join(side for side, limit in limits.items() if not np.isfinite(limit)),
        inner=zone(*interval.inner) if interval.inner else None,
    )
