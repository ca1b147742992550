"""Was it the seed? What comparisons of few seeds would have said, drawn from those there are."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.polynomial import Polynomial

from thresher.statistics.checking import check_events
from thresher.statistics.estimates import runs_by_arm, runs_of, times_of
from thresher.statistics.flips import generator
from thresher.tables import LUCK_PAIRS, LUCK_WINNERS, check

SEEDS = (1, 3, 5, 10)
DRAWS = 10_000
_TIE = 1e-9


def luck(
    events: pd.DataFrame, arms: Sequence[str] = (), entropy: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say how often small comparisons would have come out otherwise.

    k seeds are drawn for each arm independently, without replacement, and arms are ranked by the
    mean of min(T, B). For k = 1 the answer is exact, beyond it a mean over 10,000 draws. Sizes
    k that the arm with the fewest runs doesn't have, or has only once over, are left out.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.EVENTS`.
    arms : sequence of str
        Order of the arms; that of the events where empty.
    entropy : int

    Returns
    -------
    pairs : pandas.DataFrame
        Columns of `tables.LUCK_PAIRS`: every pair, the later arm against the earlier. Where the
        means of all seeds tie, either order is another one.
    winners : pandas.DataFrame
        Columns of `tables.LUCK_WINNERS`; those who tie share the win.
    """
    runs = runs_by_arm(check_events(events))
    labels = list(arms or runs)
    times = {label: times_of(runs_of(runs, label))[0] for label in labels}
    study = next(iter(runs.values()))["study"].iloc[0] if runs else ""
    fewest = min(map(len, times.values()), default=0)
    sizes = [k for k in SEEDS if k == 1 or k < fewest]
    drawn = _draw(times, max(sizes), entropy)
    pairs, winners = [], []
    for k in sizes if len(labels) > 1 else []:
        means = {label: values[:, :k].mean(axis=1) for label, values in drawn.items()}
        for first, second in itertools.combinations(labels, 2):
            other, tie = _order(times, means, second, first, k)
            keys = {"study": study, "arm": second, "reference": first, "seeds": k}
            pairs.append({**keys, "other_order": other, "tie": tie})
        wins = single_wins(list(times.values())) if k == 1 else _wins(means)
        for label, share in zip(labels, wins, strict=True):
            winners.append({"study": study, "arm": label, "seeds": k, "wins": share})
    return (
        check(pd.DataFrame(pairs, columns=list(LUCK_PAIRS)), LUCK_PAIRS, "luck_pairs"),
        check(pd.DataFrame(winners, columns=list(LUCK_WINNERS)), LUCK_WINNERS, "luck_winners"),
    )


def _draw(times: Mapping[str, np.ndarray], most: int, entropy: int) -> dict[str, np.ndarray]:
    """Draw runs of every arm in random order, shape (draws, most); a prefix is a smaller draw."""
    random = generator(entropy, "luck")
    drawn = {}
    for label, values in times.items():
        keys = random.random((DRAWS, len(values)))
        first = np.argpartition(keys, min(most, len(values) - 1), axis=1)[:, :most]
        order = np.take_along_axis(keys, first, axis=1).argsort(axis=1)
        drawn[label] = values[np.take_along_axis(first, order, axis=1)]
    return drawn


def _order(
    times: Mapping[str, np.ndarray],
    means: Mapping[str, np.ndarray],
    arm: str,
    reference: str,
    k: int,
) -> tuple[float, float]:
    """Return how often the order of two arms is another one, and how often they tie."""
    whole = _sign(times[arm].mean() - times[reference].mean())
    if k == 1:
        found = np.sign(times[arm][:, None] - times[reference][None, :])
    else:
        found = _sign(means[arm] - means[reference])
    tie = float((found == 0).mean())
    return (float((found == -whole).mean()) if whole != 0 else 1 - tie), tie


def _sign(difference: Any) -> Any:
    return np.where(np.abs(difference) <= _TIE, 0, np.sign(difference))


def _wins(means: Mapping[str, np.ndarray]) -> np.ndarray:
    table = np.column_stack(list(means.values()))
    best = table <= table.min(axis=1, keepdims=True) + _TIE
    return (best / best.sum(axis=1, keepdims=True)).mean(axis=0)


def single_wins(times: Sequence[np.ndarray]) -> np.ndarray:
    """Return exactly how often each arm has the smallest of one run an arm, ties shared.

    With g the chance that another arm's run is later and e that it ties, an arm with this run
    wins E[1 / (1 + ties)] = ∫₀¹ Π (g + e z) dz.

    Parameters
    ----------
    times : sequence of ndarray
        min(T, B) of every arm, each of shape (n,).

    Returns
    -------
    ndarray, shape (arms,)
        They sum to 1.
    """
    wins = np.zeros(len(times))
    for place, own in enumerate(times):
        others = [values for other, values in enumerate(times) if other != place]
        for value, count in zip(*np.unique(own, return_counts=True), strict=True):
            product = Polynomial([1.0])
            for other in others:
                product *= Polynomial([(other > value).mean(), (other == value).mean()])
            wins[place] += count / len(own) * product.integ()(1.0)
    return wins
