"""Runs of unequal length and on other grids: the budget that all support, curves on one grid."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

_NAMED = 8


def last_steps(table: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Return where each run ends.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns arm, seed and `axis`; a row an evaluation.
    axis : str

    Returns
    -------
    pandas.DataFrame
        Columns arm, seed and `last`, in units of the axis; a row a run, in order of appearance.
    """
    grouped = table.groupby(["arm", "seed"], sort=False, observed=True)[axis]
    return grouped.max().rename("last").reset_index()


def largest_common_budget(last: Sequence[float] | np.ndarray, settled: np.ndarray) -> float:
    """Return the largest budget within which every run's outcome is known.

    A run that reached the threshold and stopped early is an event and needs no more, nor does one
    that diverged; of the others the shortest decides.

    Parameters
    ----------
    last : sequence of float, shape (runs,)
        The last step of each run.
    settled : ndarray of bool, shape (runs,)
        Whether it reached the threshold, or diverged, within its own length.

    Returns
    -------
    float
        The smallest last step of the runs that are not settled; the largest of all where every
        run is.

    Raises
    ------
    ValueError
        Where there is no run.

    Examples
    --------
    >>> largest_common_budget([40, 100, 90], np.array([True, False, False]))
    90.0
    """
    ends, settled = np.asarray(last, float), np.asarray(settled, bool)
    if not len(ends):
        raise ValueError("a budget needs at least one run")
    return float(ends.max() if settled.all() else ends[~settled].min())


def check_budget(
    runs: pd.DataFrame, settled: np.ndarray, budget: float, unit: str = "steps"
) -> None:
    """Refuse a budget that some runs are too short for.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns arm, seed and `last`; see `last_steps`.
    settled : ndarray of bool, shape (runs,)
        See `largest_common_budget`.
    budget : float
    unit : str
        The axis, in the plural.

    Raises
    ------
    ValueError
        Naming the runs that are too short and the budget that would do.
    """
    short = (runs["last"].to_numpy(float) < budget) & ~np.asarray(settled, bool)
    if not short.any():
        return
    those = runs[short].sort_values("last", kind="stable")
    named = [
        f"{arm}, seed {seed} (ends at {_shown(last)})"
        for arm, seed, last in zip(
            those["arm"][:_NAMED], those["seed"][:_NAMED], those["last"][:_NAMED], strict=True
        )
    ]
    more = f" and {len(those) - _NAMED} more" if len(those) > _NAMED else ""
    most = largest_common_budget(runs["last"].to_numpy(float), settled)
    raise ValueError(
        f"budget: {_shown(budget)} {unit} is more than {len(those)} of {len(runs)} runs have that "
        f"did not reach the threshold: {'; '.join(named)}{more}; at most {_shown(most)} is possible"
    )


def cut_off(last: Sequence[float] | np.ndarray, budget: float, unit: str = "steps") -> str | None:
    """Say what a budget cuts off: ``runs up to 2.85 M of 3.6 M steps used``.

    Returns
    -------
    str or None
        None where nothing is cut off.
    """
    longest = float(np.max(last))
    if longest <= budget:
        return None
    return f"runs up to {_short(budget)} of {_short(longest)} {unit} used"


def union_grid(steps: Sequence[np.ndarray], most: int = 2000) -> np.ndarray:
    """Return all places at which any run was evaluated, ascending.

    Parameters
    ----------
    steps : sequence of ndarray
        The places of each run.
    most : int
        Where there are more places than that, so many evenly spread ones of them are taken, the
        first and the last among them.
    """
    grid = np.unique(np.concatenate([np.unique(own) for own in steps]))
    if len(grid) <= most:
        return grid
    return grid[np.linspace(0, len(grid) - 1, most).round().astype(int)]


def carry(steps: np.ndarray, values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Carry a run's values to a grid, linearly between its own evaluations.

    For mean curves only: events never use values that were not measured.

    Parameters
    ----------
    steps, values : ndarray, shape (evaluations,)
        Ascending places, and the run's values there; NaN where it diverged.
    grid : ndarray, shape (places,)

    Returns
    -------
    ndarray, shape (places,)
        NaN before its first and after its last evaluation, and next to a diverged one.

    Examples
    --------
    >>> carry(np.array([0, 10]), np.array([1.0, 2.0]), np.array([0, 5, 10, 15]))
    array([1. , 1.5, 2. , nan])
    """
    steps, grid = np.asarray(steps, float), np.asarray(grid, float)
    carried = np.interp(grid, steps, values, left=np.nan, right=np.nan)
    places = np.searchsorted(steps, grid).clip(max=len(steps) - 1)
    own = steps[places] == grid
    carried[own] = np.asarray(values, float)[places[own]]
    return carried


def _shown(number: float) -> str:
    return f"{number:.0f}" if float(number).is_integer() else f"{number:g}"


def _short(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M")):
        if abs(number) >= size:
            return f"{number / size:.3g} {letter}"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:g}"
