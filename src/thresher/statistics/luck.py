"""Was it the seed? What comparisons of few seeds would have said, drawn from those there are."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.polynomial import Polynomial

from thresher.statistics.checking import check_events
from thresher.statistics.estimates import runs_by_arm, runs_of, times_of
from thresher.statistics.flips import generator, pieces

SEEDS = (1, 3, 5, 10)
DRAWS = 10_000
_TIE = 1e-9


def luck(
    events: pd.DataFrame, arms: Sequence[str] = (), entropy: int = 0, paired: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say how often small comparisons would have come out otherwise.

    k seeds are drawn without replacement, and arms are ranked by the mean of min(T, B). Paired,
    they are drawn from those that every arm has, the same for all arms, as a small study of this
    design would have them; unpaired, for each arm independently. For k = 1 the answer is exact,
    beyond it a mean over 10,000 draws. Sizes k that the arm with the fewest runs doesn't have, or
    has only once over, are left out.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``.
    arms : sequence of str
        Order of the arms; that of the events where empty.
    entropy : int
    paired : bool

    Returns
    -------
    pairs : pandas.DataFrame
        Columns of the table ``luck_pairs``: every pair, the later arm against the earlier.
        Where the means of all seeds tie, either order is another one.
    winners : pandas.DataFrame
        Columns of the table ``luck_winners``; those who tie share the win.
    """
    runs = runs_by_arm(check_events(events))
    labels = list(arms or runs)
    times = _times(runs, labels, paired)
    study = next(iter(runs.values()))["study"].iloc[0] if runs else ""
    fewest = min(map(len, times.values()), default=0)
    sizes = [k for k in SEEDS if k == 1 or k < fewest] if fewest and len(labels) > 1 else []
    drawn = _draw(times, max(sizes), entropy, paired) if sizes else {}
    pairs: list[dict[str, Any]] = []
    winners: list[dict[str, Any]] = []
    for k in sizes:
        means = {label: values[:, :k].mean(axis=1) for label, values in drawn.items()}
        for reference, arm in itertools.combinations(labels, 2):
            keys = {"study": study, "arm": arm, "reference": reference, "seeds": k}
            together, values = paired or k > 1, times if k == 1 else means
            counts = (_by_draw if together else _each_with_each)(values[arm], values[reference])
            other, tie = _order(counts, times[arm].mean() - times[reference].mean())
            pairs.append({**keys, "other_order": other, "tie": tie})
        single = k == 1 and not paired
        wins = single_wins(list(times.values())) if single else _wins(times if k == 1 else means)
        for label, share in zip(labels, wins, strict=True):
            winners.append({"study": study, "arm": label, "seeds": k, "wins": share})
    return (
        pd.DataFrame(pairs),
        pd.DataFrame(winners),
    )


def _times(
    runs: Mapping[str, pd.DataFrame], labels: Sequence[str], paired: bool
) -> dict[str, np.ndarray]:
    """Return min(T, B) by arm; paired, of the seeds that all arms have, in one order."""
    found = {label: runs_of(runs, label) for label in labels}
    if paired and found:
        common = set.intersection(*(set(part["seed"]) for part in found.values()))
        for label, part in found.items():
            found[label] = part[part["seed"].isin(common)].sort_values("seed")
    return {label: times_of(part)[0] for label, part in found.items()}


def _draw(
    times: Mapping[str, np.ndarray], most: int, entropy: int, paired: bool
) -> dict[str, np.ndarray]:
    """Draw runs of every arm in random order, shape (draws, most); a prefix is a smaller draw."""
    random = generator(entropy, "luck")
    drawn: dict[str, np.ndarray] = {}
    rows = np.empty((DRAWS, 0), int)
    for label, values in times.items():
        if not (paired and drawn):
            rows = np.vstack(
                [
                    _first(random.random((piece.stop - piece.start, len(values))), most)
                    for piece in pieces(DRAWS, len(values))
                ]
            )
        drawn[label] = values[rows]
    return drawn


def _first(keys: np.ndarray, most: int) -> np.ndarray:
    """Return the places of the smallest keys of each row, ascending."""
    first = np.argpartition(keys, min(most, keys.shape[1] - 1), axis=1)[:, :most]
    order = np.take_along_axis(keys, first, axis=1).argsort(axis=1)
    return np.take_along_axis(first, order, axis=1)


Counts = tuple[int, int, int]
"""How often an arm comes before another, how often after it, and of how many comparisons."""


def _by_draw(arm: np.ndarray, reference: np.ndarray) -> Counts:
    signs = _sign(arm - reference)
    return int((signs < 0).sum()), int((signs > 0).sum()), len(signs)


def _each_with_each(arm: np.ndarray, reference: np.ndarray) -> Counts:
    """Compare each run of one arm with each of the other, by ranks: a table of all is too large."""
    ordered, total = np.sort(reference), len(arm) * len(reference)
    before = np.searchsorted(ordered, arm + _TIE, side="right").sum()
    return total - int(before), int(np.searchsorted(ordered, arm - _TIE).sum()), total


def _order(counts: Counts, whole: float) -> tuple[float, float]:
    """Return how often the order is another than that of all seeds, and how often there is none."""
    sooner, later, total = counts
    tie = (total - sooner - later) / total
    other = {1: sooner / total, -1: later / total, 0: 1 - tie}
    return other[int(_sign(whole))], tie


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
