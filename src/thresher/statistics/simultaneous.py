"""Limits for a whole family of contrasts at once, from the signs that they share."""

import numpy as np

from thresher.statistics.flips import Signs
from thresher.statistics.montecarlo import TIE
from thresher.statistics.signflip import flipped

# Flips that find the level; more only add to its last digit.
FLIPS = 19_999


def simultaneous_level(residuals: np.ndarray, signs: Signs, alpha: float) -> float:
    """Find the level of each inverted sign-flip interval at which all together hold 1 − α.

    Single-step max-T over contrasts, on the scale of each contrast's own p-values: one sign per
    seed flips the residuals of all contrasts, and the level is the α-quantile of the smallest
    p-value of each flip. Contrasts that go together, as those against one reference do, thus cost
    less than Bonferroni's α / m. It is never below that, which holds under any dependence, nor
    above α; for one contrast it is α itself. Assumption: that of each interval, and that the
    residuals' dependence is that of the errors.

    Parameters
    ----------
    residuals : ndarray, shape (n, m)
        Differences less their mean (for ratios: A − ρ̂R); 0 for seeds that a contrast lacks.
    signs : Signs
        Of the n seeds.
    alpha : float

    Returns
    -------
    float
        From α / m to α.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, §2 (min-P).
    """
    m = residuals.shape[1]
    if m == 1:
        return alpha
    chosen = signs.first(FLIPS)
    smallest = np.ones(len(chosen.matrix))
    for k, column in enumerate(flipped(residuals, None, chosen)):
        sums = np.abs(column.sums)
        slack = TIE * np.abs(residuals[:, k]).sum()
        larger = len(sums) - np.searchsorted(np.sort(sums), sums - slack, side="left")
        smallest = np.minimum(smallest, larger / len(sums))
    rank = int(np.floor(alpha * len(smallest) * (1 + 1e-12)))
    # The largest level below which no more than α of the flips have their smallest p-value.
    level = float(np.partition(smallest, rank)[rank]) - 1 / len(smallest)
    return min(max(level, alpha / m), alpha)
