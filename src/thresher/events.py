"""Evaluations to events: when each run's metric got to the threshold and stayed there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from thresher.evaluations import BEYOND, ArmEvaluations, by_arm, trailing_mean
from thresher.metric import Metric
from thresher.study.plan import Endpoint


def first_sustained_crossing(
    values: np.ndarray,
    times: np.ndarray,
    threshold: float,
    sustain: int = 3,
    measured: np.ndarray | None = None,
) -> np.ndarray:
    """Find the first evaluation of the first `sustain` consecutive ones at or below a level.

    Parameters
    ----------
    values : ndarray, shape (runs, evaluations)
        NaN is above every threshold.
    times : ndarray, shape (evaluations,)
        When the evaluations were, ascending.
    threshold : float
        Inclusive.
    sustain : int
        With E evaluations, a crossing after the (E − sustain + 1)-th can't be confirmed.
    measured : ndarray of bool, shape (runs, evaluations), optional
        Where a run was evaluated; only a run's own evaluations count. Everywhere by default.

    Returns
    -------
    ndarray of float, shape (runs,)
        Times; infinite where the threshold is not reached.

    Examples
    --------
    >>> values = np.array([[0.9, 0.3, 0.5, 0.4, 0.3, 0.2], [0.9, 0.8, 0.7, 0.6, 0.4, 0.3]])
    >>> first_sustained_crossing(values, np.arange(0, 30, 5), threshold=0.4, sustain=3)
    array([15., inf])
    """
    values, times = np.asarray(values, float), np.asarray(times, float)
    if sustain < 1:
        raise ValueError(f"sustain must be at least 1, but was {sustain}")
    if values.ndim != 2 or values.shape[1:] != times.shape:
        raise ValueError(f"values {values.shape} do not fit times {times.shape}")
    at = np.broadcast_to(times, values.shape)
    if measured is not None and not measured.all():
        # Each run's own evaluations first, in their order.
        order = np.argsort(~measured, axis=1, kind="stable")
        values = np.take_along_axis(np.where(measured, values, np.nan), order, axis=1)
        at = np.take_along_axis(at, order, axis=1)
    starts = values.shape[1] - sustain + 1
    if starts < 1:
        return np.full(len(values), np.inf)
    below = values <= threshold
    stays = below[:, :starts].copy()
    for later in range(1, sustain):
        stays &= below[:, later : later + starts]
    first = np.take_along_axis(at, stays.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(stays.any(axis=1), first, np.inf)


def crossings(
    arm: ArmEvaluations, metric: Metric, threshold: float, sustain: int = 3
) -> np.ndarray:
    """Find when each run of an arm reaches a threshold for good, in the metric's own direction.

    Here, and nowhere after, the sign of the metric matters.

    Returns
    -------
    ndarray of float, shape (runs,)
        Along the axis; infinite where the threshold is not reached.
    """
    values, sign = arm.matrices[metric.name], metric.sign
    measured = arm.measured(metric.name)
    return first_sustained_crossing(sign * values, arm.times, sign * threshold, sustain, measured)


def smoothed(
    evaluations: pd.DataFrame, metric: Metric, endpoint: Endpoint
) -> Iterator[ArmEvaluations]:
    """Lay out the metric of every arm as the endpoint takes it: as it is, or a trailing mean."""
    for arm in by_arm(evaluations, [metric.name]):
        yield _smoothed(arm, metric.name, endpoint.smooth) if endpoint.smooth else arm


def _smoothed(arm: ArmEvaluations, metric: str, reach: float) -> ArmEvaluations:
    means = trailing_mean(arm.matrices[metric], arm.times, reach)
    return replace(arm, matrices={**arm.matrices, metric: means})


def last_evaluations(arm: ArmEvaluations, metric: Metric) -> np.ndarray:
    """Return when each run of an arm was evaluated last, shape (runs,)."""
    measured = arm.measured(metric.name)
    return np.where(measured, arm.times, 0.0).max(axis=1, initial=0.0)


def to_own_ends(
    table: pd.DataFrame,
    arms: Sequence[ArmEvaluations],
    metric: Metric,
    threshold: float,
    sustain: int = 3,
) -> pd.DataFrame:
    """Add to events what happens when each run is followed beyond the budget, to its own end.

    A run that does not get there is censored at its last evaluation. One that diverged never gets
    there, so it stays at risk until the longest run ends: to censor it where it diverged would
    take it for as good as the runs that go on.

    Parameters
    ----------
    table : pandas.DataFrame
        Events within the budget: columns arm, seed, time, event, budget.
    arms : sequence of ArmEvaluations
        Of all evaluations, whatever the budget; none where no run goes on beyond it.
    metric : Metric
    threshold : float
    sustain : int

    Returns
    -------
    pandas.DataFrame
        With ``own_time`` and ``own_event``; equal to ``time`` and ``event`` where a run reached
        the threshold within the budget, or `arms` is empty.
    """
    if not arms:
        return table.assign(own_time=table["time"], own_event=table["event"])
    longest = max(float(arm.times[-1]) for arm in arms)
    parts = []
    for arm in arms:
        times = crossings(arm, metric, threshold, sustain)
        open_ends = np.where(np.isfinite(arm.diverged_at), longest, last_evaluations(arm, metric))
        reached = np.isfinite(times)
        ends = {"own_time": np.where(reached, times, open_ends), "own_event": reached}
        parts.append(pd.DataFrame({"arm": arm.keys["arm"], "seed": arm.seeds, **ends}))
    found = pd.concat(parts, ignore_index=True).set_index(["arm", "seed"])
    own = found.loc[pd.MultiIndex.from_frame(table[["arm", "seed"]])]
    time, event = own["own_time"].to_numpy(float), own["own_event"].to_numpy(bool)
    at_least = np.where(event, time, np.maximum(time, table["budget"].to_numpy(float)))
    return table.assign(own_time=at_least, own_event=event)


def followed_arms(
    followed: pd.DataFrame | None, metric: Metric, endpoint: Endpoint
) -> list[ArmEvaluations]:
    """Lay out all evaluations as `smoothed` does; nothing where none lies beyond the budget."""
    if followed is None or BEYOND not in followed:
        return []
    return list(smoothed(followed, metric, endpoint))


def events(
    evaluations: pd.DataFrame,
    metric: Metric,
    endpoint: Endpoint,
    followed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Reduce evaluations to one row per run.

    The event time T is the first of the first `sustain` consecutive evaluations on the right side
    of the threshold. A run that never gets there, or diverges before it does, has T = ∞ and the
    budget as its time; one that reached and diverged later stays reached and keeps its
    `diverged_at`.

    Parameters
    ----------
    evaluations : pandas.DataFrame
        What `evaluations.evaluations` returns.
    metric : Metric
    endpoint : Endpoint
    followed : pandas.DataFrame, optional
        All evaluations, those beyond the budget marked; see `evaluations.marked`.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``events``; arms in order of appearance, seeds ascending.
    """
    raw = by_arm(evaluations, [metric.name])
    parts = [
        _arm_events(arm, metric, endpoint, final_values(own, metric.name, endpoint.budget))
        for own, arm in zip(raw, smoothed(evaluations, metric, endpoint), strict=True)
    ]
    if not parts:
        raise ValueError("column arm: there are no evaluations")
    found = pd.concat(parts, ignore_index=True)
    arms = followed_arms(followed, metric, endpoint)
    return to_own_ends(found, arms, metric, endpoint.threshold, endpoint.sustain)


def _arm_events(
    arm: ArmEvaluations, metric: Metric, endpoint: Endpoint, final: np.ndarray
) -> pd.DataFrame:
    times = crossings(arm, metric, endpoint.threshold, endpoint.sustain)
    reached, diverged = np.isfinite(times), np.isfinite(arm.diverged_at)
    table = pd.DataFrame(
        {
            "seed": arm.seeds,
            "threshold": float(endpoint.threshold),
            "budget": endpoint.budget,
            "event_time": np.where(reached, times, np.nan),
            "time": np.where(reached, times, endpoint.budget),
            "event": reached,
            "outcome": np.select([reached, diverged], ["reached", "diverged"], "censored"),
            "diverged_at": np.where(diverged, arm.diverged_at, np.nan),
            "final": final,
        }
    )
    return table.assign(**arm.keys)


def final_values(arm: ArmEvaluations, metric: str, budget: float) -> np.ndarray:
    """Return each run's last value, NaN where it has none at the budget, shape (runs,)."""
    if not len(arm.times) or arm.times[-1] < budget:
        return np.full(len(arm.seeds), np.nan)
    return arm.matrices[metric][:, -1]
