"""The two-sample studentised permutation test, for designs without pairs."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from thresher.statistics.flips import generator
from thresher.statistics.montecarlo import INPUT, TIE, p_value
from thresher.statistics.searching import last_kept

_WIDTH = 2.0  # the first step of a search, in standard errors
# Rounding of a variance, in squares of the largest value: smaller ones are taken as this.
_ROUNDING = 64 * np.finfo(float).eps
_CHUNK = 1 << 14


@dataclass(frozen=True)
class Labels:
    """Relabellings of the runs of two arms.

    Attributes
    ----------
    matrix : ndarray of int8, shape (relabellings, n_arm + n_reference)
        1 where a run is called the arm's. All of them if `exact`, else random rows.
    exact : bool
    """

    matrix: np.ndarray
    exact: bool

    @property
    def resolution(self) -> float:
        """Step of the p-value."""
        return 1.0 / (len(self.matrix) + (not self.exact))

    @property
    def smallest(self) -> float:
        """Smallest two-sided p-value possible; arms of equal size can be swapped."""
        n = self.matrix.shape[1]
        arm = int(self.matrix[0].sum())
        return max((1 + (2 * arm == n)) / math.comb(n, arm), self.resolution)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sums over the runs called the arm's, shape (relabellings, k)."""
        out = np.empty((values.shape[1], len(self.matrix))).T  # a column lies in one piece
        for begin in range(0, len(out), _CHUNK):
            rows = slice(begin, begin + _CHUNK)
            out[rows] = self.matrix[rows].astype(float) @ values
        return out


def relabellings(n_arm: int, n_reference: int, permutations: int, entropy: int) -> Labels:
    """Enumerate all relabellings if there are at most `permutations` + 1, else draw some."""
    n = n_arm + n_reference
    count = math.comb(n, n_arm)
    if count <= permutations + 1:
        chosen = np.array(list(itertools.combinations(range(n), n_arm)), dtype=int)
        matrix = np.zeros((count, n), np.int8)
        np.put_along_axis(matrix, chosen.reshape(count, n_arm), 1, axis=1)
        return Labels(matrix, exact=True)
    matrix = np.zeros((permutations, n), np.int8)
    matrix[:, :n_arm] = 1
    generator(entropy, "relabellings").permuted(matrix, axis=1, out=matrix)
    return Labels(matrix, exact=False)


@dataclass(frozen=True)
class TwoSample:
    """Result of the permutation test; see `SignFlip` for the meaning of the fields."""

    mean: float
    p: float
    p_greater: float
    p_less: float
    lower: float
    upper: float


class _Sample:
    """Sums that give Welch's statistic of every relabelling for a family of pooled samples.

    The sample at θ is u + θ w, so that one matrix product serves the search over θ.
    """

    def __init__(self, fixed: np.ndarray, moving: np.ndarray, arm: int, labels: Labels):
        self.sizes = (arm, len(fixed) - arm)
        self.labels = labels
        self.raw = np.abs(fixed).max(), np.abs(moving).max()
        u, w = fixed - fixed.mean(), moving - moving.mean()
        self.scales = np.abs(u).max(), np.abs(w).max()
        columns = np.column_stack([u, w, u * u, u * w, w * w])
        self.sums, self.totals = labels.sums(columns).T, columns.sum(axis=0)
        self.identity = columns[:arm].sum(axis=0)[:, None]

    def statistic(self, sums: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the statistic for sums of shape (5, relabellings), and its variance."""
        first, second = self.sizes
        u, w, uu, uw, ww = self.totals
        s1, q1 = sums[0] + theta * sums[1], sums[2] + theta * (2 * sums[3] + theta * sums[4])
        s2, q2 = (u + theta * w) - s1, (uu + theta * (2 * uw + theta * ww)) - q1
        difference = s1 / first - s2 / second
        difference[np.abs(difference) <= self.rounding(theta)] = 0.0
        if min(self.sizes) < 2:  # one run has no spread to studentise with
            return difference, np.ones(len(s1))
        variance = (q1 - s1 * s1 / first) / (first * (first - 1))
        variance += (q2 - s2 * s2 / second) / (second * (second - 1))
        np.maximum(variance, self.floor(theta), out=variance)
        return difference / np.sqrt(variance), variance

    def observed(self, theta: float) -> tuple[float, float]:
        """Return the data's own statistic and how far below it others still tie.

        Rounding moves the statistic by half of what it may do to the variance, which is much where
        runs hardly spread.
        """
        (t,), (variance,) = self.statistic(self.identity, theta)
        if min(self.sizes) < 2:
            return float(t), self.rounding(theta)
        own = self.rounding(theta) / math.sqrt(variance)
        return float(t), own + abs(t) * min(own + self.floor(theta) / variance, 0.5)

    def scale(self, theta: float) -> float:
        """Return the largest value that the sample may hold."""
        return float(self.scales[0] + abs(theta) * self.scales[1]) or 1.0

    def rounding(self, theta: float) -> float:
        """Return a difference of means that is rounding."""
        return TIE * self.scale(theta) + INPUT * float(self.raw[0] + abs(theta) * self.raw[1])

    def floor(self, theta: float) -> float:
        """Return a variance that is rounding."""
        inputs = INPUT * float(self.raw[0] + abs(theta) * self.raw[1])
        return (_ROUNDING * self.scale(theta) ** 2 + inputs**2) / min(self.sizes)

    def error(self, theta: float) -> float:
        """Return the standard error of the data's own difference."""
        return math.sqrt(self.statistic(self.identity, theta)[1][0])

    def p(self, theta: float, side: int = 0) -> float:
        """Return the p-value at θ: two-sided for 0, else in the direction of `side`."""
        observed, slack = self.observed(theta)
        drawn, _ = self.statistic(self.sums, theta)
        if side == 0:
            observed, drawn = abs(observed), np.abs(drawn)
        elif side < 0:
            observed, drawn = -observed, -drawn
        return float(p_value(drawn, observed, slack, self.labels.exact))


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
    sample = _shifted(arm, reference, labels)
    mean = float(np.mean(arm) - np.mean(reference))
    p, greater, less = (sample.p(0.0, side) for side in (0, 1, -1))
    lower = upper = math.nan
    if confidence is not None:
        ((lower, upper),) = difference_limits(arm, reference, labels, [confidence])
    return TwoSample(mean, p, greater, less, lower, upper)


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
    sample = _shifted(arm, reference, labels)
    mean = float(np.mean(arm) - np.mean(reference))
    step = _WIDTH * sample.error(mean)
    return [_inverted(sample, mean, step, 1 - c, (0, 0), (0.0,)) for c in confidences]


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
    own, its = np.asarray(arm, float), np.asarray(reference, float)
    if not its.mean() > 0:
        return [(math.nan, math.nan)] * len(confidences)
    fixed = np.concatenate([own, np.zeros(len(its))])
    moving = np.concatenate([np.zeros(len(own)), its])
    sample = _Sample(fixed, moving, len(own), labels)
    ratio = float(own.mean() / its.mean())
    step = _WIDTH * sample.error(ratio) / float(its.mean())
    sides, share = ((1, -1), 2) if one_sided else ((0, 0), 1)
    return [_inverted(sample, ratio, step, (1 - c) / share, sides, known, 0.0) for c in confidences]


def _shifted(arm: np.ndarray, reference: np.ndarray, labels: Labels) -> _Sample:
    """Return the sample whose arm is moved by −θ."""
    own, its = np.asarray(arm, float), np.asarray(reference, float)
    if labels.matrix.shape[1] != len(own) + len(its) or not len(own) or not len(its):
        raise ValueError(f"{len(own)} and {len(its)} runs do not fit the relabellings")
    moving = -np.repeat([1.0, 0.0], [len(own), len(its)])
    return _Sample(np.concatenate([own, its]), moving, len(own), labels)


def statistics_of(
    arm: np.ndarray, reference: np.ndarray, labels: Labels
) -> tuple[float, float, np.ndarray]:
    """Return Welch's statistic as observed, its slack for ties, and that of every relabelling."""
    sample = _shifted(arm, reference, labels)
    return *sample.observed(0.0), sample.statistic(sample.sums, 0.0)[0]


def _inverted(
    sample: _Sample,
    estimate: float,
    step: float,
    alpha: float,
    sides: tuple[int, int],
    known: Sequence[float],
    least: float = -math.inf,
) -> tuple[float, float]:
    """Search for both limits around the estimate, at which no test rejects."""
    level = alpha * (1 + 1e-12)
    smallest = sample.labels.smallest if sides == (0, 0) else sample.labels.resolution
    if smallest > level:
        return -math.inf, math.inf
    target = float(special.ndtri(level / 2))

    def limit(side: int, direction: int) -> float:
        def surplus(theta: float) -> float:
            """Above 0 where θ is kept; nearly linear in θ."""
            p = sample.p(theta, side)
            size = max(abs(float(special.ndtri(p / 2)) - target), 1e-9)
            return size if p > level else -size

        ahead = [theta for theta in known if direction * (theta - estimate) > 0]
        ahead.sort(reverse=direction < 0)
        return last_kept(surplus, estimate, direction * step, ahead, least)

    return limit(sides[0], -1), limit(sides[1], 1)
