"""Two independent samples under every relabelling: Welch's statistic, its p-values and limits."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from thresher.statistics.labels import Labels
from thresher.statistics.montecarlo import INPUT, TIE, share
from thresher.statistics.searching import last_kept

_WIDTH = 2.0  # the first step of a search, in standard errors
# Rounding of a variance, in squares of the largest value: smaller ones are taken as this.
_ROUNDING = 64 * np.finfo(float).eps
_PIECE, _CELLS = 1 << 12, 1 << 24


@dataclass(frozen=True)
class Sample:
    """Sums that give Welch's statistic of every relabelling for a family of pooled samples.

    The sample at θ is u + θ w, so that one matrix product serves the search over θ.

    Attributes
    ----------
    sizes : tuple of int
        Runs of the arm and of the reference.
    labels : Labels
    raw, scales : tuple of float
        The largest fixed and moving value, as given and less their means.
    sums, identity : ndarray, shapes (5, relabellings), (5, 1)
        Of u, w, u², u w and w² over the runs called the arm's, and over the arm's own.
    totals : ndarray, shape (5,)
        The same over all runs.
    """

    sizes: tuple[int, int]
    labels: Labels
    raw: tuple[float, float]
    scales: tuple[float, float]
    sums: np.ndarray
    totals: np.ndarray
    identity: np.ndarray

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
        least = (abs(observed) if side == 0 else side * observed) - slack
        if self.sizes[0] == self.sizes[1] > 1:
            least, of = self._difference_at(least, theta), self._differences
        else:
            of = self._statistics
        extreme, drawn = 0, self.sums.shape[1]
        # In pieces that stay in the processor's cache, as this is what a search repeats.
        for begin in range(0, drawn, _PIECE):
            found = of(self.sums[:, begin : begin + _PIECE], theta)
            extreme += int(
                np.count_nonzero((np.abs(found) if side == 0 else side * found) >= least)
            )
        return share(extreme, drawn, self.labels.exact)

    def _statistics(self, sums: np.ndarray, theta: float) -> np.ndarray:
        return self.statistic(sums, theta)[0]

    def _differences(self, sums: np.ndarray, theta: float) -> np.ndarray:
        """Return the differences of means of arms of one size."""
        first, _ = self.sizes
        total = self.totals[0] + theta * self.totals[1]
        return (2 / first) * (sums[0] + theta * sums[1]) - total / first

    def _difference_at(self, least: float, theta: float) -> float:
        """Return the difference of means that has this statistic, for arms of one size.

        Both their variances come from the difference d alone, (Q − n d² / 2) / n (n − 1) with Q the
        sum of squares, so that the statistic rises with it and no other one is needed.
        """
        n, _ = self.sizes
        squares = self.totals[2] + theta * (2 * self.totals[3] + theta * self.totals[4])
        variance = max(squares / (n * (n - 1) + n * least**2 / 2), self.floor(theta))
        size = max(abs(least) * math.sqrt(variance), math.nextafter(self.rounding(theta), math.inf))
        return size if least > 0 else -size


@dataclass(frozen=True)
class Independent:
    """An arm and its reference as independent samples, under every relabelling.

    Attributes
    ----------
    ratio : float
        Of the means; NaN where the reference's is 0.
    shifted, scaled : Sample
        That of A − θ and R, and that of A and θ R.
    """

    difference: float
    ratio: float
    mean_reference: float
    shifted: Sample
    scaled: Sample

    def p(self, side: int = 0) -> float:
        """Return the p-value of equal means: two-sided for 0, else in that direction."""
        return self.shifted.p(0.0, side)

    def p_equivalence(self, margin: float) -> float:
        """Return the larger p of the one-sided tests of A − (1 ∓ margin) R."""
        return max(self.scaled.p(1 - margin, 1), self.scaled.p(1 + margin, -1))

    def statistics(self) -> tuple[float, float, np.ndarray]:
        """Return Welch's statistic as observed, its slack for ties, that of every relabelling."""
        observed, slack = self.shifted.observed(0.0)
        return observed, slack, self.shifted.statistic(self.shifted.sums, 0.0)[0]

    def limits(self, confidences: Sequence[float]) -> list[tuple[float, float]]:
        """Return limits of the difference of means; see `permutation.permutation_test`."""
        step = _WIDTH * self.shifted.error(self.difference)
        return [
            _inverted(self.shifted, self.difference, step, 1 - c, (0, 0), (0.0,))
            for c in confidences
        ]

    def ratio_limits(
        self,
        confidences: Sequence[float],
        one_sided: bool = False,
        known: Sequence[float] = (1.0,),
    ) -> list[tuple[float, float]]:
        """Return limits of the ratio of means; see `permutation.ratio_limits`."""
        if not self.mean_reference > 0:
            return [(math.nan, math.nan)] * len(confidences)
        step = _WIDTH * self.scaled.error(self.ratio) / self.mean_reference
        sides, parts = ((1, -1), 2) if one_sided else ((0, 0), 1)
        return [
            _inverted(self.scaled, self.ratio, step, (1 - c) / parts, sides, known, 0.0)
            for c in confidences
        ]


def independent(arm: np.ndarray, reference: np.ndarray, labels: Labels) -> Iterator[Independent]:
    """Yield every column of two arms under all relabellings, with memory bounded.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm, k), (n_reference, k)
    labels : Labels
    """
    own, its = np.asarray(arm, float), np.asarray(reference, float)
    if labels.matrix.shape[1] != len(own) + len(its) or not len(own) or not len(its):
        raise ValueError(f"{len(own)} and {len(its)} runs do not fit the relabellings")
    width = max(1, _CELLS // (10 * len(labels.matrix)))
    for begin in range(0, own.shape[1], width):
        columns = zip(own.T[begin : begin + width], its.T[begin : begin + width], strict=True)
        pairs = list(columns)
        pools = [pool for pair in pairs for pool in (_shift(*pair), _scale(*pair))]
        found = _samples(pools, len(own), labels)
        for (one, other), shifted, scaled in zip(pairs, found[::2], found[1::2], strict=True):
            mean, base = float(np.mean(one)), float(np.mean(other))
            ratio = mean / base if base > 0 else math.nan
            difference = float(np.mean(one) - np.mean(other))
            yield Independent(difference, ratio, base, shifted, scaled)


_Pool = tuple[np.ndarray, np.ndarray]


def _shift(own: np.ndarray, its: np.ndarray) -> _Pool:
    """Return the pooled sample whose arm is moved by −θ."""
    moving = -np.repeat([1.0, 0.0], [len(own), len(its)])
    return np.concatenate([own, its]), moving


def _scale(own: np.ndarray, its: np.ndarray) -> _Pool:
    """Return the pooled sample whose reference is multiplied by θ."""
    fixed = np.concatenate([own, np.zeros(len(its))])
    return fixed, np.concatenate([np.zeros(len(own)), its])


def _samples(pools: Sequence[_Pool], arm: int, labels: Labels) -> list[Sample]:
    """Sum over all relabellings, of all pools in one product."""
    centred = [(fixed - fixed.mean(), moving - moving.mean()) for fixed, moving in pools]
    columns = [np.column_stack([u, w, u * u, u * w, w * w]) for u, w in centred]
    sums = np.split(labels.sums(np.hstack(columns)).T, len(pools))
    return [
        Sample(
            sizes=(arm, len(fixed) - arm),
            labels=labels,
            raw=(float(np.abs(fixed).max()), float(np.abs(moving).max())),
            scales=(float(np.abs(u).max()), float(np.abs(w).max())),
            sums=own,
            totals=five.sum(axis=0),
            identity=five[:arm].sum(axis=0)[:, None],
        )
        for (fixed, moving), (u, w), five, own in zip(pools, centred, columns, sums, strict=True)
    ]


def _inverted(
    sample: Sample,
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
