"""What a metric can be: its thresholds keep within, and neighbours differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.metric import Axis, Metric, engine_metrics

LOSS = Metric(minimum=0.0)
SHARE = Metric("share", "share", "", "higher", 0.0, 1.0)
FREE = Metric("reward", "reward", "", "higher")


def test_the_grid_of_a_loss_goes_from_0_6_to_1_4_times_the_threshold():
    assert LOSS.grid(0.5) == (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
    assert LOSS.grid(0.23871) == (
        *(0.1432, 0.1671, 0.191, 0.2148),
        0.23871,
        *(0.2626, 0.2865, 0.3103, 0.3342),
    )


def test_the_grid_of_a_fraction_steps_by_its_distance_from_the_nearer_bound():
    assert SHARE.grid(0.9) == (0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92, 0.93, 0.94)
    assert SHARE.grid(0.2) == (0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24, 0.26, 0.28)
    # So close to 1 that four digits would make them one.
    grid = SHARE.grid(0.99999)
    assert grid == pytest.approx([0.99999 + k * 1e-6 for k in range(-4, 5)], abs=1e-9)
    assert len(grid) == 9

    near_zero = SHARE.grid(0.0005)
    assert near_zero == (0.0003, 0.00035, 0.0004, 0.00045, 0.0005, 0.00055, 0.0006, 0.00065, 0.0007)


def test_a_metric_below_a_bound_steps_by_its_distance_from_it_whatever_its_sign():
    likelihood = Metric("log_likelihood", "log-likelihood", "nats", "higher", maximum=0.0)
    assert likelihood.grid(-5.0) == (-7.0, -6.5, -6.0, -5.5, -5.0, -4.5, -4.0, -3.5, -3.0)
    assert likelihood.grid(-5.0, 200.0) == likelihood.grid(-5.0)
    assert likelihood.grid(0.0) == (0.0,)
    score = Metric("score", "score", "", "higher", -1.0, 1.0)
    assert score.grid(-1.0) == (-1.0, -0.95, -0.9, -0.85, -0.8)
    assert score.grid(-0.9) == (-0.94, -0.93, -0.92, -0.91, -0.9, -0.89, -0.88, -0.87, -0.86)


def test_a_threshold_on_a_bound_has_levels_on_one_side():
    assert SHARE.grid(1.0) == (0.9, 0.925, 0.95, 0.975, 1.0)
    assert SHARE.grid(0.0) == (0.0, 0.025, 0.05, 0.075, 0.1)
    assert LOSS.grid(0.0) == (0.0,)


def test_a_metric_without_bounds_steps_by_a_twentieth_of_its_spread():
    assert FREE.grid(-5.0) is None
    assert FREE.grid(-5.0, 200.0) == (-45.0, -35.0, -25.0, -15.0, -5.0, 5.0, 15.0, 25.0, 35.0)
    assert FREE.grid(7.0, 0.0) == (7.0,)


@given(
    threshold=st.floats(1e-9, 1) | st.floats(-1e9, 1e9),
    low=st.none() | st.floats(-1e9, 1e9),
    high=st.none() | st.floats(-1e9, 1e9),
    spread=st.floats(0, 1e9),
)
def test_a_grid_rises_within_the_bounds_and_holds_the_threshold(threshold, low, high, spread):
    metric = Metric(minimum=low, maximum=high)
    if not metric.holds(threshold):
        return
    grid = metric.grid(threshold, spread)
    assert grid is not None
    assert threshold in grid
    assert list(grid) == sorted(set(grid))
    assert all(map(metric.holds, grid))
    assert len(grid) <= 9


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (LOSS, "at least 0"),
        (SHARE, "at least 0 and at most 1"),
        (FREE, ""),
        (Metric(maximum=2.5), "at most 2.5"),
    ],
)
def test_bounds_are_said_in_words(metric, said):
    assert metric.bounds == said


def test_sign_and_side_follow_from_what_is_better():
    assert (LOSS.sign, LOSS.side) == (1, "at or below")
    assert (SHARE.sign, SHARE.side) == (-1, "at or above")


def test_the_engine_records_an_accuracy_where_outputs_are_right_or_wrong():
    assert list(engine_metrics("binary_crossentropy")) == [
        "eval_loss",
        "eval_accuracy",
        "loss",
        "accuracy",
    ]
    numbers = engine_metrics("mean_squared_error")
    assert list(numbers) == ["eval_loss", "loss"]
    assert {metric.unit for metric in numbers.values()} == {""}


def test_an_axis_is_titled_by_its_unit():
    assert Axis().title == "Training epochs"
    assert Axis("step", "environment steps").title == "Environment steps"
