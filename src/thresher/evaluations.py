"""Traces to evaluations: what each run measured when, checked; the one place that reads traces."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

KEYS = ("study", "arm", "variant")
TIME, DIVERGED = "time", "diverged_at"


class TraceProblem(ValueError):
    """Traces that can't be analysed; names arm, seed, column and value."""


@dataclass(frozen=True)
class ArmEvaluations:
    """The evaluations of all runs of one arm, as matrices.

    Attributes
    ----------
    keys : mapping of str to value
        The columns that name the arm: study, arm, variant and the factors.
    seeds : ndarray, shape (runs,)
        Ascending.
    times : ndarray of float, shape (evaluations,)
        Along the axis, ascending: every time at which a run of the arm was evaluated.
    matrices : mapping of str to ndarray of float, shape (runs, evaluations)
        By metric; NaN where a run was not evaluated, and from the time on at which it diverged.
    diverged_at : ndarray of float, shape (runs,)
        First time with a value that is not finite; infinite where there is none.
    """

    keys: Mapping[str, Any]
    seeds: np.ndarray
    times: np.ndarray
    matrices: Mapping[str, np.ndarray]
    diverged_at: np.ndarray

    def measured(self, metric: str) -> np.ndarray:
        """Return where a run was evaluated, shape (runs, evaluations); diverged runs always are."""
        return np.isfinite(self.matrices[metric]) | (self.times >= self.diverged_at[:, None])


def evaluations(
    traces: pa.Table,
    axis: str,
    metrics: Sequence[str],
    budget: float,
    quantities: Sequence[str] = (),
    complete: bool = True,
) -> pd.DataFrame:
    """Reduce traces to the rows in which a metric was measured.

    A run diverged at the first time at which a quantity was measured and is not finite; what was
    not measured (null) never counts as diverged.

    Parameters
    ----------
    traces : pyarrow.Table
        A row for each run and time, in any order; columns in this one: study, arm, variant,
        factors, seed, the axis, and one for each quantity.
    axis : str
        The column of the axis.
    metrics : sequence of str
    budget : float
        What lies after it is left out.
    quantities : sequence of str
        Further columns that a run may diverge in, such as the training loss.
    complete : bool
        Whether every run must have all evaluations up to the budget, as runs trained here do.

    Returns
    -------
    pandas.DataFrame
        Columns study, arm, variant, factors, seed, time, the metrics, diverged_at; ordered by arm
        (as they appear), seed and time.

    Raises
    ------
    TraceProblem
        If a column is missing, a row is doubled, a time is negative or missing, a factor is not
        constant within its arm, or `complete` runs are not.
    """
    judged = [*metrics, *(name for name in quantities if name not in metrics)]
    _check_columns(traces, axis, judged)
    named = traces.column_names[: traces.column_names.index("seed")]
    frame = traces.select([*named, "seed"]).to_pandas()
    frame[TIME] = _times(traces[axis], axis)
    wrong, measured = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    for name in judged:
        column = traces[name].combine_chunks()
        known_here = ~column.is_null().to_numpy(zero_copy_only=False)
        values = column.to_numpy(zero_copy_only=False).astype(float)
        wrong |= known_here & ~np.isfinite(values)
        if name in metrics:
            frame[name] = values
            measured |= known_here
    codes = pd.factorize(frame["arm"])[0]
    order = np.lexsort((frame[TIME], frame["seed"], codes))
    frame, wrong, measured, codes = (
        frame.iloc[order].reset_index(drop=True),
        wrong[order],
        measured[order],
        codes[order],
    )
    _check_constant(frame, [name for name in named if name not in ("study", "arm")])
    runs = _run_numbers(frame, codes)
    _check_rows(frame, runs)
    frame[DIVERGED] = _first(runs, frame[TIME].to_numpy(), wrong)
    if complete:
        _check_ends(frame, runs, budget)
    kept = measured & (frame[TIME] <= budget).to_numpy()
    frame = frame[kept].reset_index(drop=True)
    gone = (frame[TIME] >= frame[DIVERGED]).to_numpy()
    frame.loc[gone, list(metrics)] = np.nan
    if complete:
        _check_grid(frame)
    return frame


def _check_columns(traces: pa.Table, axis: str, judged: Sequence[str]) -> None:
    for column in (*KEYS, "seed", axis, *judged):
        if column not in traces.column_names:
            raise TraceProblem(
                f"column {column} is missing; the traces have {', '.join(traces.column_names)}"
            )


def _times(column: pa.ChunkedArray, axis: str) -> np.ndarray:
    times = column.to_numpy().astype(float)
    wrong = ~(times >= 0)
    if wrong.any():
        raise TraceProblem(
            f"column {axis}: must be a number ≥ 0, but was {times[int(wrong.argmax())]:g}"
        )
    return times


def _check_constant(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a variant or factor that has two values within an arm."""
    for name in names:
        values = frame[[name, "arm"]].drop_duplicates()
        twice = values["arm"].duplicated()
        if twice.any():
            arm = values.loc[twice, "arm"].iloc[0]
            first, second = values.loc[values["arm"] == arm, name].iloc[:2]
            raise TraceProblem(f"column {name}: arm {arm} has both {first} and {second}")


def _run_numbers(frame: pd.DataFrame, codes: np.ndarray) -> np.ndarray:
    """Number the runs of an ordered frame, shape (rows,)."""
    seeds = pd.factorize(frame["seed"])[0]
    new = np.ones(len(frame), bool)
    new[1:] = (codes[1:] != codes[:-1]) | (seeds[1:] != seeds[:-1])
    return np.cumsum(new) - 1


def _check_rows(frame: pd.DataFrame, runs: np.ndarray) -> None:
    times = frame[TIME].to_numpy()
    twice = (runs[1:] == runs[:-1]) & (times[1:] == times[:-1])
    if twice.any():
        row = frame.iloc[int(twice.argmax())]
        raise TraceProblem(f"arm {row['arm']}, seed {row['seed']}: two rows at {row[TIME]:g}")


def _first(runs: np.ndarray, times: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """Return, for every row, the first time at which its run is wrong; infinite without one."""
    first = np.full(runs[-1] + 1 if len(runs) else 0, np.inf)
    np.minimum.at(first, runs[wrong], times[wrong])
    return first[runs]


def _check_ends(frame: pd.DataFrame, runs: np.ndarray, budget: float) -> None:
    last = np.append(runs[1:] != runs[:-1], True) if len(runs) else np.array([], bool)
    ends = frame[last]
    short = ends[(ends[TIME] < budget) & np.isinf(ends[DIVERGED])]
    if len(short):
        row = short.iloc[0]
        raise TraceProblem(
            f"arm {row['arm']}, seed {row['seed']}: ends at {row[TIME]:g}, "
            f"but the budget is {budget:g}"
        )


def _check_grid(frame: pd.DataFrame) -> None:
    """Refuse a run that skips an evaluation which others of its arm have."""
    for arm, rows in frame.groupby("arm", sort=False):
        alive = rows[rows[TIME] < rows[DIVERGED]]
        counts = alive.groupby(TIME)["seed"].nunique()
        ends = rows.groupby("seed", sort=False)[DIVERGED].first()
        expected = np.array([(ends > time).sum() for time in counts.index])
        missing = counts.to_numpy() < expected
        if missing.any():
            time = counts.index[int(missing.argmax())]
            there = set(alive.loc[alive[TIME] == time, "seed"])
            seed = next(s for s in ends.index[ends > time] if s not in there)
            raise TraceProblem(
                f"arm {arm}, seed {seed}: has no evaluation at {time:g}, "
                "at which other runs of the arm were evaluated"
            )


def by_arm(
    frame: pd.DataFrame, metrics: Sequence[str], smooth: Mapping[str, float] | None = None
) -> Iterator[ArmEvaluations]:
    """Lay the evaluations of each arm out as matrices; arms in order of appearance.

    Parameters
    ----------
    frame : pandas.DataFrame
        What `evaluations` returns.
    metrics : sequence of str
    smooth : mapping of str to float, optional
        Metric → how far back along the axis a trailing mean reaches that takes its place.
    """
    keys = list(frame.columns[: frame.columns.get_loc("seed")])
    for _, rows in frame.groupby("arm", sort=False):
        run, seeds = pd.factorize(rows["seed"], sort=True)
        column, times = pd.factorize(rows[TIME].to_numpy(), sort=True)
        values = {}
        for metric in metrics:
            matrix = np.full((len(seeds), len(times)), np.nan)
            matrix[run, column] = rows[metric].to_numpy(float, na_value=np.nan)
            reach = (smooth or {}).get(metric, 0)
            values[metric] = trailing_mean(matrix, times, reach) if reach else matrix
        diverged = np.full(len(seeds), np.inf)
        diverged[run] = rows[DIVERGED].to_numpy(float)
        first = {name: rows[name].iloc[0] for name in keys}
        yield ArmEvaluations(first, np.asarray(seeds), times, values, diverged)


def trailing_mean(values: np.ndarray, times: np.ndarray, reach: float) -> np.ndarray:
    """Average each run's own evaluations over the last `reach` along the axis.

    Parameters
    ----------
    values : ndarray, shape (runs, evaluations)
        NaN where a run was not evaluated.
    times : ndarray, shape (evaluations,)
    reach : float
        The window at time t is (t − reach, t].

    Returns
    -------
    ndarray, shape (runs, evaluations)
        NaN where a run was not evaluated, and until its evaluations cover a whole window.
    """
    smooth = np.full(values.shape, np.nan)
    for row, run in enumerate(values):
        own = np.flatnonzero(np.isfinite(run))
        if len(own) < 2:
            continue
        at, sums = times[own], np.concatenate([[0.0], np.cumsum(run[own])])
        begin = np.searchsorted(at, at - reach, side="right")
        means = (sums[1:] - sums[begin]) / (np.arange(1, len(own) + 1) - begin)
        whole = at - reach >= at[0] - (at[1] - at[0])
        smooth[row, own[whole]] = means[whole]
    return smooth
