"""How far contrasts depend on the threshold: a grid of them, adjusted together by max-T."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from thresher.events import Crossed, crossed, to_own_ends
from thresher.matrices import ArmEvaluations
from thresher.metric import Metric
from thresher.statistics.comparing import Plan
from thresher.statistics.contrasts import Pairs
from thresher.statistics.max_t import grid_contrasts
from thresher.statistics.multiplicity import Family
from thresher.statistics.survival import survival


def threshold_events(
    arms: Iterable[ArmEvaluations],
    metric: Metric,
    grid: Sequence[float],
    budget: float,
    sustain: int = 3,
    followed: Sequence[Crossed] = (),
) -> pd.DataFrame:
    """Find the event of every run at every threshold.

    A run that stopped early at one threshold may end before it reaches a harder one: the budget of
    a threshold is the study's, or where the first run ends that has not reached it. In that second
    case no run is followed further: those that ended had done well, so that what the others do
    afterwards says nothing about them.

    Parameters
    ----------
    arms : iterable of ArmEvaluations
        One after the other; none is kept.
    metric : Metric
    grid : sequence of float
        Thresholds.
    budget : float
        Along the axis.
    sustain : int
        Evaluations; see `events.first_sustained_crossing`.
    followed : sequence of Crossed
        At the same thresholds; see `events.to_own_ends`.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``threshold_events``.
    """
    found = [crossed(arm, metric, grid, sustain) for arm in arms]
    parts = []
    for place, level in enumerate(grid):
        ends = np.concatenate([arm.open_ends(place) for arm in found])
        within = float(ends.min(initial=budget))
        rows = [_level(arm, arm.times[place], float(level), within) for arm in found]
        all_go_on = all((arm.open_ends(place) >= budget).all() for arm in followed)
        on = followed if all_go_on else ()
        parts.append(to_own_ends(pd.concat(rows, ignore_index=True), on, place))
    return pd.concat(parts, ignore_index=True)


def _level(arm: Crossed, times: np.ndarray, level: float, budget: float) -> pd.DataFrame:
    """Lay out the events of an arm at one level, within its budget."""
    reached = times <= budget
    return pd.DataFrame(
        {
            "study": arm.keys["study"],
            "arm": arm.keys["arm"],
            "seed": arm.seeds,
            "threshold": level,
            "budget": budget,
            "time": np.where(reached, times, budget),
            "event": reached,
            "outcome": np.select([reached, arm.diverged], ["reached", "diverged"], "censored"),
        }
    )


def spread_of(arms: Iterable[np.ndarray]) -> float:
    """Return how far a metric spreads over all runs: between its 5th and 95th percentiles.

    Parameters
    ----------
    arms : iterable of ndarray of float
        Its values, those of one arm after the other; what is not finite stays out.
    """
    finite = np.concatenate([np.empty(0), *(values[np.isfinite(values)] for values in arms)])
    if not len(finite):
        return 0.0
    low, high = np.quantile(finite, [0.05, 0.95], overwrite_input=True)
    return float(high - low)


def level_curves(events: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Tabulate the survival curves of every arm at every threshold.

    Parameters
    ----------
    events : pandas.DataFrame
        What `threshold_events` returns.
    confidence : float
        Of the pointwise limits.
    """
    parts = [
        survival(rows, confidence).assign(threshold=level)
        for level, rows in events.groupby("threshold")
    ]
    return pd.concat(parts, ignore_index=True)


def thresholds(
    events: pd.DataFrame,
    pairs: Pairs,
    primary: float,
    *,
    paired: bool = True,
    alpha: float = 0.05,
    confidence: float = 0.95,
    margin: float = 0.10,
    flips: int = 99_999,
    entropy: int = 0,
    family: Family = "joint",
    spacing: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Compare every pair at every threshold, with one sign per seed across the grid.

    ``p_max_t`` compares each level's studentised statistic with the largest over the grid under
    the same flips, so that looking at the whole grid keeps the level of each contrast. Levels
    without any difference stay out of the maximum. A verdict takes ``p_decides``, that p-value
    adjusted over the contrasts at its level; equivalence is judged at each level alone.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``threshold_events``.
    pairs : sequence of (arm, reference)
    primary : float
        The study's threshold, nats.
    paired, alpha, confidence, margin, flips, entropy, family, spacing
        As `contrasts`.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``thresholds``.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, single-step max-T.
    """
    plan = Plan(alpha, confidence, margin, flips, entropy, family, spacing or {})
    levels = {
        float(level): events[events["threshold"] == level] for level in events["threshold"].unique()
    }
    if not levels or not pairs:
        return pd.DataFrame()
    found = grid_contrasts(levels, pairs, paired, plan)
    found = found.assign(threshold=found["level"], primary=found["level"] == primary)
    return found.assign(n_pairs=found["n_arm"])
