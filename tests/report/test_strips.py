"""Small pictures of intervals, on scales that may have no width."""

import math

import pytest

from thresher.report.strips import Interval, interval_of, span_of, strip_of

USUAL = Interval(20.0, 10.0, 30.0, 10.0)


def test_an_interval_is_placed_between_its_ends():
    strip = strip_of(USUAL, (-50.0, 50.0))
    assert strip is not None
    assert (strip.zero, strip.point, strip.range) == (50.0, 70.0, (60.0, 20.0))
    assert strip.margin == (40.0, 20.0)
    assert strip.open == ""


def test_a_missing_limit_is_open():
    strip = strip_of(Interval(20.0, math.nan, 30.0, 10.0), (-50.0, 50.0))
    assert strip is not None
    assert strip.open == "lower"
    assert strip.range[0] == 0.0


@pytest.mark.parametrize(
    "intervals",
    [
        [],
        [Interval(0.0, 0.0, 0.0, 0.0)],
        [Interval(math.nan, math.nan, math.nan, math.nan)],
        [Interval(0.0, math.nan, math.nan, 0.0)],
        [Interval(5.0, 5.0, 5.0, 0.0)],
        [Interval(math.inf, math.nan, math.inf, 0.0)],
    ],
    ids=["none", "all zero", "all missing", "whole line", "one point", "infinite"],
)
def test_no_scale_has_a_width_of_zero(intervals):
    low, high = span_of(intervals)
    assert low < 0 < high
    for interval in intervals:
        strip = strip_of(interval, (low, high))
        assert (strip is None) == (not math.isfinite(interval.point))
        assert strip is None or 0 <= strip.point <= 100


def test_an_interval_is_taken_from_a_row():
    row = {"percent": -12.0, "lower": None, "upper": 3.0}
    found = interval_of(row, ("percent", "lower", "upper"), 10.0)
    assert (found.point, found.upper, found.margin) == (-12.0, 3.0, 10.0)
    assert math.isnan(found.lower)
