"""Metrics at the budget: interquartile means and probability of improvement."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from thresher.events import final_values
from thresher.matrices import Evaluations, by_arm
from thresher.metric import Metric
from thresher.statistics.estimates import runs_of
from thresher.statistics.flips import generator, pieces, resamples

RESAMPLES = 1_999


def interquartile_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of the middle half along the last axis.

    A quarter of the runs, rounded down, is trimmed at each end.

    References
    ----------
    Agarwal et al. (2021), rliable, arXiv 2108.13264; ``scipy.stats.trim_mean(x, 0.25)``.
    """
    # Without scipy.stats, whose import takes longer than a whole table of these.
    cut, end = values.shape[-1] // 4, values.shape[-1] - values.shape[-1] // 4
    found: np.ndarray = np.partition(values, (cut, end - 1))[..., cut:end].mean(axis=-1)
    return found


def improvement_probability(arm: np.ndarray, reference: np.ndarray, smaller: bool) -> float:
    """Return P(arm better) + ½ P(tie) over all pairs of runs, the Mann–Whitney U over its size.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm,), (n_reference,)
    smaller : bool
        Whether smaller is better.

    References
    ----------
    Agarwal et al. (2021), as above.
    """
    every = np.ones((1, len(arm))), np.ones((1, len(reference)))
    return float(_probabilities(arm, reference, smaller, *every)[0])


def _probabilities(
    arm: np.ndarray, reference: np.ndarray, smaller: bool, own: np.ndarray, its: np.ndarray
) -> np.ndarray:
    """Return the same for resamples, from ranks, since a table of all pairs is too large.

    Parameters
    ----------
    arm, reference, smaller
        As above.
    own, its : ndarray, shapes (resamples, n_arm), (resamples, n_reference)
        How often each run is in each resample.

    Returns
    -------
    ndarray, shape (resamples,)
        The sums are of halves, so exact.
    """
    order = np.argsort(reference)
    below, upto = (np.searchsorted(reference[order], arm, side) for side in ("left", "right"))
    pairs, found = len(arm) * len(reference), np.empty(len(own))
    for rows in pieces(len(own), len(reference)):
        ranked = np.zeros((rows.stop - rows.start, len(reference) + 1))
        np.cumsum(its[rows][:, order], axis=1, out=ranked[:, 1:])
        # The runs of the reference that are smaller than each of the arm, ties as halves.
        before = (ranked[:, below] + ranked[:, upto]) / 2
        wins = len(reference) - before if smaller else before
        found[rows] = (own[rows] * wins).sum(axis=1) / pairs
    return found


def ends_of(evaluations: Evaluations, metrics: Sequence[Metric], budget: float) -> pd.DataFrame:
    """Return what each run's metrics are at the budget: study, arm, seed, a column a metric.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
        As `matrices.by_arm` takes them.
    metrics : sequence of Metric
    budget : float
        Along the axis.
    """
    parts = [
        pd.DataFrame(
            {
                "study": arm.keys["study"],
                "arm": arm.keys["arm"],
                "seed": arm.seeds,
                **{m.name: final_values(arm, m.name, budget) for m in metrics},
            }
        )
        for arm in by_arm(evaluations, [metric.name for metric in metrics])
    ]
    return pd.concat(parts, ignore_index=True)


def final(
    ends: pd.DataFrame,
    metrics: Sequence[Metric],
    confidence: float = 0.95,
    entropy: int = 0,
    arms: Sequence[str] = (),
) -> pd.DataFrame:
    """Describe the metrics of every arm at the budget.

    Limits are percentiles of a bootstrap over runs, as rliable has it; they under-cover at few
    seeds. Runs without a finite value stay out, and n says how many are in.

    Parameters
    ----------
    ends : pandas.DataFrame
        What `ends_of` returns.
    metrics : sequence of Metric
    confidence : float
    entropy : int
    arms : sequence of str
        Order of the arms; that of the ends where empty.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``final``; for no finite run all values are missing, for one the
        limits.
    """
    runs = {str(label): own for label, own in ends.groupby("arm", sort=False)}
    rows = []
    for label in arms or runs:
        own = runs_of(runs, label)
        for metric in metrics:
            values = own[metric.name].to_numpy(float, na_value=np.nan)
            values = values[np.isfinite(values)]
            keys = {"study": own["study"].iloc[0], "arm": label, "metric": metric.name}
            rows.append({**keys, **_describe(values, confidence, entropy)})
    return pd.DataFrame(rows)


def _describe(values: np.ndarray, confidence: float, entropy: int) -> dict[str, Any]:
    n = len(values)
    nothing = {"n": n, "mean": math.nan, "iqm": math.nan, "lower": math.nan, "upper": math.nan}
    if not n:
        return nothing
    found = {**nothing, "mean": values.mean(), "iqm": float(interquartile_mean(values))}
    if n > 1:
        random, resampled = generator(entropy, "final"), np.empty(RESAMPLES)
        for rows in pieces(RESAMPLES, n):
            drawn = random.integers(0, n, size=(rows.stop - rows.start, n))
            resampled[rows] = interquartile_mean(values[drawn])
        found["lower"], found["upper"] = _percentiles(resampled, confidence)
    return found


def _percentiles(values: np.ndarray, confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    return float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail))


def improvement(
    ends: pd.DataFrame,
    metrics: Sequence[Metric],
    pairs: Sequence[tuple[str, str]],
    paired: bool = True,
    confidence: float = 0.95,
    entropy: int = 0,
) -> pd.DataFrame:
    """Tabulate how probably a run of the arm ends better than one of the reference.

    A diverged run is worse than every finite one and ties with its like. The bootstrap draws
    seeds, the same for both arms where they are paired, else each arm's by itself.

    Parameters
    ----------
    ends : pandas.DataFrame
        What `ends_of` returns.
    metrics : sequence of Metric
    pairs : sequence of (arm, reference)
    paired : bool
    confidence : float
    entropy : int

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``improvement``; no row for a metric that was not recorded.
    """
    runs = {str(label): own for label, own in ends.groupby("arm", sort=False)}
    rows = []
    for arm, reference in pairs:
        first, second = runs_of(runs, arm), runs_of(runs, reference)
        if paired:
            seeds = np.intersect1d(first["seed"], second["seed"])
            first, second = (part.set_index("seed").loc[seeds] for part in (first, second))
        for metric in metrics:
            name, smaller = metric.name, metric.better == "lower"
            if first[name].isna().all() and second[name].isna().all():
                continue
            own, its = (_worst_last(part[name], smaller) for part in (first, second))
            keys = {"study": first["study"].iloc[0], "arm": arm, "reference": reference}
            limits = _bootstrap(own, its, smaller, paired, confidence, entropy)
            probability = improvement_probability(own, its, smaller)
            values = {"probability": probability, "lower": limits[0], "upper": limits[1]}
            rows.append({**keys, "metric": name, **values})
    return pd.DataFrame(rows)


def _worst_last(values: pd.Series, smaller: bool) -> np.ndarray:
    """Replace what is not finite by the worst value there is."""
    numbers = values.to_numpy(float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.inf if smaller else -np.inf)


def _bootstrap(
    own: np.ndarray,
    its: np.ndarray,
    smaller: bool,
    paired: bool,
    confidence: float,
    entropy: int,
) -> tuple[float, float]:
    """Resample runs by how often each is drawn, seeds as a whole where they are paired."""
    if min(len(own), len(its)) < 2:
        return math.nan, math.nan
    sizes = (len(own),) if paired else (len(own), len(its))
    drawn = resamples(entropy, "improvement", RESAMPLES, *sizes)
    return _percentiles(_probabilities(own, its, smaller, drawn[0], drawn[-1]), confidence)
