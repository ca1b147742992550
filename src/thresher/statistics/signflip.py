"""The sign-flip test of paired differences, and its intervals by inversion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thresher.statistics.flips import Signs, draw
from thresher.statistics.montecarlo import TIE, p_value

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
    α = 1 − confidence, that is with p > α; see `limits`. It leaves 0 out exactly when p ≤ α; it
    is the whole line where 2^(1−n) > α, as for n = 1 and 2. Where all differences are zero, p = 1
    and (with enough seeds) both limits are 0.

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
    values = _checked(differences, signs)
    lower, upper = limits(values, np.ones_like(values), signs, [confidence])[0]
    width = max(1, _CELLS // len(signs.matrix))
    starts = range(0, values.shape[1], width)
    tests = [_p_values(values[:, begin : begin + width], signs) for begin in starts]
    p, greater, less = np.concatenate(tests, axis=1) if tests else np.empty((3, 0))
    return SignFlip(values.mean(axis=0), p, greater, less, lower, upper)


def _checked(values: np.ndarray, signs: Signs) -> np.ndarray:
    values = np.asarray(values, float)
    if values.ndim != 2 or len(values) != signs.n or len(values) == 0:
        raise ValueError(f"differences {values.shape} do not fit the signs of {signs.n} seeds")
    if not np.isfinite(values).all():
        raise ValueError(f"differences must be finite, but has {values[~np.isfinite(values)][0]}")
    return values


def _p_values(values: np.ndarray, signs: Signs) -> np.ndarray:
    """Return the two-sided p-values and those against a greater and a smaller mean."""
    sums, observed = signs.sums(values), values.sum(axis=0)
    slack = TIE * np.abs(values).sum(axis=0)
    two = p_value(np.abs(sums), np.abs(observed), slack, signs.exact)
    greater = _one_sided(sums, observed, slack, signs.exact)
    return np.array([two, greater, _one_sided(-sums, -observed, slack, signs.exact)])


def _one_sided(
    sums: np.ndarray, observed: np.ndarray, slack: np.ndarray, exact: bool
) -> np.ndarray:
    """Count every vector and its opposite; the opposite of the data only where it ties."""
    opposite = p_value(-sums, observed, slack, exact)
    if not exact:
        opposite -= (-observed < observed - slack) / (len(sums) + 1)
    return (p_value(sums, observed, slack, exact) + opposite) / 2


def limits(
    differences: np.ndarray, scale: np.ndarray, signs: Signs, confidences: Sequence[float]
) -> np.ndarray:
    """Invert the sign-flip test of Dᵢ − θ Rᵢ for θ, without a search.

    A flip is as extreme as the data exactly for θ between ΣD / ΣR of the seeds it keeps and
    ΣD / ΣR of those it turns, so the limits are order statistics of such ratios. With R = 1 they
    are Hartigan's subset means, and θ is the mean difference. With R the reference's times
    and D those of the arm minus R, 1 + θ is the ratio of the means: what is flipped is then
    A − (1 + θ) R, as in the test of equivalence. Assumption: Dᵢ − θ Rᵢ is symmetric about 0 (for
    ratios that of a scale model: A and (1 + θ) R are exchangeable).

    Parameters
    ----------
    differences, scale : ndarray, shape (n, k)
        D and R; R not negative.
    signs : Signs
    confidences : sequence of float

    Returns
    -------
    ndarray, shape (confidences, 2, k)
        Lower and upper limits of θ; −∞ or ∞ where no flip rate reaches 1 − confidence, or where
        ΣR of too many subsets is 0; NaN where all of R is 0.

    References
    ----------
    Hartigan (1969), J. Am. Stat. Assoc. 64:1303.
    """
    top, bottom = _checked(differences, signs), _checked(scale, signs)
    for confidence in confidences:
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must be inside (0, 1), but was {confidence}")
    out = np.empty((len(confidences), 2, top.shape[1]))
    width = max(1, _CELLS // len(signs.matrix))
    plain = bool((bottom == 1).all())
    for begin in range(0, top.shape[1], width):
        columns = range(begin, min(begin + width, top.shape[1]))
        sums = signs.sums(top[:, columns])
        scales = signs.sums(bottom[:, columns[:1]] if plain else bottom[:, columns])
        for k in columns:
            place = 0 if plain else k - begin
            kept, turned = (
                _subset_ratios(sums[:, k - begin], top[:, k], scales[:, place], bottom[:, k], sign)
                for sign in (1, -1)
            )
            out[:, :, k] = _order_statistics(kept, turned, signs, confidences)
    out[:, :, bottom.sum(axis=0) == 0] = np.nan
    return out


def _subset_ratios(
    sums: np.ndarray, top: np.ndarray, scales: np.ndarray, bottom: np.ndarray, sign: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ΣD / ΣR of the kept (1) or turned (−1) seeds and where both sums are 0.

    An exact tie must give a ratio of exactly 0, so that interval and p-value agree.
    """
    above, below = top.sum() + sign * sums, bottom.sum() + sign * scales
    above[np.abs(above) <= TIE * np.abs(top).sum()] = 0.0
    below[below <= TIE * bottom.sum()] = 0.0
    whole = (above == 0) & (below == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return above / below, whole


def _order_statistics(
    kept: tuple[np.ndarray, np.ndarray],
    turned: tuple[np.ndarray, np.ndarray],
    signs: Signs,
    confidences: Sequence[float],
) -> np.ndarray:
    """Return the limits, shape (confidences, 2); a flip as extreme for every θ spans the line."""
    whole = kept[1] | turned[1]
    lower = np.where(whole, -np.inf, np.minimum(kept[0], turned[0]))
    upper = np.where(whole, np.inf, np.maximum(kept[0], turned[0]))
    own = 0 if signs.exact else 1
    total = len(lower) + own
    # Flips that may be as extreme without θ being kept; the data themselves always are.
    ranks = [int(np.floor((1 - c) * total * (1 + 1e-12))) - own for c in confidences]
    inside = sorted({rank for rank in ranks if rank >= 0})
    last = len(lower) - 1
    low = np.partition(lower, inside) if inside else lower
    high = np.partition(upper, [last - rank for rank in inside]) if inside else upper
    found = [(low[r], high[last - r]) if r >= 0 else (-np.inf, np.inf) for r in ranks]
    return np.array(found)
