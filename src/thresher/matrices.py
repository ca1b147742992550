"""Evaluations as matrices, an arm at a time, of a table or a file: the one place for that."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from thresher.evaluations import DIVERGED, TIME

BEYOND = "beyond"
KEPT = 1 << 25
"""Numbers that `Kept` holds at most: 268 MB."""


class Stored:
    """Evaluations in a Parquet file, each of whose row groups has one arm.

    Nothing is read before it is asked for: an arm's rows, of the columns that are named.

    Parameters
    ----------
    path : path
    beyond : bool
        Whether what is marked as beyond the budget is among them; see `marked`.

    Raises
    ------
    ValueError
        Naming the file and what to do, if a row group has several arms.
    """

    def __init__(self, path: str | os.PathLike[str], beyond: bool = True) -> None:
        self._path, self._file = path, pq.ParquetFile(path)
        names = self._file.schema_arrow.names
        self._cut = BEYOND in names and not beyond
        self.columns = [name for name in names if not (self._cut and name == BEYOND)]
        self._groups = self._found(names.index("arm"))

    def _found(self, column: int) -> dict[str, list[int]]:
        """Return the row groups of each arm, in order of appearance."""
        groups: dict[str, list[int]] = {}
        for number in range(self._file.num_row_groups):
            group = self._file.metadata.row_group(number)
            own = group.column(column).statistics
            if own is None or not own.has_min_max or own.min != own.max:
                raise ValueError(
                    f"{self._path}: row group {number} is not of one arm; "
                    "delete it and run again, it is made anew"
                )
            groups.setdefault(own.min, []).append(number)
        return groups

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    @property
    def arms(self) -> list[str]:
        """The arms, in order of appearance."""
        return list(self._groups)

    def within(self) -> "Stored":
        """Return the same without what is marked as beyond the budget."""
        return Stored(self._path, beyond=False)

    def keys(self, arm: str) -> dict[str, Any]:
        """Return the columns that name an arm: study, arm, variant and the factors."""
        names = self.columns[: self.columns.index("seed")]
        group = self._groups[arm][:1]
        first = next(self._file.iter_batches(1, row_groups=group, columns=names)).to_pandas()
        return {name: first[name].iloc[0] for name in names}

    def rows(self, arm: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return these columns of an arm's rows."""
        names = [*columns, BEYOND] if self._cut else list(columns)
        table = self._file.read_row_groups(self._groups[arm], columns=names)
        if self._cut:
            table = table.filter(pc.invert(table[BEYOND])).select(list(columns))
        return table.to_pandas(split_blocks=True, self_destruct=True)


class _Held:
    """A table in memory, as `Stored` has it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self.columns = [str(name) for name in frame]

    @cached_property
    def _places(self) -> Mapping[str, np.ndarray]:
        codes, names = pd.factorize(self._frame["arm"])
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(names)))
        begins = ends - np.bincount(codes, minlength=len(names))
        return {
            str(name): order[begin:end]
            for name, begin, end in zip(names, begins, ends, strict=True)
        }

    @property
    def arms(self) -> list[str]:
        return list(self._places)

    def keys(self, arm: str) -> dict[str, Any]:
        names, first = self.columns[: self.columns.index("seed")], self._places[arm][0]
        return {name: self._frame[name].iloc[first] for name in names}

    def rows(self, arm: str, columns: Sequence[str]) -> pd.DataFrame:
        return self._frame[list(columns)].take(self._places[arm])


Evaluations = pd.DataFrame | Stored


def _source(evaluations: Evaluations) -> Stored | _Held:
    return evaluations if isinstance(evaluations, Stored) else _Held(evaluations)


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

    @property
    def size(self) -> int:
        """How many numbers its matrices have."""
        return sum(matrix.size for matrix in self.matrices.values())


def marked(frame: pd.DataFrame, budget: float) -> pd.DataFrame:
    """Mark evaluations beyond a budget by a column ``beyond``, where there are any."""
    beyond = frame[TIME] > budget
    return frame.assign(**{BEYOND: beyond}) if beyond.any() else frame


def within(evaluations: Evaluations) -> Evaluations:
    """Return the evaluations up to the budget: without those that `marked` has found beyond it."""
    if BEYOND not in evaluations.columns:
        return evaluations
    if isinstance(evaluations, Stored):
        return evaluations.within()
    kept = ~evaluations[BEYOND].to_numpy(bool)
    return evaluations[kept].drop(columns=BEYOND).reset_index(drop=True)


def arms_in(evaluations: Evaluations) -> list[str]:
    """Return the arms that have evaluations, in order of appearance."""
    return _source(evaluations).arms


def rows_of(
    evaluations: Evaluations,
    arm: str,
    columns: Sequence[str],
    seeds: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Return these columns of an arm's rows, and its seeds; of some seeds where they are named."""
    source = _source(evaluations)
    rows = source.rows(_known(source, arm), ["seed", *columns])
    return rows if seeds is None else rows[rows["seed"].isin(list(seeds))]


def _known(source: Stored | _Held, arm: str) -> str:
    if arm not in source.arms:
        raise ValueError(
            f"column arm: {arm} has no evaluations; there are {', '.join(source.arms)}"
        )
    return arm


def by_arm(
    evaluations: Evaluations, metrics: Sequence[str], arms: Sequence[str] | None = None
) -> Iterator[ArmEvaluations]:
    """Lay the evaluations of each arm out as matrices, one arm after the other.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
        What `evaluations.evaluations` returns, or a file of it. Of a file no more than one arm is
        read at a time.
    metrics : sequence of str
    arms : sequence of str or None
        Which, in this order; all, as they appear, where None.

    Raises
    ------
    ValueError
        If an arm has no evaluations.
    """
    source = _source(evaluations)
    for arm in source.arms if arms is None else arms:
        yield _laid_out(source, _known(source, arm), metrics)


def _laid_out(source: Stored | _Held, arm: str, metrics: Sequence[str]) -> ArmEvaluations:
    rows = source.rows(arm, ["seed", TIME, DIVERGED, *metrics])
    run, seeds = pd.factorize(rows["seed"], sort=True)
    column, times = pd.factorize(rows[TIME].to_numpy(), sort=True)
    values = {}
    for metric in metrics:
        values[metric] = np.full((len(seeds), len(times)), np.nan)
        values[metric][run, column] = rows[metric].to_numpy(float, na_value=np.nan)
    diverged = np.full(len(seeds), np.inf)
    diverged[run] = rows[DIVERGED].to_numpy(float)
    return ArmEvaluations(source.keys(arm), np.asarray(seeds), times, values, diverged)


class Kept:
    """Arms by name for what compares two at a time: the last ones stay, up to `KEPT` numbers.

    Parameters
    ----------
    evaluations : pandas.DataFrame or Stored
    metrics : sequence of str
    """

    def __init__(self, evaluations: Evaluations, metrics: Sequence[str]) -> None:
        self._source, self._metrics = _source(evaluations), metrics
        self._arms: dict[str, ArmEvaluations] = {}

    def __getitem__(self, arm: str) -> ArmEvaluations:
        found = self._arms.pop(arm, None)
        if found is None:
            found = _laid_out(self._source, _known(self._source, arm), self._metrics)
            while self._arms and found.size + sum(a.size for a in self._arms.values()) > KEPT:
                self._arms.pop(next(iter(self._arms)))
        self._arms[arm] = found  # the last in the order, and the last to go
        return found


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

    Examples
    --------
    >>> trailing_mean(np.array([[4.0, 2.0, 3.0, 1.0]]), np.array([5, 10, 15, 20]), 10)
    array([[nan, 3. , 2.5, 2. ]])
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
