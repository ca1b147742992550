"""Log-rank, Gehan–Wilcoxon and Prentice–Wilcoxon tests, paired by sign-flip or unpaired."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from thresher.statistics.checking import check_events, followed_on
from thresher.statistics.comparing import RunsPair, alike
from thresher.statistics.estimates import runs_by_arm, runs_of, times_of
from thresher.statistics.flips import draw
from thresher.statistics.signflip import signflip
from thresher.statistics.survival import checked_times

Weight = Callable[[np.ndarray, np.ndarray], np.ndarray]

# The weight of each event time, from the runs at risk and the events there.
WEIGHTS: Mapping[str, Weight] = {
    "log-rank": lambda at_risk, events: np.ones(len(at_risk)),
    "Gehan–Wilcoxon": lambda at_risk, events: at_risk.astype(float),
    "Prentice–Wilcoxon": lambda at_risk, events: np.cumprod(at_risk / (at_risk + events)),
}


def scores(times: np.ndarray, events: np.ndarray, test: str = "log-rank") -> np.ndarray:
    """Score every run of a pooled sample; the sum over an arm is its observed − expected events.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or to censoring.
    events : ndarray of bool, shape (n,)
    test : str
        A key of `WEIGHTS`. Prentice's weight is Π rₖ / (rₖ + dₖ) over the event times up to this.

    Returns
    -------
    ndarray, shape (n,)
        High where a run is early. They sum to 0; ties share the mean hazard ("mid-ranks").

    References
    ----------
    Prentice (1978), Biometrika 65:167; R's ``coin::logrank_trafo``, with the opposite sign.
    """
    time, event = checked_times(times, events)
    moments, at_risk, happened = _risk_table(time, event)
    if not len(moments):
        return np.zeros(len(time))
    weight = WEIGHTS[test](at_risk, happened)
    hazard = np.concatenate([[0.0], np.cumsum(weight * happened / at_risk)])
    place = np.searchsorted(moments, time, side="right")
    return event * weight[np.maximum(place - 1, 0)] - hazard[place]


def _risk_table(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distinct event times, the runs at risk and the events there."""
    moments, happened = np.unique(time[event], return_counts=True)
    at_risk = len(time) - np.searchsorted(np.sort(time), moments, side="left")
    return moments, at_risk, happened


def unpaired_test(
    times: np.ndarray, events: np.ndarray, arm: np.ndarray, test: str = "log-rank"
) -> tuple[float, float]:
    """Compare two independent samples; return χ² with one degree of freedom and its p-value.

    Parameters
    ----------
    times : ndarray, shape (n,)
    events : ndarray of bool, shape (n,)
    arm : ndarray of bool, shape (n,)
        Which runs are the arm's.
    test : str
        A key of `WEIGHTS`.

    Returns
    -------
    tuple of float
        Without an event, or with all runs in one arm, the statistic is NaN and p is 1.

    Notes
    -----
    The variance is the hypergeometric one, as in R's ``survival::survdiff``.
    """
    time, event = checked_times(times, events)
    own = np.asarray(arm, bool)
    moments, at_risk, happened = _risk_table(time, event)
    weight = WEIGHTS[test](at_risk, happened)
    share = (own.sum() - np.searchsorted(np.sort(time[own]), moments, side="left")) / at_risk
    many = np.maximum(at_risk - 1, 1)
    spread = happened * share * (1 - share) * (at_risk - happened) / many
    variance = float((weight**2 * spread).sum())
    if variance <= 0:
        return math.nan, 1.0
    difference = scores(time, event, test)[own].sum()
    statistic = float(difference**2 / variance)
    return statistic, float(special.chdtrc(1, statistic))


def rank_tests(
    events: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    paired: bool = True,
    flips: int = 99_999,
    entropy: int = 0,
) -> pd.DataFrame:
    """Run every test on every contrast, as a sensitivity analysis; p-values are not adjusted.

    Paired: differences by seed of the scores in the pooled sample of both arms are sign-flipped,
    over the seeds that both arms have. The unpaired log-rank stands beside it for readers who
    expect it; with common random numbers it is conservative. Runs are followed to their own ends.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``.
    pairs : sequence of (arm, reference)
    paired : bool
    flips : int
        Random flips where they can't be enumerated.
    entropy : int

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``rank_tests``.

    References
    ----------
    O'Brien & Fleming (1987), Biometrics 43:169.
    """
    runs = runs_by_arm(followed_on(check_events(events)))
    chosen = [(runs_of(runs, arm), runs_of(runs, reference)) for arm, reference in pairs]
    matched = _paired(chosen, flips, entropy) if paired else [[] for _ in chosen]
    alone = WEIGHTS if not paired else ("log-rank",)
    rows: list[dict[str, Any]] = []
    for (arm, reference), (first, second), found in zip(pairs, chosen, matched, strict=True):
        keys = {"study": first["study"].iloc[0], "arm": arm, "reference": reference}
        found += [_unpaired(first, second, test) for test in alone]
        rows += [{**keys, **row} for row in found]
    return pd.DataFrame(rows)


def _paired(chosen: Sequence[RunsPair], flips: int, entropy: int) -> list[list[dict[str, Any]]]:
    """Test pair by pair; those with equal seeds in one product."""
    common = [np.intersect1d(first["seed"], second["seed"]) for first, second in chosen]
    rows: list[list[dict[str, Any]]] = [[] for _ in chosen]
    for seeds, places in alike(tuple(own.tolist()) for own in common).items():
        if not seeds:
            continue
        columns = [_score_differences(*chosen[place], common[place]) for place in places]
        tested = signflip(np.hstack(columns), draw(seeds, flips, entropy))
        for place, differences, p in zip(
            places, columns, tested.p.reshape(len(places), -1), strict=True
        ):
            length = np.sqrt((differences**2).sum(axis=0))
            rows[place] = [
                {
                    "test": test,
                    "design": "paired",
                    "n": len(seeds),
                    "statistic": differences[:, k].sum() / length[k] if length[k] > 0 else math.nan,
                    "p": p[k],
                }
                for k, test in enumerate(WEIGHTS)
            ]
    return rows


def _score_differences(first: pd.DataFrame, second: pd.DataFrame, seeds: np.ndarray) -> np.ndarray:
    """Return the differences by seed of the scores in the pooled sample, a column a test."""
    aligned = pd.concat([part.set_index("seed").loc[seeds] for part in (first, second)])
    time, event = times_of(aligned)
    every = np.column_stack([scores(time, event, test) for test in WEIGHTS])
    return every[: len(seeds)] - every[len(seeds) :]


def _unpaired(first: pd.DataFrame, second: pd.DataFrame, test: str) -> dict[str, Any]:
    time, event = times_of(pd.concat([first, second]))
    own = np.arange(len(time)) < len(first)
    statistic, p = unpaired_test(time, event, own, test)
    return {"test": test, "design": "unpaired", "n": len(time), "statistic": statistic, "p": p}
