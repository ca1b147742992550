"""How far contrasts depend on the threshold: a grid of them, adjusted together by max-T."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.events import arm_traces, first_sustained_crossing
from thresher.statistics.comparing import Plan
from thresher.statistics.contrasts import Pairs
from thresher.statistics.max_t import grid_contrasts
from thresher.statistics.multiplicity import Family
from thresher.tables import THRESHOLD_EVENTS, THRESHOLDS, check


def threshold_events(
    traces: pd.DataFrame, grid: Sequence[float], budget: int, sustain: int = 3
) -> pd.DataFrame:
    """Find the event of every run at every threshold.

    Parameters
    ----------
    traces : pandas.DataFrame
        Columns of `tables.TRACE`.
    grid : sequence of float
        Thresholds, nats.
    budget : int
        Epochs.
    sustain : int
        Evaluations; see `events.first_sustained_crossing`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.THRESHOLD_EVENTS`.
    """
    parts = []
    for arm in arm_traces(traces, budget):
        for level in grid:
            times = first_sustained_crossing(arm.loss, arm.epochs, level, sustain)
            reached = np.isfinite(times)
            parts.append(
                pd.DataFrame(
                    {
                        "study": arm.keys["study"],
                        "arm": arm.keys["arm"],
                        "seed": arm.seeds,
                        "threshold": float(level),
                        "time": np.where(reached, times, budget).astype(int),
                        "event": reached,
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True)
    return check(table, THRESHOLD_EVENTS, "threshold_events")


def thresholds(
    events: pd.DataFrame,
    pairs: Pairs,
    primary: float,
    budget: int,
    *,
    paired: bool = True,
    alpha: float = 0.05,
    confidence: float = 0.95,
    margin: float = 0.10,
    flips: int = 99_999,
    entropy: int = 0,
    family: Family = "joint",
) -> pd.DataFrame:
    """Compare every pair at every threshold, with one sign per seed across the grid.

    ``p_max_t`` compares each level's studentised statistic with the largest over the grid under
    the same flips, so that looking at the whole grid keeps the level of each contrast. Levels
    without any difference stay out of the maximum. A verdict takes ``p_decides``, that p-value
    adjusted over the contrasts at its level; equivalence is judged at each level alone.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.THRESHOLD_EVENTS`.
    pairs : sequence of (arm, reference)
    primary : float
        The study's threshold, nats.
    budget : int
        Epochs.
    paired, alpha, confidence, margin, flips, entropy, family
        As `contrasts`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.THRESHOLDS`.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, single-step max-T.
    """
    plan = Plan(alpha, confidence, margin, flips, entropy, family)
    levels = {
        float(level): events[events["threshold"] == level].assign(budget=budget)
        for level in events["threshold"].unique()
    }
    if not levels or not pairs:
        return check(pd.DataFrame(columns=list(THRESHOLDS)), THRESHOLDS, "thresholds")
    found = grid_contrasts(levels, pairs, paired, plan)
    found = found.assign(threshold=found["level"], primary=found["level"] == primary)
    return check(found.assign(n_pairs=found["n_arm"])[list(THRESHOLDS)], THRESHOLDS, "thresholds")
