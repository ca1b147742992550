"""Evaluations to events: when each run's metric got to the threshold and stayed there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from thresher.matrices import BEYOND, ArmEvaluations, Evaluations, by_arm, trailing_mean
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
    evaluations: Evaluations, metric: Metric, endpoint: Endpoint
) -> Iterator[ArmEvaluations]:
    """Lay out the metric of every arm as the endpoint takes it: as it is, or a trailing mean."""
    for arm in by_arm(evaluations, [metric.name]):
        yield _smoothed(arm, metric.name, endpoint.smooth)


def _smoothed(arm: ArmEvaluations, metric: str, reach: float) -> ArmEvaluations:
    if not reach:
        return arm
    means = trailing_mean(arm.matrices[metric], arm.times, reach)
    return replace(arm, matrices={**arm.matrices, metric: means})


@dataclass(frozen=True)
class Crossed:
    """When the runs of one arm get to some levels: what is kept of their evaluations.

    Attributes
    ----------
    keys : mapping of str to value
    seeds : ndarray, shape (runs,)
    times : ndarray of float, shape (levels, runs)
        Infinite where a level is not reached.
    diverged : ndarray of bool, shape (runs,)
    last : ndarray of float, shape (runs,)
        When each run was evaluated last.
    end : float
        When any run of the arm was.
    """

    keys: Mapping[str, Any]
    seeds: np.ndarray
    times: np.ndarray
    diverged: np.ndarray
    last: np.ndarray
    end: float

    def open_ends(self, level: int) -> np.ndarray:
        """Return where the runs end that neither get to the level of that number nor diverge."""
        return self.last[~np.isfinite(self.times[level]) & ~self.diverged]


def crossed(
    arm: ArmEvaluations, metric: Metric, levels: Sequence[float], sustain: int = 3
) -> Crossed:
    """Reduce an arm to when its runs get to each of some levels."""
    measured = arm.measured(metric.name)
    return Crossed(
        keys=arm.keys,
        seeds=arm.seeds,
        times=np.array([crossings(arm, metric, level, sustain) for level in levels]),
        diverged=np.isfinite(arm.diverged_at),
        last=np.where(measured, arm.times, 0.0).max(axis=1, initial=0.0),
        end=float(arm.times[-1]),
    )


def to_own_ends(table: pd.DataFrame, arms: Sequence[Crossed], level: int = 0) -> pd.DataFrame:
    """Add to events what happens when each run is followed beyond the budget, to its own end.

    A run that does not get there is censored at its last evaluation. One that diverged never gets
    there, so it stays at risk until the longest run ends: to censor it where it diverged would
    take it for as good as the runs that go on.

    Parameters
    ----------
    table : pandas.DataFrame
        Events within the budget: columns arm, seed, time, event, budget.
    arms : sequence of Crossed
        Of all evaluations, whatever the budget; none where no run goes on beyond it.
    level : int
        The number of the level that the events are of.

    Returns
    -------
    pandas.DataFrame
        With ``own_time`` and ``own_event``; equal to ``time`` and ``event`` where a run reached
        the threshold within the budget, or `arms` is empty.
    """
    if not arms:
        return table.assign(own_time=table["time"], own_event=table["event"])
    longest = max(arm.end for arm in arms)
    parts = []
    for arm in arms:
        times = arm.times[level]
        open_ends = np.where(arm.diverged, longest, arm.last)
        reached = np.isfinite(times)
        ends = {"own_time": np.where(reached, times, open_ends), "own_event": reached}
        parts.append(pd.DataFrame({"arm": arm.keys["arm"], "seed": arm.seeds, **ends}))
    found = pd.concat(parts, ignore_index=True).set_index(["arm", "seed"])
    own = found.loc[pd.MultiIndex.from_frame(table[["arm", "seed"]])]
    time, event = own["own_time"].to_numpy(float), own["own_event"].to_numpy(bool)
    at_least = np.where(event, time, np.maximum(time, table["budget"].to_numpy(float)))
    return table.assign(own_time=at_least, own_event=event)


def beyond(
    followed: Evaluations | None, metric: Metric, endpoint: Endpoint, levels: Sequence[float]
) -> list[Crossed]:
    """Find when runs get to levels whatever the budget; nothing where none goes on beyond it."""
    if followed is None or BEYOND not in followed.columns:
        return []
    arms = smoothed(followed, metric, endpoint)
    return [crossed(arm, metric, levels, endpoint.sustain) for arm in arms]


def events(
    evaluations: Evaluations,
    metric: Metric,
    endpoint: Endpoint,
    followed: Evaluations | None = None,
) -> pd.DataFrame:
    """Reduce evaluations to one row per run.

    The event time T is the first of the first `sustain` consecutive evaluations on the right side
    of the threshold. A run that never gets there, or diverges before it does, has T = ∞ and the
    budget as its time; one that reached and diverged later stays reached and keeps its
    `diverged_at`.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
        As `matrices.by_arm` takes them.
    metric : Metric
    endpoint : Endpoint
    followed : pandas.DataFrame or Stored, optional
        All evaluations, those beyond the budget marked; see `matrices.marked`.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``events``; arms in order of appearance, seeds ascending.
    """
    parts = [_arm_events(arm, metric, endpoint) for arm in by_arm(evaluations, [metric.name])]
    if not parts:
        raise ValueError("column arm: there are no evaluations")
    found = pd.concat(parts, ignore_index=True)
    return to_own_ends(found, beyond(followed, metric, endpoint, [endpoint.threshold]))


def _arm_events(arm: ArmEvaluations, metric: Metric, endpoint: Endpoint) -> pd.DataFrame:
    smooth = _smoothed(arm, metric.name, endpoint.smooth)
    times = crossings(smooth, metric, endpoint.threshold, endpoint.sustain)
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
            "final": final_values(arm, metric.name, endpoint.budget),
        }
    )
    return table.assign(**arm.keys)


def final_values(arm: ArmEvaluations, metric: str, budget: float) -> np.ndarray:
    """Return each run's last value, NaN where it has none at the budget, shape (runs,)."""
    if not len(arm.times) or arm.times[-1] < budget:
        return np.full(len(arm.seeds), np.nan)
    return arm.matrices[metric][:, -1]
