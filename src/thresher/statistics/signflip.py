"""The sign-flip test of paired differences, and its interval by inversion."""

from dataclasses import dataclass

import numpy as np

from thresher.statistics.flips import Signs, draw

_TIE = 1e-10
_CELLS = 1 << 24


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
    as −Dᵢ, independently across seeds (true when the two arms of a seed are exchangeable).
    Statistic: Σ gᵢ Dᵢ. Two-sided p: share of sign vectors g with |Σ gᵢ Dᵢ| ≥ |Σ Dᵢ|, the identity
    included: exact by enumeration for n ≤ 20, else (b + 1) / (M + 1).

    The interval holds every shift θ that the two-sided test of Dᵢ − θ does not reject at
    α = 1 − confidence, that is with p > α. A flip is as extreme as the data exactly for θ between
    the mean of the Dᵢ it keeps and the mean of those it turns (Hartigan's subset means), so the
    limits are order statistics of such means and no search is needed. The interval leaves 0 out
    exactly when p ≤ α; it is the whole line where 2^(1−n) > α, as for n = 1 and 2. Where all
    differences are zero, p = 1 and (with enough seeds) both limits are 0.

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
    Fisher (1935), The Design of Experiments, §21; Hartigan (1969), J. Am. Stat. Assoc. 64:1303.
    """
    values = np.asarray(differences, float)
    if values.ndim != 2 or len(values) != signs.n or len(values) == 0:
        raise ValueError(f"differences {values.shape} do not fit the signs of {signs.n} seeds")
    if not np.isfinite(values).all():
        raise ValueError(f"differences must be finite, but has {values[~np.isfinite(values)][0]}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be inside (0, 1), but was {confidence}")
    width = max(1, _CELLS // len(signs.matrix))
    blocks = [
        _block(values[:, begin : begin + width], signs, confidence)
        for begin in range(0, values.shape[1], width)
    ]
    if not blocks:
        return SignFlip(*(np.empty(0) for _ in range(6)))
    return SignFlip(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _block(values: np.ndarray, signs: Signs, confidence: float) -> tuple[np.ndarray, ...]:
    sums, balance = signs.sums(values), signs.matrix.sum(axis=1, dtype=float)
    observed = values.sum(axis=0)
    slack = _TIE * np.abs(values).sum(axis=0)
    results = [
        _column(sums[:, k], balance, observed[k], slack[k], signs, confidence)
        for k in range(values.shape[1])
    ]
    return values.mean(axis=0), *(np.array(parts) for parts in zip(*results, strict=True))


def _column(
    sums: np.ndarray,
    balance: np.ndarray,
    observed: float,
    slack: float,
    signs: Signs,
    confidence: float,
) -> tuple[float, ...]:
    own = 0 if signs.exact else 1  # enumeration holds the identity, a random draw is added to it
    total = len(sums) + own
    p = (np.count_nonzero(np.abs(sums) >= abs(observed) - slack) + own) / total
    greater = np.count_nonzero(sums >= observed - slack) + own
    less = np.count_nonzero(sums <= observed + slack) + own
    if signs.exact:  # the opposite vectors
        greater += np.count_nonzero(-sums >= observed - slack)
        less += np.count_nonzero(-sums <= observed + slack)
        total *= 2
    limits = _invert(sums, balance, observed, slack, signs, confidence)
    return p, greater / total, less / total, *limits


def _invert(
    sums: np.ndarray,
    balance: np.ndarray,
    observed: float,
    slack: float,
    signs: Signs,
    confidence: float,
) -> tuple[float, float]:
    n = signs.n
    turned = observed - sums
    kept = observed + sums
    # An exact tie must give a subset mean of exactly 0, so that interval and p-value agree.
    turned[np.abs(turned) <= slack] = 0.0
    kept[np.abs(kept) <= slack] = 0.0
    split = np.abs(balance) < n
    turned, kept = turned[split] / (n - balance[split]), kept[split] / (n + balance[split])
    whole = len(sums) - len(turned) + (0 if signs.exact else 1)  # as extreme for every θ
    total = len(sums) + (0 if signs.exact else 1)
    rank = int(np.floor((1 - confidence) * total * (1 + 1e-12))) - whole
    if rank < 0 or rank >= len(turned):
        return -np.inf, np.inf
    lower = np.partition(np.minimum(turned, kept), rank)[rank]
    largest = len(turned) - 1 - rank
    upper = np.partition(np.maximum(turned, kept), largest)[largest]
    return float(lower), float(upper)
