"""How far contrasts depend on the threshold: a grid of them, adjusted together by max-T."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from thresher.evaluations import ArmEvaluations
from thresher.events import crossings
from thresher.metric import Metric
from thresher.statistics.contrasts import Pairs, Plan, contrasts
from thresher.statistics.flips import Signs, draw
from thresher.statistics.multiplicity import holm
from thresher.statistics.permutation import Labels, relabellings, statistics_of
from thresher.statistics.survival import survival
from thresher.statistics.verdict import verdict
from thresher.tables import THRESHOLD_EVENTS, THRESHOLDS, check

_TIE = 1e-9


def threshold_events(
    arms: Iterable[ArmEvaluations],
    metric: Metric,
    grid: Sequence[float],
    budget: float,
    sustain: int = 3,
) -> pd.DataFrame:
    """Find the event of every run at every threshold.

    Parameters
    ----------
    arms : iterable of ArmEvaluations
    metric : Metric
    grid : sequence of float
        Thresholds.
    budget : float
        Along the axis.
    sustain : int
        Evaluations; see `events.first_sustained_crossing`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.THRESHOLD_EVENTS`.
    """
    parts = []
    for arm in arms:
        diverged = np.isfinite(arm.diverged_at)
        for level in grid:
            times = crossings(arm, metric, level, sustain)
            reached = np.isfinite(times)
            parts.append(
                pd.DataFrame(
                    {
                        "study": arm.keys["study"],
                        "arm": arm.keys["arm"],
                        "seed": arm.seeds,
                        "threshold": float(level),
                        "time": np.where(reached, times, budget),
                        "event": reached,
                        "outcome": np.select(
                            [reached, diverged], ["reached", "diverged"], "censored"
                        ),
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True)
    return check(table, THRESHOLD_EVENTS, "threshold_events")


def spread_of(values: pd.Series) -> float:
    """Return how far a metric spreads over all runs: between its 5th and 95th percentiles."""
    finite = values.to_numpy(float, na_value=np.nan)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return 0.0
    low, high = np.quantile(finite, [0.05, 0.95])
    return float(high - low)


def level_curves(events: pd.DataFrame, budget: float, confidence: float = 0.95) -> pd.DataFrame:
    """Tabulate the survival curves of every arm at every threshold.

    Parameters
    ----------
    events : pandas.DataFrame
        What `threshold_events` returns.
    budget : float
    confidence : float
        Of the pointwise limits.
    """
    parts = [
        survival(rows.assign(budget=budget), confidence).assign(threshold=level)
        for level, rows in events.groupby("threshold")
    ]
    return pd.concat(parts, ignore_index=True)


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
) -> pd.DataFrame:
    """Compare every pair at every threshold, with one sign per seed across the grid.

    ``p_max_t`` compares each level's studentised statistic with the largest over the grid under
    the same flips, so that looking at the whole grid keeps the level of each contrast. Levels
    without any difference stay out of the maximum. A verdict takes it, Holm-adjusted over the
    contrasts at its level; equivalence is judged at each level alone.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.THRESHOLD_EVENTS`.
    pairs : sequence of (arm, reference)
    primary : float
        The study's threshold, nats.
    budget : int
        Epochs.
    paired, alpha, confidence, margin, flips, entropy
        As `contrasts`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.THRESHOLDS`.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, single-step max-T.
    """
    plan = Plan(alpha, confidence, margin, flips, entropy)
    levels = sorted(events["threshold"].unique())
    found = [
        _level(events[events["threshold"] == level], level, pairs, budget, paired, plan)
        for level in levels
    ]
    if not found or not pairs:
        return check(pd.DataFrame(columns=list(THRESHOLDS)), THRESHOLDS, "thresholds")
    adjusted = np.column_stack(list(_max_t(events, pairs, paired, plan)))
    for k, table in enumerate(found):
        table["p_max_t"] = adjusted[k]
        table["primary"] = table["threshold"] == primary
        table["verdict"] = _verdicts(table, alpha)
        table["n_pairs"] = table["n_arm"]
    table = pd.concat(found, ignore_index=True)
    order = {pair: place for place, pair in enumerate(pairs)}
    place = [order[pair] for pair in zip(table["arm"], table["reference"], strict=True)]
    table = table.assign(place=place).sort_values(["place", "threshold"], ignore_index=True)
    return check(table[list(THRESHOLDS)], THRESHOLDS, "thresholds")


def _level(
    events: pd.DataFrame, level: float, pairs: Pairs, budget: int, paired: bool, plan: Plan
) -> pd.DataFrame:
    """Run the primary analysis at one level."""
    settings: dict[str, Any] = dict(vars(plan), paired=paired)
    return contrasts(events.assign(budget=budget), pairs, **settings).assign(threshold=level)


def _verdicts(table: pd.DataFrame, alpha: float) -> list[str]:
    decisive = zip(
        table["mean_difference"],
        holm(table["p_max_t"].to_numpy()),
        table["p_equivalence_adjusted"],
        table["reached_arm"] / table["n_arm"],
        table["reached_reference"] / table["n_reference"],
        strict=True,
    )
    return [verdict(d, p, q, alpha, min(own, its)) for d, p, q, own, its in decisive]


def _max_t(events: pd.DataFrame, pairs: Pairs, paired: bool, plan: Plan) -> Iterator[np.ndarray]:
    """Yield the adjusted p-values of each pair, shape (levels,)."""
    times = {
        str(arm): runs.pivot_table(index="seed", columns="threshold", values="time")
        for arm, runs in events.groupby("arm", sort=False)
    }
    every = np.unique(events["seed"])
    signs = draw(len(every), plan.flips, plan.entropy) if paired else None
    drawn: dict[tuple[int, int], Labels] = {}
    for arm, reference in pairs:
        own, its = times[arm], times[reference]
        if signs is not None:
            common = np.isin(every, np.intersect1d(own.index, its.index))
            seeds = every[common]
            yield max_t((own.loc[seeds] - its.loc[seeds]).to_numpy(float), signs.of(common))
            continue
        sizes = len(own), len(its)
        if sizes not in drawn:
            drawn[sizes] = relabellings(*sizes, plan.flips, plan.entropy)
        yield unpaired_max_t(own.to_numpy(float), its.to_numpy(float), drawn[sizes])


def max_t(differences: np.ndarray, signs: Signs) -> np.ndarray:
    """Return sign-flip p-values adjusted for the largest statistic of all columns.

    The studentised mean is monotone in |Σ gᵢ Dᵢ| / √Σ Dᵢ², whose root no flip changes.

    Parameters
    ----------
    differences : ndarray, shape (n, k)
        n seeds, k thresholds.
    signs : Signs

    Returns
    -------
    ndarray, shape (k,)
        1 where all differences of a column are zero.
    """
    length = np.sqrt((differences**2).sum(axis=0))
    unit = differences / np.where(length > 0, length, 1.0)
    return _adjusted(np.abs(unit.sum(axis=0)), np.abs(signs.sums(unit)), signs.exact)


def unpaired_max_t(arm: np.ndarray, reference: np.ndarray, labels: Labels) -> np.ndarray:
    """Return permutation p-values of Welch's statistic adjusted for the largest of all columns.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm, k), (n_reference, k)
    labels : Labels
        One relabelling serves all thresholds.
    """
    columns = [statistics_of(arm[:, k], reference[:, k], labels) for k in range(arm.shape[1])]
    observed = np.array([abs(own) for own, _ in columns])
    drawn = np.abs(np.column_stack([values for _, values in columns]))
    return _adjusted(observed, drawn, labels.exact)


def _adjusted(observed: np.ndarray, drawn: np.ndarray, exact: bool) -> np.ndarray:
    largest = drawn.max(axis=1)[:, None]
    extreme = (largest >= observed - _TIE * (1 + observed)).sum(axis=0)
    own = 0 if exact else 1
    return (extreme + own) / (len(drawn) + own)
