"""How far contrasts depend on the budget: a grid of shorter ones, adjusted together by max-T."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from thresher.statistics.checking import check_events
from thresher.statistics.comparing import Plan
from thresher.statistics.contrasts import Pairs
from thresher.statistics.max_t import grid_contrasts
from thresher.statistics.multiplicity import Family

SHARES = (0.25, 0.5, 0.75, 1.0)


def budget_grid(budget: float) -> list[float]:
    """Return a quarter, a half, three quarters and all of a budget, whole where it is whole."""
    found = [budget * share for share in SHARES]
    whole = float(budget).is_integer()
    return sorted({float(max(1, round(level))) if whole else level for level in found})


def budgets(
    events: pd.DataFrame,
    pairs: Pairs,
    grid: Sequence[float] = (),
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
    """Compare every pair within every budget b, by the mean of min(T, b).

    As `thresholds` over its levels: ``p_max_t`` keeps the level of each contrast over the grid.
    An event after b is not reached within b; with `sustain` an event at b is confirmed by
    evaluations after it.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``.
    pairs : sequence of (arm, reference)
    grid : sequence of float
        Budgets in epochs, above 0 and up to the study's; those of `budget_grid` where empty.
    paired, alpha, confidence, margin, flips, entropy, family, spacing
        As `contrasts`.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``budgets``.

    Raises
    ------
    ValueError
        If a budget of the grid is not above 0, or above the study's.
    """
    plan = Plan(alpha, confidence, margin, flips, entropy, family, spacing or {})
    runs = check_events(events)
    if runs.empty or not pairs:
        return pd.DataFrame()
    most = float(runs["budget"].iloc[0])
    chosen = list(grid) or budget_grid(most)
    wrong = [level for level in chosen if not 0 < level <= most]
    if wrong:
        raise ValueError(f"grid: budgets must be above 0 and up to {most:g}, but has {wrong[0]:g}")
    found = grid_contrasts({level: _within(runs, level) for level in chosen}, pairs, paired, plan)
    found = found.assign(budget=found["level"], primary=found["level"] == most)
    return found.assign(n_pairs=found["n_arm"])


def _within(runs: pd.DataFrame, budget: float) -> pd.DataFrame:
    reached = runs["event"].astype(bool) & (runs["time"] <= budget)
    return runs.assign(event=reached, time=np.minimum(runs["time"], budget), budget=budget)
