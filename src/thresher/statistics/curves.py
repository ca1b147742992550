"""Mean held-out curves of every arm and their differences, with bands."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.events import ArmTraces, arm_traces
from thresher.statistics.bands import Band, difference_band, mean_band
from thresher.tables import CURVE_DIFFERENCES, CURVES, Schema, check

METRICS = ("eval_loss", "eval_accuracy")


def curves(
    traces: pd.DataFrame,
    confidence: float = 0.95,
    band: str = "simultaneous",
    entropy: int = 0,
    arms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Average the held-out loss and accuracy of every arm over seeds, at evaluation epochs.

    A curve is over the runs that stay finite up to the budget; `n` says how many. An arm of which
    none does, or a metric that was not recorded, has no rows.

    Parameters
    ----------
    traces : pandas.DataFrame
        Columns of `tables.TRACE`.
    confidence : float
    band : {"simultaneous", "pointwise"}
    entropy : int
        The study's.
    arms : sequence of str or None
        Order of the arms; that of the traces where None.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.CURVES`.
    """
    found = _by_arm(traces)
    parts = []
    for label in found if arms is None else arms:
        arm = _of(found, label)
        for metric in METRICS:
            seeds, values = _finite(arm, metric)
            if len(values):
                result = mean_band(values, band, confidence, entropy, seeds)
                parts.append(_rows(result, arm, metric))
    return _table(parts, CURVES, "curves")


def curve_differences(
    traces: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    confidence: float = 0.95,
    band: str = "simultaneous",
    paired: bool = True,
    entropy: int = 0,
) -> pd.DataFrame:
    """Average the difference of held-out curves, arm − reference, at epochs that both have.

    Paired: over the seeds at which both runs stay finite. Unpaired: difference of the means.

    Parameters
    ----------
    traces : pandas.DataFrame
        Columns of `tables.TRACE`.
    pairs : sequence of (arm, reference)
    confidence : float
    band : {"simultaneous", "pointwise"}
    paired : bool
    entropy : int

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.CURVE_DIFFERENCES`.
    """
    found = _by_arm(traces)
    parts = []
    for label, other in pairs:
        arm, reference = _of(found, label), _of(found, other)
        epochs, own, its = np.intersect1d(arm.epochs, reference.epochs, return_indices=True)
        for metric in METRICS:
            (seeds, values), (more, against) = _finite(arm, metric), _finite(reference, metric)
            values, against = values[:, own], against[:, its]
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
            parts.append(_rows(result, arm, metric, epochs).assign(reference=other))
    return _table(parts, CURVE_DIFFERENCES, "curve_differences")


def _by_arm(traces: pd.DataFrame) -> dict[str, ArmTraces]:
    return {arm.keys["arm"]: arm for arm in arm_traces(traces)}


def _of(found: dict[str, ArmTraces], label: str) -> ArmTraces:
    if label not in found:
        raise ValueError(f"column arm: {label} has no traces; there are {', '.join(found)}")
    return found[label]


def _finite(arm: ArmTraces, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the seeds and curves of the runs that stay finite."""
    values = arm.loss if metric == "eval_loss" else arm.accuracy
    whole = np.isinf(arm.diverged_at) & np.isfinite(values).all(axis=1)
    return arm.seeds[whole], values[whole]


def _rows(
    band: Band, arm: ArmTraces, metric: str, epochs: np.ndarray | None = None
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": arm.keys["study"],
            "arm": arm.keys["arm"],
            "metric": metric,
            "epoch": arm.epochs if epochs is None else epochs,
            "n": band.n,
            "mean": band.mean,
            "lower": band.lower,
            "upper": band.upper,
            "band": band.kind,
            "critical": band.critical,
        }
    )


def _table(parts: list[pd.DataFrame], schema: Schema, name: str) -> pd.DataFrame:
    columns = list(schema)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return check(table[columns], schema, name)
