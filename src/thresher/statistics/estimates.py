"""What one arm does by itself: outcomes, restricted mean, median, expected running time."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from thresher.statistics.ert import ert
from thresher.statistics.median import order_statistic_median
from thresher.statistics.rmst import restricted_mean
from thresher.statistics.survival import wilson


def estimates(runs: pd.DataFrame, confidence: float, entropy: int) -> dict[str, Any]:
    """Return the estimates of one arm by their columns in the table ``arms``."""
    time, event = times_of(runs)
    reached = int(event.sum())
    diverged = int((runs["outcome"] == "diverged").sum()) if "outcome" in runs else 0
    mean = restricted_mean(time, confidence, float(runs["budget"].iloc[0]))
    median = order_statistic_median(np.where(event, time, np.inf), confidence)
    running = ert(time, event, confidence, entropy)
    lower, upper = wilson(np.array(reached), len(runs), confidence)
    return {
        "threshold": runs["threshold"].iloc[0],
        "budget": runs["budget"].iloc[0],
        "n": len(runs),
        "reached": reached,
        "censored": len(runs) - reached - diverged,
        "diverged": diverged,
        "restricted_mean": mean.value,
        "bound": "none" if reached else "at least",
        "restricted_mean_se": mean.error,
        "restricted_mean_lower": mean.lower,
        "restricted_mean_upper": mean.upper,
        "median": finite(median.estimate),
        "median_lower": finite(median.lower),
        "median_upper": finite(median.upper),
        "reached_fraction": reached / len(runs),
        "reached_lower": float(lower),
        "reached_upper": float(upper),
        "ert": finite(running.value),
        "ert_lower": finite(running.lower),
        "ert_upper": finite(running.upper),
    }


def finite(value: float) -> float:
    """Turn an infinite limit into a missing one, as tables have it."""
    return value if math.isfinite(value) else math.nan


def times_of(runs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return min(T, B) in epochs and whether the threshold was reached, each of shape (n,)."""
    return runs["time"].to_numpy(float), runs["event"].to_numpy(bool)


def runs_by_arm(events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the runs of every arm, of events of one study with one threshold."""
    for column in ("study", "threshold"):
        found = events[column].unique()
        if len(found) > 1:
            raise ValueError(f"column {column}: more than one, {found[0]} and {found[1]}")
    return {str(label): runs for label, runs in events.groupby("arm", sort=False)}


def runs_of(runs: Mapping[str, pd.DataFrame], label: str) -> pd.DataFrame:
    """Return the runs of an arm, or say which arms there are."""
    if label not in runs:
        raise ValueError(f"column arm: {label} has no events; there are {', '.join(runs)}")
    return runs[label]
