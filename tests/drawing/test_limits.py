"""Limits come from what was drawn and what the metric can be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.drawing.limits import around, has_log_scale, metric_limits
from thresher.metric import Metric

LOSS = Metric(minimum=0.0)
ACCURACY = Metric("accuracy", "accuracy", "", "higher", 0.0, 1.0)
FREE = Metric("return", "return", "", "higher")


def curve(*values):
    return pd.DataFrame({"time": np.arange(len(values)), "mean": np.array(values, float)})


values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(values, st.floats(-1e6, 1e6), st.sampled_from([FREE, Metric("x", "x", "")]))
def test_limits_are_finite_apart_and_hold_the_best_and_every_level(means, level, metric):
    low, high = metric_limits(curve(*means), [level], metric)
    assert np.isfinite([low, high]).all()
    assert low < high
    best = min([*means, level], key=lambda value: metric.sign * value)
    assert low <= best <= high
    assert low <= level <= high


@pytest.mark.parametrize(
    ("metric", "means", "level", "low", "high"),
    [
        (LOSS, (0.69, 0.14), 0.24, (0, 0), (0.69, 0.75)),
        (LOSS, (3.2, 3.0), 3.1, (2.9, 3.0), (3.2, 3.3)),
        (LOSS, (0.69, 0.2, 1e9), 0.24, (0, 0), (0.7, 1.5)),
        (LOSS, (0.5, 0.5), 0.5, (0, 0.49), (0.51, 1)),
        (ACCURACY, (0.5, 0.98), 0.9, (0, 0.5), (1.0, 1.02)),
        (ACCURACY, (0.1, 0.3), 0.2, (0, 0), (0.3, 0.32)),
        (ACCURACY, (1.0, 1.0), 1.0, (0, 0.99), (1.0, 1.1)),
        (FREE, (-70, -3), -20, (-80, -70), (-3, 5)),
        (FREE, (np.nan, np.nan), -20, (-30, -20), (-20, -10)),
        (FREE, (np.inf, 5), 1, (0, 1), (5, 6)),
    ],
)
def test_limits_of_what_a_metric_can_be(metric, means, level, low, high):
    found = metric_limits(curve(*means), [level], metric)
    assert low[0] <= found[0] <= low[1]
    assert high[0] <= found[1] <= high[1]


def test_a_logarithmic_scale_is_for_what_is_positive_without_an_upper_bound():
    assert has_log_scale(LOSS, curve(0.7, 0.1), 0.2)
    assert not has_log_scale(LOSS, curve(0.7, 0.0), 0.2)
    assert not has_log_scale(ACCURACY, curve(0.7, 0.9), 0.8)
    assert not has_log_scale(FREE, curve(1.0, 2.0), 1.5)


@given(values)
def test_limits_around_zero_hold_zero_and_everything(numbers):
    low, high = around(np.array([*numbers, np.nan, np.inf]))
    assert low < 0 or min(numbers) >= 0
    assert low <= min([*numbers, 0.0])
    assert high >= max([*numbers, 0.0])
    assert low < high
