"""How the calibration makes up studies: log-normal times, on a grid of evaluations, censored."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import optimize, stats

Outcomes = dict[str, np.ndarray]

ALPHA, SLACK = 0.05, 1e-9
EVERY, MEDIAN, SPREAD = 5, 250.0, 0.45  # epochs, epochs, standard deviation of the log
FLIPS, RELABELLINGS = 1_999, 999
UNREACHABLE = 100_000  # epochs: a budget within which every run reaches the threshold


def budget_of(censored: float, median: float = MEDIAN, spread: float = SPREAD) -> int:
    """Return the budget, on the grid of evaluations, that a share of log-normal runs exceeds."""
    if censored == 0:
        return UNREACHABLE
    return EVERY * round(stats.lognorm.ppf(1 - censored, spread, scale=median) / EVERY)


def restricted_mean_of(median: float, spread: float, budget: int) -> float:
    """Return E min(T, B) exactly, T rounded up to the next evaluation."""
    return EVERY * float(stats.lognorm.sf(np.arange(0, budget, EVERY), spread, scale=median).sum())


def normals(
    generator: np.random.Generator, replicates: int, arms: int, n: int, correlation: float
) -> np.ndarray:
    """Return standard normals, shape (replicates, arms, n), correlated between arms by seed."""
    shared = generator.normal(size=(replicates, 1, n))
    own = generator.normal(size=(replicates, arms, n))
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own


def observed(z: np.ndarray, median: Any, spread: float, budget: int) -> tuple[np.ndarray, ...]:
    """Return min(T, B) in epochs and whether the threshold was reached."""
    times = EVERY * np.ceil(median * np.exp(spread * z) / EVERY)
    return np.minimum(times, budget), times <= budget


def two_arms(
    generator: np.random.Generator, replicates: int, setting: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return min(T, B) of arm and reference, shape (n, replicates), and the true difference."""
    spreads = setting.get("spreads", (SPREAD, SPREAD))
    budget = budget_of(setting["censored"], MEDIAN, spreads[1])
    means = restricted_mean_of(MEDIAN, spreads[1], budget)

    def surplus(median: float) -> float:
        ratio = setting.get("mean_ratio", 1.0)
        return restricted_mean_of(median, spreads[0], budget) - ratio * means

    median = MEDIAN * setting.get("time_ratio", 1.0)
    if "spreads" in setting or "mean_ratio" in setting:
        median = float(optimize.brentq(surplus, MEDIAN / 20, MEDIAN * 20))
    z = normals(generator, replicates, 2, setting["n"], setting["correlation"])
    arm, _ = observed(z[:, 0].T, median, spreads[0], budget)
    reference, _ = observed(z[:, 1].T, MEDIAN, spreads[1], budget)
    return arm, reference, restricted_mean_of(median, spreads[0], budget) - means
