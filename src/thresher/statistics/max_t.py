"""Contrasts over a grid of levels, such as thresholds or budgets, adjusted together by max-T."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from thresher.statistics.comparing import Plan
from thresher.statistics.contrasts import Pairs, contrasts, resolved
from thresher.statistics.flips import Signs, draw, flips_for
from thresher.statistics.montecarlo import TIE, p_value
from thresher.statistics.multiplicity import adjust
from thresher.statistics.permutation import Labels, relabellings, statistics_of
from thresher.statistics.signflip import rounding_of
from thresher.statistics.verdict import verdict


def grid_contrasts(
    levels: Mapping[float, pd.DataFrame], pairs: Pairs, paired: bool, plan: Plan
) -> pd.DataFrame:
    """Compare every pair at every level, and adjust each pair's p-values over its levels.

    Parameters
    ----------
    levels : mapping of float to pandas.DataFrame
        Events at each level, as `contrasts` takes them; of the same runs at each.
    pairs : sequence of (arm, reference)
        Not empty.
    paired : bool
    plan : Plan

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``contrasts``, and ``level``, ``p_max_t``, ``p_decides``: adjusted
        over the contrasts at its level. The verdicts take that. Pair by pair, levels ascending.
    """
    settings: dict[str, Any] = dict(vars(plan), paired=paired)
    order = sorted(levels)
    tables = [contrasts(levels[level], pairs, **settings).assign(level=level) for level in order]
    adjusted = np.column_stack(list(_of_pairs(levels, order, pairs, paired, plan)))
    for table, p_values in zip(tables, adjusted, strict=True):
        table["p_max_t"] = p_values
        table["p_decides"], equivalent = adjust(
            p_values, table["p_equivalence"].to_numpy(), plan.family
        )
        table["verdict"] = _verdicts(table, equivalent, plan.alpha)
    together = pd.concat(tables, ignore_index=True)
    place = np.tile(np.arange(len(pairs)), len(order))
    return together.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def _verdicts(table: pd.DataFrame, equivalent: np.ndarray, alpha: float) -> list[str]:
    decisive = zip(
        table["mean_difference"],
        resolved(table, table["p_decides"].to_numpy()),
        equivalent,
        table["reached_arm"] / table["n_arm"],
        table["reached_reference"] / table["n_reference"],
        strict=True,
    )
    return [verdict(d, p, q, alpha, min(own, its)) for d, p, q, own, its in decisive]


def _of_pairs(
    levels: Mapping[float, pd.DataFrame],
    order: Sequence[float],
    pairs: Pairs,
    paired: bool,
    plan: Plan,
) -> Iterator[np.ndarray]:
    """Yield the adjusted p-values of each pair, shape (levels,)."""
    every = pd.concat([levels[level].assign(level=level) for level in order], ignore_index=True)
    times = {
        str(arm): runs.pivot_table(index="seed", columns="level", values="time")
        for arm, runs in every.groupby("arm", sort=False)
    }
    common = [times[arm].index.intersection(times[reference].index) for arm, reference in pairs]
    seeds = len(set().union(*common))
    drawn: dict[tuple[int, int], Labels] = {}
    for (arm, reference), shared in zip(pairs, common, strict=True):
        own, its = times[arm], times[reference]
        if paired:
            flips = flips_for(plan.flips, plan.alpha, len(pairs), seeds)
            base = its.loc[shared].to_numpy(float)
            differences = own.loc[shared].to_numpy(float) - base
            signs = draw(shared.tolist(), flips, plan.entropy)
            columns = zip(differences.T, base.T, strict=True)
            yield max_t(differences, signs, np.array([rounding_of(*pair) for pair in columns]))
            continue
        sizes = len(own), len(its)
        if sizes not in drawn:
            flips = flips_for(plan.flips, plan.alpha, len(pairs), sum(sizes))
            drawn[sizes] = relabellings(*sizes, flips, plan.entropy)
        yield unpaired_max_t(own.to_numpy(float), its.to_numpy(float), drawn[sizes])


def max_t(differences: np.ndarray, signs: Signs, rounding: float | np.ndarray = 0.0) -> np.ndarray:
    """Return sign-flip p-values adjusted for the largest statistic of all columns.

    The studentised mean is monotone in |Σ gᵢ Dᵢ| / √Σ Dᵢ², whose root no flip changes. A column's
    own p-value is never above its adjusted one, as both take the same signs and slack.

    Parameters
    ----------
    differences : ndarray, shape (n, k)
        n seeds, k levels.
    signs : Signs
    rounding : float, or ndarray of shape (k,)
        See `signflip.Flipped`.

    Returns
    -------
    ndarray, shape (k,)
        1 where all differences of a column are zero.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, single-step max-T.
    """
    length = np.sqrt((differences**2).sum(axis=0))
    length = np.where(length > 0, length, 1.0)
    unit = differences / length
    largest = np.empty((len(signs.matrix), 1))
    for rows, drawn in signs.chunks():
        largest[rows, 0] = np.abs(drawn @ unit).max(axis=1)
    slack = TIE * np.abs(unit).sum(axis=0) + rounding / length
    return p_value(largest, np.abs(unit.sum(axis=0)), slack, signs.exact)


def unpaired_max_t(arm: np.ndarray, reference: np.ndarray, labels: Labels) -> np.ndarray:
    """Return permutation p-values of Welch's statistic adjusted for the largest of all columns.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm, k), (n_reference, k)
    labels : Labels
        One relabelling serves all levels.
    """
    columns = [statistics_of(arm[:, k], reference[:, k], labels) for k in range(arm.shape[1])]
    observed = np.array([abs(own) for own, _, _ in columns])
    slack = np.array([least for _, least, _ in columns])
    largest = np.max([np.abs(values) for _, _, values in columns], axis=0)[:, None]
    return p_value(largest, observed, slack, labels.exact)
