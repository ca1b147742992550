"""Traces to events: when each run's held-out loss got to the threshold and stayed there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from thresher.tables import ARM_KEYS, EVENTS, TRACE, check, read_traces

TRAILING_WINDOW = 50


@dataclass(frozen=True)
class ArmTraces:
    """The evaluations of all runs of one arm, as matrices.

    Attributes
    ----------
    keys : mapping of str to value
        The columns that name the arm: study, arm, variant, merge_mode and the factors.
    seeds : ndarray of int, shape (runs,)
        Ascending.
    epochs : ndarray of int, shape (evaluations,)
        Evaluation epochs, ascending.
    loss : ndarray of float, shape (runs, evaluations)
        Held-out loss in nats; NaN from the epoch on at which a run diverged. Where the traces
        have a training loss only, its mean over the last `TRAILING_WINDOW` epochs.
    accuracy : ndarray of float, shape (runs, evaluations)
        Held-out accuracy, fraction; NaN where unknown or diverged.
    diverged_at : ndarray of float, shape (runs,)
        First epoch with a loss that is not finite; infinite where there is none.
    """

    keys: Mapping[str, Any]
    seeds: np.ndarray
    epochs: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    diverged_at: np.ndarray


def first_sustained_crossing(
    losses: np.ndarray, epochs: np.ndarray, threshold: float, sustain: int = 3
) -> np.ndarray:
    """Find the first evaluation of the first `sustain` consecutive ones at or below a level.

    Parameters
    ----------
    losses : ndarray, shape (runs, evaluations)
        Nats; NaN is above every threshold.
    epochs : ndarray, shape (evaluations,)
        The epoch of each evaluation, ascending.
    threshold : float
        Nats, inclusive.
    sustain : int
        With E evaluations, a crossing after the (E − sustain + 1)-th can't be confirmed.

    Returns
    -------
    ndarray of float, shape (runs,)
        Epochs; infinite where the threshold is not reached.

    Examples
    --------
    >>> losses = np.array([[0.9, 0.3, 0.5, 0.4, 0.3, 0.2], [0.9, 0.8, 0.7, 0.6, 0.4, 0.3]])
    >>> first_sustained_crossing(losses, np.arange(0, 30, 5), threshold=0.4, sustain=3)
    array([15., inf])
    """
    losses, epochs = np.asarray(losses, float), np.asarray(epochs)
    if sustain < 1:
        raise ValueError(f"sustain must be at least 1, but was {sustain}")
    if losses.ndim != 2 or losses.shape[1:] != epochs.shape:
        raise ValueError(f"losses {losses.shape} do not fit epochs {epochs.shape}")
    starts = len(epochs) - sustain + 1
    if starts < 1:
        return np.full(len(losses), np.inf)
    below = losses <= threshold
    stays = below[:, :starts].copy()
    for later in range(1, sustain):
        stays &= below[:, later : later + starts]
    return np.where(stays.any(axis=1), epochs[stays.argmax(axis=1)], np.inf)


def events(traces: pd.DataFrame, threshold: float, budget: int, sustain: int = 3) -> pd.DataFrame:
    """Reduce traces to one row per run.

    The event time T is the first evaluation epoch of the first `sustain` consecutive evaluations
    at or below the threshold. A run that never gets there, or diverges before it does, has
    T = ∞ and the budget as its time; one that reached and diverged later stays reached and
    keeps its `diverged_at`.

    Parameters
    ----------
    traces : pandas.DataFrame
        Columns of `tables.TRACE` and factors; a row per run and epoch, in any order.
    threshold : float
        Nats.
    budget : int
        Epochs; every run that did not diverge must have exactly so many.
    sustain : int
        Evaluations.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.EVENTS` and factors; arms in order of appearance, seeds ascending.

    Raises
    ------
    ValueError
        Naming column and value, where a row is doubled, an epoch is negative, after the budget
        or missing, or a factor is not constant within its arm.
    """
    parts = [_arm_events(arm, threshold, budget, sustain) for arm in arm_traces(traces, budget)]
    if not parts:
        raise ValueError("column arm: the traces have no rows")
    return check(pd.concat(parts, ignore_index=True), EVENTS, "events")


def events_of_files(
    paths: Sequence[str | Path], threshold: float, budget: int, sustain: int = 3
) -> pd.DataFrame:
    """Reduce trace files as `events` does, folder by folder: memory holds one folder's traces.

    The blocks of an arm lie together in one folder.

    Parameters
    ----------
    paths : sequence of path
        Parquet files of `tables.TRACE`; those of one folder follow each other.
    threshold, budget, sustain
        See `events`.
    """
    parts = [
        events(read_traces(list(folder)), threshold, budget, sustain)
        for _, folder in groupby(paths, key=lambda path: Path(path).parent)
    ]
    return check(pd.concat(parts, ignore_index=True), EVENTS, "events")


def _arm_events(arm: ArmTraces, threshold: float, budget: int, sustain: int) -> pd.DataFrame:
    times = first_sustained_crossing(arm.loss, arm.epochs, threshold, sustain)
    reached, diverged = np.isfinite(times), np.isfinite(arm.diverged_at)
    nothing = np.full(len(times), np.nan)
    at_end = len(arm.epochs) > 0 and arm.epochs[-1] == budget
    table = pd.DataFrame(
        {
            "seed": arm.seeds,
            "threshold": float(threshold),
            "budget": budget,
            "epochs_to_threshold": np.where(reached, times, np.nan),
            "time": np.where(reached, times, budget),
            "event": reached,
            "outcome": np.select([reached, diverged], ["reached", "diverged"], "censored"),
            "diverged_at": np.where(diverged, arm.diverged_at, np.nan),
            "final_loss": arm.loss[:, -1] if at_end else nothing,
            "final_accuracy": arm.accuracy[:, -1] if at_end else nothing,
        }
    )
    return table.assign(**arm.keys)


def arm_traces(traces: pd.DataFrame, budget: int | None = None) -> Iterator[ArmTraces]:
    """Lay the evaluations of each arm out as matrices, checked; arms in order of appearance.

    Parameters
    ----------
    traces : pandas.DataFrame
        Columns of `tables.TRACE` and factors.
    budget : int or None
        Epochs that every run must have; None takes the last epoch of the traces.

    Raises
    ------
    ValueError
        See `events`.
    """
    for column in TRACE:
        if column not in traces:
            raise ValueError(
                f"column {column} is missing; the traces have {', '.join(map(str, traces))}"
            )
    for column in ("seed", "epoch"):
        _check_whole_numbers(traces[column])
    last = int(traces["epoch"].max()) if len(traces) else 0
    if budget is not None and last > budget:
        raise ValueError(f"column epoch: {last} is after the budget of {budget} epochs")
    names = [str(c) for c in traces if c in ARM_KEYS or c not in TRACE]
    codes, _ = _arm_codes(traces)
    for code in range(codes.max(initial=-1) + 1):
        rows = np.flatnonzero(codes == code)
        keys = {name: _constant(traces[name], rows) for name in names}
        yield _matrices(traces, rows, keys, last if budget is None else budget)


def _check_whole_numbers(values: pd.Series) -> None:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(numbers >= 0) | (numbers != np.floor(numbers))
    if wrong.any():
        value = values.iloc[int(wrong.argmax())]
        raise ValueError(f"column {values.name}: must be a whole number ≥ 0, but was {value}")


def _arm_codes(table: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Number the arms of a table in order of appearance."""
    codes, studies = pd.factorize(table["study"])
    arms, labels = pd.factorize(table["arm"])
    both, found = pd.factorize(codes * len(labels) + arms) if len(studies) > 1 else (arms, labels)
    return both, len(found)


def _constant(values: pd.Series, rows: np.ndarray) -> Any:
    """Return the one value that a factor has within an arm; it may be missing."""
    found = values.iloc[rows].unique()
    if len(found) > 1:
        raise ValueError(f"column {values.name}: one arm has both {found[0]} and {found[1]}")
    return found[0]


def _matrices(
    traces: pd.DataFrame, rows: np.ndarray, keys: Mapping[str, Any], budget: int
) -> ArmTraces:
    run, seeds = pd.factorize(traces["seed"].to_numpy()[rows], sort=True)
    column, epochs = pd.factorize(traces["epoch"].to_numpy()[rows], sort=True)
    place = run * len(epochs) + column
    filled = np.zeros(len(seeds) * len(epochs), bool)
    filled[place] = True
    if filled.sum() < len(rows):
        row = int(pd.Series(place).duplicated().to_numpy().argmax())
        seed, epoch = seeds[run[row]], epochs[column[row]]
        raise ValueError(f"arm {keys['arm']}: column seed {seed}, epoch {epoch}: two rows")

    def spread(name: str) -> np.ndarray:
        matrix = np.full(len(filled), np.nan)
        matrix[place] = traces[name].to_numpy(dtype=float, na_value=np.nan)[rows]
        return matrix.reshape(len(seeds), len(epochs))

    present = filled.reshape(len(seeds), len(epochs))
    loss, accuracy, training = spread("eval_loss"), spread("eval_accuracy"), spread("loss")
    if np.isnan(loss).all():
        loss, accuracy = _trailing_mean(training), _trailing_mean(spread("accuracy"))
    evaluated = (~np.isnan(loss)).any(axis=0)
    diverged_at = _divergence(loss, training, present, evaluated, epochs)
    _check_complete(keys["arm"], seeds, epochs, present, evaluated, diverged_at, budget)
    loss, accuracy = loss[:, evaluated], accuracy[:, evaluated]
    gone = epochs[evaluated] >= diverged_at[:, None]
    loss[gone] = accuracy[gone] = np.nan
    return ArmTraces(keys, seeds, epochs[evaluated], loss, accuracy, diverged_at)


def _trailing_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last `TRAILING_WINDOW` epochs, NaN before there are so many."""
    smooth = np.full(values.shape, np.nan)
    if values.shape[1] > TRAILING_WINDOW:  # epoch 0 has no training loss
        windows = np.lib.stride_tricks.sliding_window_view(values[:, 1:], TRAILING_WINDOW, axis=1)
        smooth[:, TRAILING_WINDOW:] = windows.mean(axis=-1)
    return smooth


def _divergence(
    loss: np.ndarray,
    training: np.ndarray,
    present: np.ndarray,
    evaluated: np.ndarray,
    epochs: np.ndarray,
) -> np.ndarray:
    """Find the first epoch ≥ 1 with a loss that is not finite; infinite where there is none.

    A run without any training loss is judged by its evaluations, if it has any: then the
    training loss was not recorded.
    """
    later = epochs >= 1
    recorded = np.isfinite(training[:, later]).any(axis=1)
    judged = np.isfinite(loss[:, later]).any(axis=1)
    wrong = ~np.isfinite(training) & (recorded | ~judged)[:, None]
    wrong |= ~np.isfinite(loss) & evaluated
    wrong &= present & later
    return np.where(wrong.any(axis=1), epochs[wrong.argmax(axis=1)], np.inf)


def _check_complete(
    arm: str,
    seeds: np.ndarray,
    epochs: np.ndarray,
    present: np.ndarray,
    evaluated: np.ndarray,
    diverged_at: np.ndarray,
    budget: int,
) -> None:
    """Refuse runs that end before the budget or skip an evaluation, unless they diverged."""
    last = epochs[present.shape[1] - 1 - present[:, ::-1].argmax(axis=1)]
    short = (last < budget) & np.isinf(diverged_at)
    if short.any():
        run = int(short.argmax())
        raise ValueError(
            f"arm {arm}, seed {seeds[run]}: column epoch ends at {last[run]}, "
            f"but the budget is {budget} epochs"
        )
    gaps = ~present & evaluated & (epochs < diverged_at[:, None])
    if gaps.any():
        run, column = np.argwhere(gaps)[0]
        raise ValueError(
            f"arm {arm}, seed {seeds[run]}: column epoch lacks {epochs[column]}, "
            "at which other runs of the arm were evaluated"
        )
