"""Labels by the definition; the position baseline against simulation and other arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from thresher.tasks import cumulative_sum

DEFAULTS = {name: option.default for name, option in cumulative_sum.TASK.options.items()}


def options(timesteps: int, limit_fraction: float) -> dict:
    return {"timesteps": timesteps, "limit_fraction": limit_fraction}


def entropy(p: np.ndarray) -> np.ndarray:
    """Of a Bernoulli variable, nats."""
    p = np.asarray(p, float)
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    return np.where(inside, -q * np.log(q) - (1 - q) * np.log1p(-q), 0.0)


@pytest.mark.parametrize("chosen", [DEFAULTS, options(1, 0.5), options(25, 0.6)])
@pytest.mark.parametrize("drawing", [cumulative_sum.draw, cumulative_sum.held_out])
def test_a_label_is_1_from_the_timestep_at_which_the_sum_reaches_the_limit(drawing, chosen):
    x, y = drawing(np.random.default_rng(3), chosen, 50)
    limit = chosen["timesteps"] * chosen["limit_fraction"]
    for sequence, labels in zip(x[:, :, 0], y[:, :, 0], strict=True):
        for t in range(chosen["timesteps"]):
            below = math.fsum(float(value) for value in sequence[: t + 1]) < limit
            assert labels[t] == (0 if below else 1)


def test_a_sum_that_equals_the_limit_has_reached_it():
    class Quarters:
        def random(self, shape, dtype):
            return np.full(shape, 0.25, dtype)

    _, y = cumulative_sum.draw(Quarters(), options(4, 0.1875), 1)
    assert y[0, :, 0].tolist() == [0, 0, 1, 1]


def test_independent_draws_are_uniform():
    x, _ = cumulative_sum.draw(np.random.default_rng(5), DEFAULTS, 2000)
    assert stats.kstest(x.ravel(), "uniform").pvalue > 0.001
    assert x.min() >= 0
    assert x.max() < 1
    assert abs(np.corrcoef(x[:, :, 0].T) - np.eye(10)).max() < 0.1


def test_the_held_out_set_is_spread_more_evenly_than_independent_draws():
    even, _ = cumulative_sum.held_out(np.random.default_rng(5), DEFAULTS, 64)
    for t in range(10):
        # Of 64 Sobol points, each of 64 intervals has exactly one.
        assert len(set(np.floor(even[:, t, 0] * 64).astype(int))) == 64


@pytest.mark.parametrize("n", [1, 3, 64, 65])
def test_a_held_out_set_has_any_size(n):
    x, y = cumulative_sum.held_out(np.random.default_rng(1), DEFAULTS, n)
    assert x.shape == y.shape == (n, 10, 1)


def test_the_default_baseline_is_that_of_the_plan():
    assert cumulative_sum.baseline(DEFAULTS) == pytest.approx(0.23865, abs=5e-6)
    reached = [float(p) for p in cumulative_sum.probability_reached(DEFAULTS)]
    # Irwin–Hall by hand: 0 at 1 and 2, 1 / 48 at 3, one half at 5.
    assert reached[:3] == [0, 0, pytest.approx(1 / 48)]
    assert reached[4] == 0.5
    assert reached == pytest.approx(
        [0, 0, 0.0208, 0.2005, 0.5, 0.7555, 0.9026, 0.967, 0.99, 0.998], abs=6e-4
    )


@pytest.mark.parametrize("chosen", [DEFAULTS, options(7, 0.8), options(40, 0.3)])
def test_the_baseline_equals_a_simulated_one(chosen):
    n = 200_000
    _, y = cumulative_sum.draw(np.random.default_rng(20261123), chosen, n)
    frequency = y[:, :, 0].mean(axis=0, dtype=float)
    exact = np.array([float(p) for p in cumulative_sum.probability_reached(chosen)])
    error = np.sqrt(exact * (1 - exact) / n)
    assert (np.abs(frequency - exact) <= 4.5 * error + 1e-5).all()
    assert cumulative_sum.baseline(chosen) == pytest.approx(entropy(frequency).mean(), abs=2e-3)


def irwin_hall_on_a_grid(timesteps: int, limit: float, cells: int) -> np.ndarray:
    """P(sum < limit) at every timestep, by convolving the density on a grid, cell by cell.

    The limit has to be a whole number of cells. Trapezoid rule, error of second order.
    """
    per_unit = round(cells / limit)
    density = np.ones(per_unit + 1)
    found = [min(limit, 1.0)]
    width = 1 / per_unit
    for _ in range(timesteps - 1):
        integral = np.concatenate(([0], np.cumsum((density[1:] + density[:-1]) / 2) * width))
        upper = np.concatenate((integral, np.full(per_unit, integral[-1])))
        lower = np.concatenate((np.zeros(per_unit), integral))
        density = (upper - lower)[: cells + per_unit + 1]
        inside = density[: cells + 1]
        found.append(float(((inside[1:] + inside[:-1]) / 2).sum() * width))
    return np.array(found)


@pytest.mark.parametrize(
    "chosen",
    [DEFAULTS, options(50, 0.25), options(200, 0.25), options(200, 0.5), options(230, 0.5)],
)
def test_the_baseline_equals_numerical_integration_up_to_200_timesteps_and_beyond(chosen):
    limit = chosen["timesteps"] * chosen["limit_fraction"]
    below = irwin_hall_on_a_grid(chosen["timesteps"], limit, cells=round(limit * 400))
    exact = np.array([float(p) for p in cumulative_sum.probability_reached(chosen)])
    np.testing.assert_allclose(1 - exact, below, atol=2e-5)
    expected = entropy(np.clip(1 - below, 0, 1)).mean()
    assert cumulative_sum.baseline(chosen) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("timesteps", [1, 2, 10, 50, 100, 200])
@pytest.mark.parametrize("limit_fraction", [0.05, 0.25, 0.5, 0.95, 1 / 3])
def test_probabilities_rise_within_0_and_1(timesteps, limit_fraction):
    reached = cumulative_sum.probability_reached(options(timesteps, limit_fraction))
    assert len(reached) == timesteps
    assert all(0 <= p <= 1 for p in reached)
    assert reached == sorted(reached)
    assert 0 <= cumulative_sum.baseline(options(timesteps, limit_fraction)) <= math.log(2)


@pytest.mark.parametrize("t", [50, 120, 200])
@pytest.mark.parametrize("fraction", ["0.3", "0.45", "0.5", "0.62"])
def test_beyond_200_timesteps_the_integral_equals_exact_arithmetic(t, fraction):
    limit = t * Fraction(fraction)
    exact = cumulative_sum._below(t, limit)
    assert float(cumulative_sum._below_inverted(t, limit)) == pytest.approx(float(exact), abs=1e-13)


@pytest.mark.parametrize("chosen", [options(1000, 0.25), options(10_000, 0.5), options(400, 0.99)])
def test_long_sequences_have_a_baseline_near_the_normal_one(chosen):
    timesteps = chosen["timesteps"]
    t = np.arange(1, timesteps + 1)
    limit = timesteps * chosen["limit_fraction"]
    normal = stats.norm.sf(limit, t / 2, np.sqrt(t / 12))
    assert cumulative_sum.baseline(chosen) == pytest.approx(
        entropy(normal).mean(), rel=0.01, abs=1e-9
    )
