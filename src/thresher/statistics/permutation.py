"""The two-sample studentised permutation test, for designs without pairs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thresher.statistics.labels import Labels
from thresher.statistics.studentised import Independent, independent


@dataclass(frozen=True)
class TwoSample:
    """Result of the permutation test; see `SignFlip` for the meaning of the fields."""

    mean: float
    p: float
    p_greater: float
    p_less: float
    lower: float
    upper: float


def permutation_test(
    arm: np.ndarray, reference: np.ndarray, labels: Labels, confidence: float | None = 0.95
) -> TwoSample:
    """Test two independent samples for equal means by the permuted Welch statistic.

    Estimand: the difference of means, arm − reference. Assumption: runs are independent; exact
    where the distributions are equal, asymptotically right for equal means with unequal spread
    (Janssen 1997). With fewer than 2 runs in an arm the plain difference is permuted. The interval
    inverts the test by a search over shifts of the arm, to 1e-4 of its width, and leaves 0 out
    exactly when p ≤ 1 − confidence; it is the whole line where no relabelling reaches that.

    Parameters
    ----------
    arm : ndarray, shape (n_arm,)
    reference : ndarray, shape (n_reference,)
    labels : Labels
    confidence : float or None
        No limits (NaN) where None.

    References
    ----------
    Janssen (1997), Stat. Probab. Lett. 36:9; Horiguchi & Uno (2020), doi 10.1002/sim.8565.
    """
    both = _both(arm, reference, labels)
    lower = upper = math.nan
    if confidence is not None:
        ((lower, upper),) = both.limits([confidence])
    return TwoSample(both.difference, both.p(), both.p(1), both.p(-1), lower, upper)


def difference_limits(
    arm: np.ndarray, reference: np.ndarray, labels: Labels, confidences: Sequence[float]
) -> list[tuple[float, float]]:
    """Return limits of the difference of means; see `permutation_test`.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm,), (n_reference,)
    labels : Labels
    confidences : sequence of float
    """
    return _both(arm, reference, labels).limits(confidences)


def ratio_limits(
    arm: np.ndarray,
    reference: np.ndarray,
    labels: Labels,
    confidences: Sequence[float],
    one_sided: bool = False,
    known: Sequence[float] = (1.0,),
) -> list[tuple[float, float]]:
    """Return limits of the ratio of means ρ by inverting the permutation test of A − ρR.

    The sample that is relabelled is that of A and ρR, as in the test of equivalence. Assumption:
    runs are independent; exact in a scale model, in which A is distributed as ρR, else
    asymptotically. ρ is searched from 0 upwards, as in `permutation_test`.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm,), (n_reference,)
        Not negative.
    labels : Labels
    confidences : sequence of float
    one_sided : bool
        Invert both one-sided tests, each at (1 − confidence) / 2, instead of the two-sided one:
        limits at 1 − 2α then lie inside a margin exactly if both tests of equivalence reject at α.
    known : sequence of float
        Ratios at which the limits have to agree with the test.

    Returns
    -------
    list of (lower, upper)
        NaN where the reference's mean is 0; −∞ or ∞ where the test rejects nowhere.
    """
    return _both(arm, reference, labels).ratio_limits(confidences, one_sided, known)


def _both(arm: np.ndarray, reference: np.ndarray, labels: Labels) -> Independent:
    own, its = (np.asarray(values, float)[:, None] for values in (arm, reference))
    return next(independent(own, its, labels))
