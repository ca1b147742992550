"""Metrics at the budget: interquartile means and probability of improvement."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from thresher.evaluations import by_arm
from thresher.events import final_values
from thresher.metric import Metric
from thresher.statistics.estimates import runs_of
from thresher.statistics.flips import generator

RESAMPLES = 1_999


def interquartile_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of the middle half along the last axis.

    A quarter of the runs, rounded down, is trimmed at each end.

    References
    ----------
    Agarwal et al. (2021), rliable, arXiv 2108.13264; ``scipy.stats.trim_mean(x, 0.25)``.
    """
    from scipy import stats

    return stats.trim_mean(values, 0.25, axis=-1)


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
    return float(_better(arm, reference, smaller).mean())


def _better(arm: np.ndarray, reference: np.ndarray, smaller: bool) -> np.ndarray:
    """Return 1 where the arm's run is better, ½ where they tie, else 0; arm by reference."""
    own, its = arm[:, None], reference[None, :]
    wins = own < its if smaller else own > its
    return wins + 0.5 * (own == its)


def ends_of(evaluations: pd.DataFrame, metrics: Sequence[Metric], budget: float) -> pd.DataFrame:
    """Return what each run's metrics are at the budget: study, arm, seed, a column a metric.

    Parameters
    ----------
    evaluations : pandas.DataFrame
        What `evaluations.evaluations` returns.
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
        drawn = generator(entropy, "final").integers(0, n, size=(RESAMPLES, n))
        resampled = interquartile_mean(values[drawn])
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
            better = _better(own, its, smaller)
            limits = _bootstrap(better, paired, confidence, entropy)
            values = {"probability": better.mean(), "lower": limits[0], "upper": limits[1]}
            rows.append({**keys, "metric": name, **values})
    return pd.DataFrame(rows)


def _worst_last(values: pd.Series, smaller: bool) -> np.ndarray:
    """Replace what is not finite by the worst value there is."""
    numbers = values.to_numpy(float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.inf if smaller else -np.inf)


def _bootstrap(
    better: np.ndarray, paired: bool, confidence: float, entropy: int
) -> tuple[float, float]:
    """Resample runs by how often each is drawn: a mean over pairs is then a bilinear form."""
    if min(better.shape) < 2:
        return math.nan, math.nan
    random = generator(entropy, "improvement")
    first, second = (random.multinomial(n, np.full(n, 1 / n), RESAMPLES) for n in better.shape)
    if paired:
        second = first
    drawn = ((first @ better) * second).sum(axis=1) / better.size
    return _percentiles(drawn, confidence)
