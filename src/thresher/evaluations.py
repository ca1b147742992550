"""Traces to evaluations: what each run measured when, checked; the one place that reads traces."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

KEYS = ("study", "arm", "variant")
TIME, DIVERGED = "time", "diverged_at"


class TraceProblem(ValueError):
    """Traces that can't be analysed; names arm, seed, column and value."""


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
    judged = list(dict.fromkeys((*metrics, *quantities)))
    _check_columns(traces, axis, judged)
    rows = _ordered(_rows(traces, axis, metrics, judged, budget))
    frame, runs = rows.frame, rows.runs
    _check_rows(frame, runs)
    frame[DIVERGED] = _first(runs, frame[TIME].to_numpy(), rows.wrong)
    if complete:
        _check_ends(frame, runs, budget)
    kept = rows.measured & (frame[TIME] <= budget).to_numpy()
    _check_measured(frame, runs, kept, metrics)
    frame = frame[kept].reset_index(drop=True)
    gone = (frame[TIME] >= frame[DIVERGED]).to_numpy()
    frame.loc[gone, list(metrics)] = np.nan
    if complete:
        _check_grid(frame)
    return frame


@dataclass(frozen=True)
class _Rows:
    """Rows of traces: what names them, their time and metrics; for each, what it says.

    Attributes
    ----------
    frame : pandas.DataFrame
    arms : ndarray of int, shape (rows,)
        The number of each row's arm.
    wrong : ndarray of bool, shape (rows,)
        Whether a quantity was measured within the budget and is not finite.
    measured : ndarray of bool, shape (rows,)
        Whether a metric was.
    """

    frame: pd.DataFrame
    arms: np.ndarray
    wrong: np.ndarray
    measured: np.ndarray

    @property
    def runs(self) -> np.ndarray:
        """Number the runs of ordered rows, shape (rows,)."""
        seeds = pd.factorize(self.frame["seed"])[0]
        new = np.ones(len(seeds), bool)
        new[1:] = (self.arms[1:] != self.arms[:-1]) | (seeds[1:] != seeds[:-1])
        return np.cumsum(new) - 1


def _check_columns(traces: pa.Table, axis: str, judged: Sequence[str]) -> None:
    for column in (*KEYS, "seed", axis, *judged):
        if column not in traces.column_names:
            raise TraceProblem(
                f"column {column} is missing; the traces have {', '.join(traces.column_names)}"
            )


def _rows(
    traces: pa.Table, axis: str, metrics: Sequence[str], judged: Sequence[str], budget: float
) -> _Rows:
    """Take from a table what is needed; null and NaN are told apart here."""
    named = traces.column_names[: traces.column_names.index("seed")]
    frame = traces.select([*named, "seed"]).to_pandas()
    frame[TIME] = traces[axis].to_numpy().astype(float)
    _check_times(frame, axis)
    wrong, measured = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    for name in judged:
        there = traces[name].is_valid().to_numpy()
        values = traces[name].to_numpy().astype(float, copy=False)
        wrong |= there & ~np.isfinite(values)
        if name in metrics:
            frame[name] = values
            measured |= there
    # What has one value throughout, which is quick to see, has one within each arm.
    several = [name for name in named if len(pc.unique(traces[name])) > 1]
    _check_constant(frame, [name for name in several if name not in ("study", "arm")])
    arms = pd.factorize(frame["arm"])[0]
    return _Rows(frame, arms, wrong & (frame[TIME] <= budget).to_numpy(), measured)


def _ordered(rows: _Rows) -> _Rows:
    keys = (rows.frame[TIME].to_numpy(), rows.frame["seed"].to_numpy(), rows.arms)
    if _in_order(keys):
        return rows
    order = np.lexsort(keys)
    frame = rows.frame.iloc[order].reset_index(drop=True)
    return _Rows(frame, rows.arms[order], rows.wrong[order], rows.measured[order])


def _in_order(keys: Sequence[np.ndarray]) -> bool:
    """Return whether rows are sorted by these keys, the last one first, as traces of ours are."""
    ordered, tied = True, np.ones(max(len(keys[0]) - 1, 0), bool)
    for key in reversed(keys):
        ordered = ordered and not (tied & (key[1:] < key[:-1])).any()
        tied = tied & (key[1:] == key[:-1])
    return ordered


def _check_times(frame: pd.DataFrame, axis: str) -> None:
    times = frame[TIME].to_numpy()
    wrong = ~((times >= 0) & np.isfinite(times))
    if wrong.any():
        row = frame.iloc[int(wrong.argmax())]
        raise TraceProblem(
            f"column {axis}: must be a number ≥ 0, but was {row[TIME]:g} "
            f"(arm {row['arm']}, seed {row['seed']})"
        )


def _check_constant(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a variant or factor that has two values within an arm."""
    for name in names:
        values = frame[[name, "arm"]].drop_duplicates()
        twice = values["arm"].duplicated()
        if twice.any():
            arm = values.loc[twice, "arm"].iloc[0]
            first, second = values.loc[values["arm"] == arm, name].iloc[:2]
            raise TraceProblem(f"column {name}: arm {arm} has both {first} and {second}")


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


def _check_measured(
    frame: pd.DataFrame, runs: np.ndarray, kept: np.ndarray, metrics: Sequence[str]
) -> None:
    """Refuse a run of which nothing would be left."""
    without = ~np.isin(runs, runs[kept])
    if without.any():
        row = frame.iloc[int(without.argmax())]
        raise TraceProblem(
            f"arm {row['arm']}, seed {row['seed']}: has no value of {' or '.join(metrics)}"
        )


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
    for arm, rows in frame.groupby("arm", sort=False, observed=True):
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
