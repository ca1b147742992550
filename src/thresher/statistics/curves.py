"""Mean curves of every arm and their differences, with bands."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.evaluations import ArmEvaluations, by_arm
from thresher.statistics.bands import Band, difference_band, mean_band


def curves(
    evaluations: pd.DataFrame,
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
    evaluations : pandas.DataFrame
        What `evaluations.evaluations` returns.
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
    found = _by_arm(evaluations, metrics)
    parts = []
    for label in found if arms is None else arms:
        arm = _of(found, label)
        for metric in metrics:
            seeds, times, values = whole_runs(arm, metric)
            if len(values):
                result = mean_band(values, band, confidence, entropy, seeds)
                parts.append(_rows(result, arm, metric, times, len(arm.seeds)))
    return _joined(parts)


def curve_differences(
    evaluations: pd.DataFrame,
    metrics: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    confidence: float = 0.95,
    band: str = "simultaneous",
    paired: bool = True,
    entropy: int = 0,
) -> pd.DataFrame:
    """Average the difference of curves, arm − reference, at times that both have.

    Paired: over the seeds at which both runs stay finite. Unpaired: difference of the means.

    Parameters
    ----------
    evaluations : pandas.DataFrame
        What `evaluations.evaluations` returns.
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
    found = _by_arm(evaluations, metrics)
    parts = []
    for label, other in pairs:
        arm, reference = _of(found, label), _of(found, other)
        for metric in metrics:
            seeds, at, values = whole_runs(arm, metric)
            more, there, against = whole_runs(reference, metric)
            times, own, its = np.intersect1d(at, there, return_indices=True)
            values, against = values[:, own], against[:, its]
            runs = len(np.intersect1d(arm.seeds, reference.seeds)) if paired else len(arm.seeds)
            if paired:
                _, first, second = np.intersect1d(seeds, more, return_indices=True)
                seeds, values, against = seeds[first], values[first], against[second]
            if not (len(values) and len(against)):
                continue
            result = (
                mean_band(values - against, band, confidence, entropy, seeds)
                if paired
                else difference_band(values, against, band, confidence, entropy, (seeds, more))
            )
            rows = _rows(result, arm, metric, times, runs)
            parts.append(rows.assign(reference=other))
    return _joined(parts)


def _by_arm(evaluations: pd.DataFrame, metrics: Sequence[str]) -> dict[str, ArmEvaluations]:
    return {arm.keys["arm"]: arm for arm in by_arm(evaluations, metrics)}


def _of(found: dict[str, ArmEvaluations], label: str) -> ArmEvaluations:
    if label not in found:
        raise ValueError(f"column arm: {label} has no evaluations; there are {', '.join(found)}")
    return found[label]


def whole_runs(arm: ArmEvaluations, metric: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the runs that stay finite, on the union of their own times.

    Between a run's own evaluations its values are carried linearly; no run is carried beyond its
    ends, so the times reach from the last first evaluation to the first last one.

    Returns
    -------
    seeds : ndarray, shape (runs,)
    times : ndarray, shape (times,)
    values : ndarray, shape (runs, times)
    """
    values = arm.matrices[metric]
    known = np.isfinite(values)
    whole = np.isinf(arm.diverged_at) & known.any(axis=1)
    values, known = values[whole], known[whole]
    if not len(values):
        return arm.seeds[whole], np.empty(0), np.empty((0, 0))
    columns = known.any(axis=0)
    first, last = known.argmax(axis=1), known.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    columns[: first.max()] = columns[last.min() + 1 :] = False
    filled = [
        run if own.all() else np.interp(arm.times, arm.times[own], run[own])
        for run, own in zip(values, known, strict=True)
    ]
    return arm.seeds[whole], arm.times[columns], np.array(filled)[:, columns]


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
