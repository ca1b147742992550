"""Mean curves of every arm and their differences, with bands."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.alignment import carry, union_grid
from thresher.matrices import ArmEvaluations, Evaluations, Kept, by_arm
from thresher.statistics.bands import Band, difference_band, mean_band


def curves(
    evaluations: Evaluations,
    metrics: Sequence[str],
    confidence: float = 0.95,
    band: str = "simultaneous",
    entropy: int = 0,
    arms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Average the metrics of every arm over seeds, at their evaluations.

    A curve is over the runs that stay finite up to the budget; `n` says how many. An arm of which
    none does, or a metric that was not recorded, has no rows.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
        As `matrices.by_arm` takes them.
    metrics : sequence of str
    confidence : float
    band : {"simultaneous", "pointwise"}
    entropy : int
        The study's.
    arms : sequence of str or None
        Order of the arms; that of the evaluations where None.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``curves``.
    """
    parts = []
    for arm in by_arm(evaluations, metrics, arms):
        for metric in metrics:
            seeds, times, values = whole_runs(arm, metric)
            if len(values):
                result = mean_band(values, band, confidence, entropy, seeds)
                parts.append(_rows(result, arm, metric, times, len(arm.seeds)))
    return _joined(parts)


def curve_differences(
    evaluations: Evaluations,
    metrics: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    confidence: float = 0.95,
    band: str = "simultaneous",
    paired: bool = True,
    entropy: int = 0,
) -> pd.DataFrame:
    """Average the difference of curves, arm − reference, on the union of both grids.

    Paired: over the seeds at which both runs stay finite. Unpaired: difference of the means.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
        As `matrices.by_arm` takes them.
    metrics : sequence of str
    pairs : sequence of (arm, reference)
    confidence : float
    band : {"simultaneous", "pointwise"}
    paired : bool
    entropy : int

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``curve_differences``.
    """
    found = Kept(evaluations, metrics)
    parts = []
    for label, other in pairs:
        arm, reference = found[label], found[other]
        for metric in metrics:
            seeds, at, values = whole_runs(arm, metric)
            more, there, against = whole_runs(reference, metric)
            lost = max(len(arm.seeds) - len(seeds), len(reference.seeds) - len(more))
            runs = min(len(seeds), len(more)) + lost
            if paired:
                runs = len(np.intersect1d(arm.seeds, reference.seeds))
            if paired:
                _, first, second = np.intersect1d(seeds, more, return_indices=True)
                seeds, values, against = seeds[first], values[first], against[second]
            if not (len(values) and len(against) and len(at) and len(there)):
                continue
            times, values, against = _on_one_grid(at, values, there, against)
            result = (
                mean_band(values - against, band, confidence, entropy, seeds)
                if paired
                else difference_band(values, against, band, confidence, entropy, (seeds, more))
            )
            rows = _rows(result, arm, metric, times, runs)
            parts.append(rows.assign(reference=other))
    return _joined(parts)


def whole_runs(arm: ArmEvaluations, metric: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the runs that stay finite, on the union of their own times.

    Between a run's own evaluations its values are carried linearly; no run is carried beyond its
    ends, and a mean never changes its members: the times reach from the last first evaluation to
    the first last one. Where runs differ in their times, 2,000 of them are kept at most.

    Returns
    -------
    seeds : ndarray, shape (runs,)
    times : ndarray, shape (times,)
    values : ndarray, shape (runs, times)
    """
    values = arm.matrices[metric]
    known = np.isfinite(values)
    whole = np.isinf(arm.diverged_at) & known.any(axis=1)
    values, known, seeds = values[whole], known[whole], arm.seeds[whole]
    if not len(values):
        return seeds, np.empty(0), np.empty((0, 0))
    if known.all():
        return seeds, arm.times, values
    runs = [(arm.times[own], run[own]) for run, own in zip(values, known, strict=True)]
    begin, end = max(at[0] for at, _ in runs), min(at[-1] for at, _ in runs)
    grid = union_grid([at[(begin <= at) & (at <= end)] for at, _ in runs])
    return seeds, grid, np.array([carry(at, run, grid) for at, run in runs])


def _on_one_grid(
    times: np.ndarray, values: np.ndarray, others: np.ndarray, against: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry the runs of two arms to the union of their grids, where both have all of theirs."""
    if np.array_equal(times, others):
        return times, values, against
    begin, end = max(times[0], others[0]), min(times[-1], others[-1])
    grid = union_grid([at[(begin <= at) & (at <= end)] for at in (times, others)])
    own = np.array([carry(times, run, grid) for run in values])
    its = np.array([carry(others, run, grid) for run in against])
    return grid, own, its


def _rows(
    band: Band, arm: ArmEvaluations, metric: str, times: np.ndarray, runs: int
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": arm.keys["study"],
            "arm": arm.keys["arm"],
            "metric": metric,
            "time": times,
            "n": band.n,
            "runs": runs,
            "mean": band.mean,
            "lower": band.lower,
            "upper": band.upper,
            "band": band.kind,
            "critical": band.critical,
        }
    )


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
