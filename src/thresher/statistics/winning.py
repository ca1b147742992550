"""Which of two arms gets there first: win probability and Cliff's delta, with censoring."""

from dataclasses import dataclass

import numpy as np

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
    if not paired:
        own, happened = own[:, None], happened[:, None]
    wins = happened & ((own < other) | ((own == other) & ~occurred))
    losses = occurred & ((other < own) | ((own == other) & ~happened))
    total = np.broadcast_shapes(own.shape, other.shape)
    won, lost = int(wins.sum()), int(losses.sum())
    return Wins(won, lost, int(np.prod(total)) - won - lost)


def win_probability(
    arm: np.ndarray,
    arm_events: np.ndarray,
    reference: np.ndarray,
    reference_events: np.ndarray,
    paired: bool,
) -> float:
    """Return P(arm before reference) + ½ P(tie); see `count_wins`."""
    return count_wins(arm, arm_events, reference, reference_events, paired).probability


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
