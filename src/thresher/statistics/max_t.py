"""Contrasts over a grid of levels, such as thresholds or budgets, adjusted together by max-T."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import pandas as pd

from thresher.statistics.checking import check_events
from thresher.statistics.comparing import (
    Plan,
    Row,
    RunsPair,
    alike,
    all_equal,
    common_seeds,
    counted,
    labels_for,
    only,
)
from thresher.statistics.contrasts import Pairs, resolved
from thresher.statistics.equivalence import check_margin, equivalence_p
from thresher.statistics.estimates import finite, runs_by_arm, runs_of, times_of
from thresher.statistics.flips import Signs, draw, flips_for
from thresher.statistics.labels import Labels
from thresher.statistics.montecarlo import p_value
from thresher.statistics.multiplicity import adjust
from thresher.statistics.signflip import Flipped, flipped
from thresher.statistics.studentised import Independent, independent
from thresher.statistics.verdict import TESTED, verdict

Chosen = Sequence[Sequence[RunsPair]]
"""Level by level, the runs of each pair; of the same runs at each level."""


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
        Of the columns of the table ``contrasts`` those that each level has of its own, and
        ``level``, ``p_max_t``, ``p_decides``: adjusted over the contrasts at its level. The
        verdicts take that. Pair by pair, levels ascending.
    """
    check_margin(plan.margin)
    order = sorted(levels)
    runs = [runs_by_arm(check_events(levels[level])) for level in order]
    chosen = [[(runs_of(own, one), runs_of(own, other)) for one, other in pairs] for own in runs]
    rows: list[list[Row]] = [[] for _ in pairs]
    for place, found in _paired(chosen, plan) if paired else _unpaired(chosen, plan):
        arm, reference = pairs[place]
        named = {"study": chosen[0][0][0]["study"].iloc[0], "arm": arm, "reference": reference}
        resolution = plan.resolution(arm, reference)
        rows[place] = [
            {**named, "level": level, "resolution": resolution, **row}
            for level, row in zip(order, found, strict=True)
        ]
    table = pd.DataFrame([row for of_pair in rows for row in of_pair])
    decided = [_decided(own, plan) for _, own in table.groupby("level")]
    return pd.concat(decided).sort_index()


def _decided(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Adjust over the contrasts at one level; the verdicts take that."""
    p_decides, equivalent = adjust(
        table["p_max_t"].to_numpy(), table["p_equivalence"].to_numpy(), plan.family
    )
    table = table.assign(p_decides=p_decides)
    decisive = zip(
        table["mean_difference"],
        resolved(table, p_decides),
        equivalent,
        table["reached_arm"] / table["n_arm"],
        table["reached_reference"] / table["n_reference"],
        strict=True,
    )
    words = [verdict(d, p, q, plan.alpha, min(own, its)) for d, p, q, own, its in decisive]
    return table.assign(verdict=words)


def _paired(chosen: Chosen, plan: Plan) -> Iterator[tuple[int, list[Row]]]:
    """Yield the rows of each pair, level by level; pairs of equal seeds in few products."""
    common = [common_seeds(*pair) for pair in chosen[0]]
    seeds = len(np.unique(np.concatenate(common)))
    flips = flips_for(plan.flips, plan.alpha, len(common), seeds)
    for labels, places in alike(tuple(own.tolist()) for own in common).items():
        aligned = [
            (only(level[place][0], common[place]), only(level[place][1], common[place]))
            for place in places
            for level in chosen
        ]
        own, its = (np.column_stack([times_of(pair[k])[0] for pair in aligned]) for k in (0, 1))
        signs = draw(labels, flips, plan.entropy)
        columns, balance = flipped(own - its, its, signs), signs.balance
        for k, place in enumerate(places):
            ratios = list(islice(columns, len(chosen)))
            pairs = aligned[k * len(chosen) : (k + 1) * len(chosen)]
            dropped = sum(map(len, chosen[0][place])) - 2 * len(labels)
            rows = _flipped_rows(ratios, pairs, balance, plan)
            yield place, [{**row, "n_dropped": dropped} for row in rows]


def _flipped_rows(
    ratios: Sequence[Flipped], pairs: Sequence[RunsPair], balance: np.ndarray, plan: Plan
) -> list[Row]:
    rows = []
    for ratio, pair, adjusted in zip(ratios, pairs, max_t_of(ratios), strict=True):
        plain = ratio.plain(balance)
        lower, upper = plain.limits([plan.confidence])[0]
        found = counted(pair, not ratio.differences.any(), plan)
        tested = found["equivalence"] == TESTED
        rows.append(
            {
                **found,
                "lower": finite(lower),
                "upper": finite(upper),
                "p": plain.p(),
                "p_max_t": adjusted,
                "p_equivalence": equivalence_p(ratio, plan.margin) if tested else 1.0,
            }
        )
    return rows


def _unpaired(chosen: Chosen, plan: Plan) -> Iterator[tuple[int, list[Row]]]:
    """Yield the rows of each pair, level by level; pairs of equal sizes in few products."""
    sizes = [(len(arm), len(reference)) for arm, reference in chosen[0]]
    for each, places in alike(sizes).items():
        labels = labels_for(each, len(sizes), plan)
        for place in places:
            pairs = [level[place] for level in chosen]
            own, its = (np.column_stack([times_of(pair[k])[0] for pair in pairs]) for k in (0, 1))
            yield place, _relabelled_rows(list(independent(own, its, labels)), pairs, plan)


def _relabelled_rows(
    samples: Sequence[Independent], pairs: Sequence[RunsPair], plan: Plan
) -> list[Row]:
    rows = []
    for sample, pair, adjusted in zip(samples, pairs, unpaired_max_t_of(samples), strict=True):
        ((lower, upper),) = sample.limits([plan.confidence])
        found = counted(pair, all_equal(*(times_of(runs)[0] for runs in pair)), plan)
        tested = found["equivalence"] == TESTED
        rows.append(
            {
                **found,
                "lower": finite(lower),
                "upper": finite(upper),
                "p": sample.p(),
                "p_max_t": adjusted,
                "p_equivalence": sample.p_equivalence(plan.margin) if tested else 1.0,
            }
        )
    return rows


def max_t(differences: np.ndarray, signs: Signs) -> np.ndarray:
    """Return sign-flip p-values adjusted for the largest statistic of all columns.

    Parameters
    ----------
    differences : ndarray, shape (n, k)
        n seeds, k levels.
    signs : Signs

    Returns
    -------
    ndarray, shape (k,)
        1 where all differences of a column are zero.
    """
    return max_t_of(list(flipped(differences, None, signs)))


def max_t_of(columns: Sequence[Flipped]) -> np.ndarray:
    """Return the same for columns that are flipped already, by the same signs.

    The studentised mean is monotone in |Σ gᵢ Dᵢ| / √Σ Dᵢ², whose root no flip changes. A column's
    own p-value is never above its adjusted one, as both take the same signs and slack.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, single-step max-T.
    """
    lengths = np.array([np.sqrt((column.differences**2).sum()) for column in columns])
    lengths[lengths == 0] = 1.0
    largest = np.zeros(len(columns[0].sums))
    for column, length in zip(columns, lengths, strict=True):
        np.maximum(largest, np.abs(column.sums) / length, out=largest)
    observed = np.array([abs(column.differences.sum()) for column in columns]) / lengths
    slack = np.array([column.slack for column in columns]) / lengths
    return p_value(largest[:, None], observed, slack, columns[0].exact)


def unpaired_max_t(arm: np.ndarray, reference: np.ndarray, labels: Labels) -> np.ndarray:
    """Return permutation p-values of Welch's statistic adjusted for the largest of all columns.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm, k), (n_reference, k)
    labels : Labels
        One relabelling serves all levels.
    """
    return unpaired_max_t_of(list(independent(arm, reference, labels)))


def unpaired_max_t_of(columns: Sequence[Independent]) -> np.ndarray:
    """Return the same for columns that are relabelled already, alike."""
    largest = np.zeros(columns[0].shifted.sums.shape[1])
    both = []
    for column in columns:
        observed, slack, drawn = column.statistics()
        both.append((abs(observed), slack))
        np.maximum(largest, np.abs(drawn), out=largest)
    observed_, slack_ = np.array(both).T
    return p_value(largest[:, None], observed_, slack_, columns[0].shifted.labels.exact)
