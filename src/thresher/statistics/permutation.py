"""The two-sample studentised permutation test, for designs without pairs."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from thresher.statistics.flips import generator

_TIE = 1e-9
_STEPS = 40
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
        out = np.empty((len(self.matrix), values.shape[1]))
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
    """Sums that give the studentised statistic of every relabelling at any shift of the arm."""

    def __init__(self, arm: np.ndarray, reference: np.ndarray, labels: Labels):
        self.sizes = (len(arm), len(reference))
        self.labels = labels
        values = np.concatenate([arm, reference])
        self.values = values - values.mean()
        self.scale = np.abs(self.values).max() or 1.0
        own = np.repeat([1.0, 0.0], self.sizes)
        columns = np.column_stack([own, self.values, self.values**2, self.values * own])
        self.sums, self.totals = labels.sums(columns), columns.sum(axis=0)
        self.identity = np.array([columns[: len(arm)].sum(axis=0)])

    def statistic(self, sums: np.ndarray, shift: float) -> np.ndarray:
        """Return Welch's t for sums of shape (relabellings, 4), the arm moved by −shift."""
        first, second = self.sizes
        count, plain, square, cross = sums.T
        all_count, all_plain, all_square, all_cross = self.totals
        s1 = plain - shift * count
        s2 = all_plain - shift * all_count - s1
        q1 = square - 2 * shift * cross + shift**2 * count
        q2 = all_square - 2 * shift * all_cross + shift**2 * all_count - q1
        difference = s1 / first - s2 / second
        if min(self.sizes) < 2:
            return difference  # one run has no spread to studentise with
        error = (q1 - s1**2 / first) / (first * (first - 1))
        error += (q2 - s2**2 / second) / (second * (second - 1))
        level = _TIE * (self.scale + abs(shift))
        difference = np.where(np.abs(difference) <= level, 0.0, difference)
        error = np.sqrt(np.maximum(error, level**2))
        return difference / error

    def p(self, shift: float, side: int = 0) -> float:
        """Return the p-value of a shift: two-sided for 0, else in the direction of `side`."""
        observed = self.statistic(self.identity, shift)[0]
        drawn = self.statistic(self.sums, shift)
        if side == 0:
            observed, drawn = abs(observed), np.abs(drawn)
        else:
            observed, drawn = side * observed, side * drawn
        extreme = np.count_nonzero(drawn >= observed - _TIE * (1 + abs(observed)))
        own = 0 if self.labels.exact else 1
        return (extreme + own) / (len(drawn) + own)


def permutation_test(
    arm: np.ndarray, reference: np.ndarray, labels: Labels, confidence: float = 0.95
) -> TwoSample:
    """Test two independent samples for equal means by the permuted Welch statistic.

    Estimand: the difference of means, arm − reference. Assumption: runs are independent; exact
    where the distributions are equal, asymptotically right for equal means with unequal spread
    (Janssen 1997). With fewer than 2 runs in an arm the plain difference is permuted. The interval
    inverts the test by bisection over shifts of the arm, to 1e-6 of its width, and leaves 0 out
    exactly when p ≤ 1 − confidence; it is the whole line where no relabelling reaches that.

    Parameters
    ----------
    arm : ndarray, shape (n_arm,)
    reference : ndarray, shape (n_reference,)
    labels : Labels
    confidence : float

    References
    ----------
    Janssen (1997), Stat. Probab. Lett. 36:9; Horiguchi & Uno (2020), doi 10.1002/sim.8565.
    """
    first, second = np.asarray(arm, float), np.asarray(reference, float)
    if labels.matrix.shape[1] != len(first) + len(second) or not len(first) or not len(second):
        raise ValueError(f"{len(first)} and {len(second)} runs do not fit the relabellings")
    sample = _Sample(first, second, labels)
    mean = float(first.mean() - second.mean())
    p = sample.p(0.0)
    limits = (-np.inf, np.inf)
    if labels.smallest <= (1 - confidence) * (1 + 1e-12):
        limits = _limits(sample, mean, p, (1 - confidence) * (1 + 1e-12))
    return TwoSample(mean, p, sample.p(0.0, 1), sample.p(0.0, -1), *limits)


def statistics_of(
    arm: np.ndarray, reference: np.ndarray, labels: Labels
) -> tuple[float, np.ndarray]:
    """Return Welch's statistic as observed, and of every relabelling, shape (relabellings,)."""
    sample = _Sample(np.asarray(arm, float), np.asarray(reference, float), labels)
    observed = sample.statistic(sample.identity, 0.0)[0]
    return float(observed), sample.statistic(sample.sums, 0.0)


def _limits(sample: _Sample, mean: float, p: float, alpha: float) -> tuple[float, float]:
    """Bisect for both limits; 0 is kept on the side that its own p-value puts it."""
    found = []
    for side in (-1.0, 1.0):
        inside, outside = mean, math.nan
        if side * mean < 0:  # 0 lies on this side of the estimate
            inside, outside = (0.0, math.nan) if p > alpha else (mean, 0.0)
        step = sample.scale * side
        while math.isnan(outside):
            if sample.p(inside + step) <= alpha:
                outside = inside + step
            elif abs(step) > 1e9 * sample.scale:
                inside = outside = side * math.inf
            else:
                inside, step = inside + step, 2 * step
        for _ in range(_STEPS):
            if not abs(outside - inside) > 1e-6 * sample.scale:
                break
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if sample.p(middle) > alpha else (inside, middle)
        found.append(inside)
    return found[0], found[1]
