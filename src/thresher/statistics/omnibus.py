"""One test of all arms at once, descriptive: labels permuted within each seed."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from thresher.statistics.checking import check_events
from thresher.statistics.flips import generator
from thresher.statistics.montecarlo import TIE, p_value

PERMUTATIONS = 9_999
_CELLS = 1 << 22


def friedman(times: np.ndarray) -> float:
    """Return Friedman's χ², corrected for ties; NaN where every seed has all arms tied.

    Parameters
    ----------
    times : ndarray, shape (n, k)
        Seeds by arms.

    References
    ----------
    Friedman (1937); R's ``friedman.test``.
    """
    ranks = stats.rankdata(times, axis=1)
    spread = _within(ranks)
    return float(_between(ranks.sum(axis=0), len(ranks)) / spread) if spread > 0 else math.nan


def kruskal_wallis(samples: list[np.ndarray]) -> float:
    """Return Kruskal & Wallis' H, corrected for ties; NaN where all runs are tied."""
    pooled = np.concatenate(samples)
    differ = (pooled != pooled[0]).any()
    return float(stats.kruskal(*samples).statistic) if differ else math.nan


def omnibus(events: pd.DataFrame, paired: bool = True, entropy: int = 0) -> pd.DataFrame:
    """Test whether all arms take equally long.

    Paired: Friedman's statistic over the seeds that every arm has, its p-value from permuting the
    labels within each seed. Unpaired: Kruskal & Wallis' statistic, labels permuted over all runs.
    Runs that never reached the threshold rank last and tie.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``.
    paired : bool
    entropy : int

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``omnibus``; no row for fewer than two arms or no common seed. Where
        the statistic is missing because everything ties, p is 1.
    """
    runs = check_events(events)
    time = runs["time"].where(runs["event"].astype(bool), np.inf).astype(float)
    wide = runs.assign(rank_time=time).pivot_table(
        index="seed", columns="arm", values="rank_time", sort=False
    )
    rows = []
    if wide.shape[1] > 1 and paired and len(complete := wide.dropna()):
        rows = [_friedman_row(complete.to_numpy(), entropy)]
    elif wide.shape[1] > 1 and not paired:
        samples = [time[runs["arm"] == arm].to_numpy() for arm in wide]
        rows = [_kruskal_row(samples, entropy)]
    study = runs["study"].iloc[0] if len(runs) else ""
    table = pd.DataFrame([{"study": study, **row} for row in rows])
    return table


def _friedman_row(times: np.ndarray, entropy: int) -> dict[str, Any]:
    ranks = stats.rankdata(times, axis=1)
    random = generator(entropy, "omnibus")
    chunk = max(1, _CELLS // ranks.size)
    observed, found = float(_between(ranks.sum(axis=0), len(ranks))), []
    for begin in range(0, PERMUTATIONS, chunk):
        count = min(chunk, PERMUTATIONS - begin)
        drawn = random.permuted(np.broadcast_to(ranks, (count, *ranks.shape)), axis=2)
        found.append(_between(drawn.sum(axis=1), len(ranks)))
    return {
        "test": "Friedman, labels permuted within seeds",
        "arms": times.shape[1],
        "n": len(times),
        "statistic": friedman(times),
        "p": _p(found, observed),
    }


def _kruskal_row(samples: list[np.ndarray], entropy: int) -> dict[str, Any]:
    ranks = stats.rankdata(np.concatenate(samples))
    sizes = np.array([len(sample) for sample in samples])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def between(values: np.ndarray) -> np.ndarray:
        return (np.add.reduceat(values, starts, axis=-1) ** 2 / sizes).sum(axis=-1)

    random = generator(entropy, "omnibus")
    chunk = max(1, _CELLS // len(ranks))
    observed, found = float(between(ranks)), []
    for begin in range(0, PERMUTATIONS, chunk):
        count = min(chunk, PERMUTATIONS - begin)
        drawn = random.permuted(np.broadcast_to(ranks, (count, len(ranks))), axis=1)
        found.append(between(drawn))
    return {
        "test": "Kruskal–Wallis, labels permuted",
        "arms": len(samples),
        "n": int(sizes.min()),
        "statistic": kruskal_wallis(samples),
        "p": _p(found, observed),
    }


def _between(sums: np.ndarray, n: int) -> np.ndarray:
    """Return the sum of squares between arms, from rank sums of shape (..., k)."""
    k = sums.shape[-1]
    return ((sums - n * (k + 1) / 2) ** 2).sum(axis=-1) / n


def _within(ranks: np.ndarray) -> float:
    """Return the mean square of ranks within seeds, which ties make smaller."""
    n, k = ranks.shape
    return float(((ranks - (k + 1) / 2) ** 2).sum() / (n * (k - 1)))


def _p(drawn: list[np.ndarray], observed: float) -> float:
    return float(p_value(np.concatenate(drawn), observed, TIE * (1 + observed), exact=False))
