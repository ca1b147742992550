"""Equivalence within a margin relative to the reference, by two one-sided tests."""

import numpy as np

from thresher.statistics.flips import Signs
from thresher.statistics.labels import Labels
from thresher.statistics.signflip import Flipped, flipped
from thresher.statistics.studentised import independent


def paired_equivalence(
    arm: np.ndarray, reference: np.ndarray, margin: float, signs: Signs
) -> np.ndarray:
    """Return the larger p of both one-sided sign-flip tests, for k contrasts at once.

    Tests X_A − (1 − m) X_ref > 0 and X_A − (1 + m) X_ref < 0. The margin is relative to the
    reference's own mean, which is not itself taken as known. Rejecting both at α claims that the
    ratio of restricted means lies inside (1 − m, 1 + m).

    Parameters
    ----------
    arm, reference : ndarray, shape (n, k)
        min(T, B) in epochs, rows paired by seed.
    margin : float
        m, a fraction.
    signs : Signs

    Returns
    -------
    ndarray, shape (k,)

    References
    ----------
    Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657.
    """
    check_margin(margin)
    columns = flipped(arm - reference, reference, signs)
    return np.array([equivalence_p(column, margin) for column in columns])


def equivalence_p(contrast: Flipped, margin: float) -> float:
    """Return the same for differences whose scale is the reference, already flipped."""
    return max(contrast.p(-margin, side=1), contrast.p(margin, side=-1))


def unpaired_equivalence(
    arm: np.ndarray, reference: np.ndarray, margin: float, labels: Labels
) -> float:
    """Return the larger p of both one-sided permutation tests, for independent samples.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm,), (n_reference,)
        min(T, B) in epochs.
    margin : float
        m, a fraction of the reference's mean.
    labels : Labels
    """
    check_margin(margin)
    own, its = (np.asarray(values, float)[:, None] for values in (arm, reference))
    return next(independent(own, its, labels)).p_equivalence(margin)


def check_margin(margin: float) -> None:
    """Refuse a margin that is not a fraction."""
    if not 0 < margin < 1:
        raise ValueError(f"margin must be inside (0, 1), but was {margin}")
