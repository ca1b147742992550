"""The sign-flip test of paired differences, and its intervals by inversion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thresher.statistics.flips import Signs, draw
from thresher.statistics.montecarlo import INPUT, TIE, p_value

_CELLS = 1 << 22


@dataclass(frozen=True)
class SignFlip:
    """Results for k columns of differences; every array has shape (k,).

    Attributes
    ----------
    mean : ndarray
        Mean difference.
    p : ndarray
        Two-sided p-value.
    p_greater, p_less : ndarray
        One-sided p-values against a mean above 0 and below 0.
    lower, upper : ndarray
        Confidence limits of the mean difference; −∞ and ∞ where no flip rate reaches 1 −
        confidence.
    """

    mean: np.ndarray
    p: np.ndarray
    p_greater: np.ndarray
    p_less: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def signflip_test(
    differences: np.ndarray, confidence: float = 0.95, flips: int = 99_999, entropy: int = 0
) -> SignFlip:
    """Test one column of paired differences; see `signflip`.

    Parameters
    ----------
    differences : ndarray, shape (n,)
    confidence : float
    flips : int
        Random flips where n > 20.
    entropy : int
        Of the random flips.
    """
    values = np.asarray(differences, float)
    return signflip(values[:, None], draw(len(values), flips, entropy), confidence)


def signflip(differences: np.ndarray, signs: Signs, confidence: float = 0.95) -> SignFlip:
    """Test that paired differences are symmetric about 0, and invert the test.

    Estimand: the mean difference. Assumption: under the null each Dᵢ has the same distribution
    as −Dᵢ, independently across seeds (true when the two arms of a seed are exchangeable); the
    interval assumes that of Dᵢ − θ. Statistic: Σ gᵢ Dᵢ. Two-sided p: share of sign vectors g with
    |Σ gᵢ Dᵢ| ≥ |Σ Dᵢ|, the identity included: exact by enumeration for n ≤ 20, else
    (b + 1) / (M + 1). One-sided p-values take each drawn vector with its opposite, so that the
    smaller one is half the two-sided p.

    The interval holds every shift θ that the two-sided test of Dᵢ − θ does not reject at
    α = 1 − confidence, that is with p > α; see `Flipped.limits`. It leaves 0 out exactly
    when p ≤ α; it is the whole line where 2^(1−n) > α, as for n = 1 and 2. Where all differences
    are zero, p = 1 and (with enough seeds) both limits are 0.

    Parameters
    ----------
    differences : ndarray, shape (n, k)
        n seeds, k contrasts (or thresholds); finite.
    signs : Signs
        Of n seeds; shared by all columns.
    confidence : float

    Raises
    ------
    ValueError
        If there is no seed, a value is not finite, or `confidence` is not inside (0, 1).

    References
    ----------
    Fisher (1935), The Design of Experiments, §21.
    """
    columns = list(flipped(differences, None, signs))
    if not columns:
        return SignFlip(*(np.empty(0) for _ in range(6)))
    tests = [[c.p(), c.p(side=1), c.p(side=-1), *c.limits([confidence])[0]] for c in columns]
    return SignFlip(np.mean(differences, axis=0), *np.array(tests).T)


@dataclass(frozen=True)
class Flipped:
    """One contrast under every flip, as a family of tests of Dᵢ − θ Rᵢ.

    Attributes
    ----------
    differences, scale : ndarray, shape (n,)
        D and R.
    sums, scales : ndarray, shape (flips,)
        Σ gᵢ Dᵢ and Σ gᵢ Rᵢ.
    exact : bool
        Whether all flips are enumerated.
    rounding : float
        What a sum may be off by, as D is a difference of rounded values.
    """

    differences: np.ndarray
    scale: np.ndarray
    sums: np.ndarray
    scales: np.ndarray
    exact: bool
    rounding: float = 0.0

    def p(self, theta: float = 0.0, side: int = 0) -> float:
        """Return the p-value at θ: two-sided for 0, else against a mean on that side of it.

        One-sided, each vector counts with its opposite, and so do the data.
        """
        drawn = np.abs(self.sums - theta * self.scales if theta else self.sums)
        observed = (self.differences.sum() - theta * self.scale.sum()) * (side or 1)
        slack = self.slack + TIE * abs(theta) * self.scale.sum()
        if side == 0:
            return float(p_value(drawn, abs(observed), slack, self.exact))
        if observed > slack:
            return float(p_value(drawn, observed, slack, self.exact)) / 2
        return (1 + float(p_value(-drawn, observed, slack, self.exact))) / 2

    def plain(self, balance: np.ndarray) -> "Flipped":
        """Return the same differences with R = 1, given Σ gᵢ of every flip."""
        return replace(self, scale=np.ones(len(self.scale)), scales=balance)

    @property
    def slack(self) -> float:
        """How far apart two sums of D may be and still tie."""
        return TIE * float(np.abs(self.differences).sum()) + self.rounding

    def limits(self, confidences: Sequence[float]) -> np.ndarray:
        """Invert the test for θ, without a search; lower and upper for each confidence.

        A flip is as extreme as the data exactly for θ between ΣD / ΣR of the seeds it keeps and
        ΣD / ΣR of those it turns, so the limits are order statistics of such ratios. With R = 1
        they are Hartigan's subset means, and θ is the mean difference. With R the reference's
        times and D those of the arm minus R, 1 + θ is the ratio of the means: what is flipped is
        then A − (1 + θ) R, as in the test of equivalence. Assumption: Dᵢ − θ Rᵢ is symmetric about
        0 (for ratios that of a scale model: A and (1 + θ) R are exchangeable).

        Parameters
        ----------
        confidences : sequence of float

        Returns
        -------
        ndarray, shape (confidences, 2)
            −∞ or ∞ where no flip rate reaches 1 − confidence, or where ΣR of too many subsets is
            0; NaN where all of R is 0.

        References
        ----------
        Hartigan (1969), J. Am. Stat. Assoc. 64:1303.
        """
        for confidence in confidences:
            if not 0 < confidence < 1:
                raise ValueError(f"confidence must be inside (0, 1), but was {confidence}")
        if not self.scale.any():
            return np.full((len(confidences), 2), np.nan)
        kept, turned = self._ratios(1), self._ratios(-1)
        lower, upper = np.minimum(kept, turned), np.maximum(kept, turned)
        whole = np.isnan(lower)  # 0 / 0: as extreme for every θ
        lower[whole], upper[whole] = -np.inf, np.inf
        own = 0 if self.exact else 1
        total, last = len(lower) + own, len(lower) - 1
        # Flips that may be as extreme without θ being kept; the data themselves always are.
        ranks = [int(np.floor((1 - c) * total * (1 + 1e-12))) - own for c in confidences]
        inside = sorted({rank for rank in ranks if rank >= 0})
        if inside:
            lower.partition(inside)
            upper.partition([last - rank for rank in inside])
        found = [(lower[r], upper[last - r]) if r >= 0 else (-np.inf, np.inf) for r in ranks]
        return np.array(found)

    def _ratios(self, sign: int) -> np.ndarray:
        """Return ΣD / ΣR of the kept (1) or turned (−1) seeds, NaN where both are 0.

        An exact tie must give a ratio of exactly 0, so that interval and p-value agree.
        """
        above = self.differences.sum() + sign * self.sums
        below = self.scale.sum() + sign * self.scales
        if not _whole_numbers(self.differences):
            above[np.abs(above) <= self.slack] = 0.0
        if not _whole_numbers(self.scale):
            below[below <= TIE * self.scale.sum()] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.divide(above, below, out=above)


def _whole_numbers(values: np.ndarray) -> bool:
    """Tell values whose sums are exact."""
    return bool((values == np.rint(values)).all()) and float(np.abs(values).sum()) < 2**52


def flipped(differences: np.ndarray, scale: np.ndarray | None, signs: Signs) -> Iterator[Flipped]:
    """Yield every column of differences under all flips, with memory bounded.

    Parameters
    ----------
    differences : ndarray, shape (n, k)
    scale : ndarray, shape (n, k), or None
        The reference, not negative; all 1 where None.
    signs : Signs
    """
    top = _checked(differences, signs)
    width = max(1, _CELLS // len(signs.matrix))
    starts = range(0, top.shape[1], width)
    if scale is None:
        ones, balance = np.ones(signs.n), signs.balance
        for begin in starts:
            part = top[:, begin : begin + width]
            for column, sums in zip(part.T, signs.sums(part).T, strict=True):
                yield Flipped(column, ones, sums, balance, signs.exact)
        return
    bottom = _checked(scale, signs)
    for begin in starts:
        part, own = top[:, begin : begin + width], bottom[:, begin : begin + width]
        sums, scales = np.split(signs.sums(np.hstack([part, own])).T, 2)
        for k in range(part.shape[1]):
            rounding = rounding_of(part[:, k], own[:, k])
            yield Flipped(part[:, k], own[:, k], sums[k], scales[k], signs.exact, rounding)


def rounding_of(differences: np.ndarray, reference: np.ndarray) -> float:
    """Return what sums of arm − reference may be off by, as both values are rounded."""
    return INPUT * float(np.abs(differences).sum() + 2 * np.abs(reference).sum())


def _checked(values: np.ndarray, signs: Signs) -> np.ndarray:
    values = np.asarray(values, float)
    if values.ndim != 2 or len(values) != signs.n or len(values) == 0:
        raise ValueError(f"differences {values.shape} do not fit the signs of {signs.n} seeds")
    if not np.isfinite(values).all():
        raise ValueError(f"differences must be finite, but has {values[~np.isfinite(values)][0]}")
    return values
