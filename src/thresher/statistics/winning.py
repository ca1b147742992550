"""Which of two arms gets there first: win probability and Cliff's delta, with censoring."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from thresher.statistics.survival import checked_times


@dataclass(frozen=True)
class Wins:
    """Counts of comparisons: the arm sooner, the reference sooner, and neither known to be."""

    arm: int
    reference: int
    ties: int

    @property
    def probability(self) -> float:
        """P(arm before reference) + ½ P(tie)."""
        total = self.arm + self.reference + self.ties
        return (self.arm + self.ties / 2) / total

    @property
    def delta(self) -> float:
        """Cliff's delta, P(arm sooner) − P(reference sooner)."""
        return (self.arm - self.reference) / (self.arm + self.reference + self.ties)


def count_wins(
    arm: np.ndarray,
    arm_events: np.ndarray,
    reference: np.ndarray,
    reference_events: np.ndarray,
    paired: bool,
) -> Wins:
    """Compare runs, by seed or each with each.

    A run is sooner than another if its event comes before the other's time, or at that time while
    the other is censored there: never reached ranks above an event at the budget. Two censored
    runs tie, as do two events at one epoch.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm,), (n_reference,)
        Epochs to the event, or to censoring.
    arm_events, reference_events : ndarray of bool
    paired : bool
        Compare the i-th runs only; else all n_arm × n_reference.
    """
    own, happened = checked_times(arm, arm_events)
    other, occurred = checked_times(reference, reference_events)
    if paired and len(own) != len(other):
        raise ValueError(f"paired runs must be equally many, but were {len(own)}, {len(other)}")
    if paired:
        won = int((happened & ((own < other) | ((own == other) & ~occurred))).sum())
        lost = int((occurred & ((other < own) | ((other == own) & ~happened))).sum())
        return Wins(won, lost, len(own) - won - lost)
    won, lost = _sooner(own[happened], other, occurred), _sooner(other[occurred], own, happened)
    return Wins(won, lost, len(own) * len(other) - won - lost)


def _sooner(events: np.ndarray, others: np.ndarray, occurred: np.ndarray) -> int:
    """Count the pairs of an event and a run of the other arm that is later, or censored there."""
    later = len(others) - np.searchsorted(np.sort(others), events, side="right")
    open_ends = np.sort(others[~occurred])
    there = [np.searchsorted(open_ends, events, side) for side in ("left", "right")]
    return int(later.sum() + (there[1] - there[0]).sum())


def win_probability(
    arm: np.ndarray,
    arm_events: np.ndarray,
    reference: np.ndarray,
    reference_events: np.ndarray,
    paired: bool,
) -> float:
    """Return P(arm before reference) + ½ P(tie); see `count_wins`."""
    return count_wins(arm, arm_events, reference, reference_events, paired).probability


def win_limits(
    probability: float, n_arm: int, n_reference: int, paired: bool, confidence: float
) -> tuple[float, float]:
    """Return limits of P(arm before reference) + ½ P(tie).

    Paired: Clopper & Pearson's limits of n P̂ wins in n seeds, a tie as half a win; exact without
    ties, and with them conservative, as ties spread less than wins and losses do. No assumption
    but independent seeds. Unpaired: Newcombe's score limits (method 5), which solve
    |θ − P̂| = z √V(θ) with the variance that two exponential distributions of this θ have; they
    stay inside [0, 1] and hold at 0 and 1, too.

    Parameters
    ----------
    probability : float
        The estimate P̂.
    n_arm, n_reference : int
        Runs; equal where paired.
    paired : bool
    confidence : float

    Returns
    -------
    tuple of float
        NaN for one seed (run).

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26:404; Newcombe (2006), Stat. Med. 25:559.
    """
    if min(n_arm, n_reference) < 2:
        return math.nan, math.nan
    tail = (1 - confidence) / 2
    if paired:
        wins, losses = n_arm * probability, n_arm * (1 - probability)
        lower = float(special.betaincinv(wins, losses + 1, tail)) if wins > 0 else 0.0
        upper = float(special.betaincinv(wins + 1, losses, 1 - tail)) if losses > 0 else 1.0
        return lower, upper
    from scipy import optimize

    z = float(-special.ndtri(tail))

    def beyond(theta: float) -> float:
        return abs(theta - probability) - z * _score_error(theta, n_arm, n_reference)

    # At P̂ = 0 and 1 it is a root, too, but not the limit: the search begins a little beside it.
    near = min(max(probability, 1e-9), 1 - 1e-9)
    lower = 0.0 if beyond(0.0) <= 0 else float(optimize.brentq(beyond, 0.0, near - 1e-10))
    upper = 1.0 if beyond(1.0) <= 0 else float(optimize.brentq(beyond, near + 1e-10, 1.0))
    return lower, upper


def _score_error(theta: float, n_arm: int, n_reference: int) -> float:
    more = (n_arm + n_reference) / 2 - 1
    spread = 1 + more * (1 - theta) / (2 - theta) + more * theta / (1 + theta)
    return math.sqrt(theta * (1 - theta) * spread / (n_arm * n_reference))


def cliffs_delta(
    arm: np.ndarray,
    arm_events: np.ndarray,
    reference: np.ndarray,
    reference_events: np.ndarray,
) -> float:
    """Return Cliff's delta over all pairs of runs, positive where the arm is sooner.

    References
    ----------
    Cliff (1993), Psychol. Bull. 114:494.
    """
    return count_wins(arm, arm_events, reference, reference_events, paired=False).delta
