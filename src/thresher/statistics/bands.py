"""Bands around mean curves: simultaneous by sign-flipped residuals, or pointwise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from thresher.statistics.flips import Signs, draw
from thresher.statistics.limits import FEWEST_FOR_BAND

FLIPS = 4_999
EXACT_UP_TO = 13
_CHUNK = 512
KINDS = ("simultaneous", "pointwise")


@dataclass(frozen=True)
class Band:
    """A mean curve and its band; the curves have shape (epochs,).

    Attributes
    ----------
    n : int
        Runs (pairs) behind the mean; the smaller arm for an unpaired difference.
    mean, lower, upper : ndarray
        Limits are NaN where there is no band.
    kind : str
        ``simultaneous``, ``pointwise`` or, with fewer than 6 runs, ``none``.
    critical : float, or ndarray of shape (epochs,)
        Half width in standard errors; NaN without a band. One for each epoch where the degrees of
        freedom are Welch's.
    """

    n: int
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    kind: str
    critical: float | np.ndarray


def mean_band(
    curves: np.ndarray,
    kind: str = "simultaneous",
    confidence: float = 0.95,
    entropy: int = 0,
    seeds: Sequence[int | str] | np.ndarray | None = None,
) -> Band:
    """Return the mean of curves with a band; curves of paired differences get theirs the same way.

    Estimand: the mean curve. Assumption: independent seeds. The simultaneous (sup-t) band is
    m ± q s/√n with q the quantile of max over epochs of the re-studentised |t| of sign-flipped
    residuals: all sign changes for n ≤ 13, else the seeds' first 4,999 random ones. It covers the
    whole mean curve in about 0.90 to 0.95 of studies at n = 10 to 30. The pointwise band takes
    Student's t and covers each epoch by itself only. Epochs without spread have width zero and
    stay out of the maximum; fewer than 6 curves get no band.

    Parameters
    ----------
    curves : ndarray, shape (n, epochs)
        Finite.
    kind : {"simultaneous", "pointwise"}
    confidence : float
    entropy : int
    seeds : sequence of int or str, or None
        Of the curves, whose signs these are; 0 … n − 1 where None.

    References
    ----------
    Montiel Olea & Plagborg-Møller (2019), J. Appl. Econometrics 34:1.
    """
    values = _checked(curves, kind)
    n, mean = len(values), values.mean(axis=0)
    if n < FEWEST_FOR_BAND:
        return _without(n, mean)
    residuals = values - mean
    power = (residuals**2).sum(axis=0)
    spread = _spreads(values, power)
    error = np.where(spread, np.sqrt(power / (n * (n - 1))), 0.0)
    if kind == "pointwise":
        critical = float(special.stdtrit(n - 1, (1 + confidence) / 2))
    elif not spread.any():
        critical = 0.0
    else:
        scaled = residuals[:, spread] / np.sqrt(power[spread])
        z = _largest(band_signs(n if seeds is None else seeds, entropy), scaled)
        # The variance of flipped residuals follows from their mean, so t grows with z.
        critical = _quantile(z, confidence)
        critical = math.sqrt((n - 1) * critical**2 / max(n - critical**2, 1e-12))
    return _band(n, mean, error, kind, critical)


def difference_band(
    arm: np.ndarray,
    reference: np.ndarray,
    kind: str = "simultaneous",
    confidence: float = 0.95,
    entropy: int = 0,
    seeds: tuple[Sequence[int | str] | np.ndarray, Sequence[int | str] | np.ndarray] | None = None,
) -> Band:
    """Return the difference of two independent mean curves, arm − reference, with a band.

    As `mean_band`, with Welch's standard error and degrees of freedom.

    Parameters
    ----------
    arm, reference : ndarray, shapes (n_arm, epochs), (n_reference, epochs)
    kind : {"simultaneous", "pointwise"}
    confidence : float
    entropy : int
    seeds : pair of sequences of int or str, or None
        Of the arm and of the reference; equal seeds have signs of their own in each.
    """
    values = [_checked(arm, kind), _checked(reference, kind)]
    sizes = [len(part) for part in values]
    means = [part.mean(axis=0) for part in values]
    mean = means[0] - means[1]
    if min(sizes) < FEWEST_FOR_BAND:
        return _without(min(sizes), mean)
    residuals = [part - m for part, m in zip(values, means, strict=True)]
    powers = [(part**2).sum(axis=0) for part in residuals]
    spread = _spreads(values[0], powers[0]) | _spreads(values[1], powers[1])
    shares = [power / (n * (n - 1)) for power, n in zip(powers, sizes, strict=True)]
    error = np.where(spread, np.sqrt(sum(shares)), 0.0)
    if kind == "pointwise":
        weights = sum(s**2 / (n - 1) for s, n in zip(shares, sizes, strict=True))
        freedom = np.divide(error**4, weights, out=np.ones(len(mean)), where=spread)
        return _band(min(sizes), mean, error, kind, special.stdtrit(freedom, (1 + confidence) / 2))
    critical = 0.0
    if spread.any():
        parts = [part[:, spread] for part in residuals]
        labels = sizes if seeds is None else seeds
        signs = [
            draw(own, FLIPS, entropy, 0, purpose).matrix
            for own, purpose in zip(labels, ("flips", "flips of the reference"), strict=True)
        ]
        t = _welch_maxima(parts, [power[spread] for power in powers], signs)
        critical = _quantile(t, confidence)
    return _band(min(sizes), mean, error, kind, critical)


def band_signs(seeds: int | Sequence[int | str] | np.ndarray, entropy: int) -> Signs:
    """Return the signs of a band: all for n ≤ 13, else the seeds' first 4,999 random ones."""
    return draw(seeds, FLIPS, entropy, EXACT_UP_TO)


def _largest(signs: Signs, scaled: np.ndarray) -> np.ndarray:
    out = np.empty(len(signs.matrix))
    for begin in range(0, len(out), _CHUNK):
        rows = slice(begin, begin + _CHUNK)
        out[rows] = np.abs(signs.matrix[rows].astype(float) @ scaled).max(axis=1)
    return out


def _welch_maxima(
    residuals: list[np.ndarray], powers: list[np.ndarray], signs: list[np.ndarray]
) -> np.ndarray:
    out = np.empty(FLIPS)
    for begin in range(0, FLIPS, _CHUNK):
        rows = slice(begin, begin + _CHUNK)
        means, variance = [], np.zeros(residuals[0].shape[1])
        for part, power, own in zip(residuals, powers, signs, strict=True):
            size = len(part)
            means.append(own[rows].astype(float) @ part / size)
            variance = variance + (power / size - means[-1] ** 2) / (size - 1)
        floor = 1e-12 * sum(
            power / len(part) for power, part in zip(powers, residuals, strict=True)
        )
        t = np.abs(means[0] - means[1]) / np.sqrt(np.maximum(variance, floor))
        out[rows] = t.max(axis=1)
    return out


def _checked(curves: np.ndarray, kind: str) -> np.ndarray:
    values = np.asarray(curves, float)
    if kind not in KINDS:
        raise ValueError(f"band must be simultaneous or pointwise, but was {kind}")
    if values.ndim != 2 or not len(values):
        raise ValueError(f"curves must have shape (n, epochs), but have {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("curves must be finite: leave diverged runs out")
    return values


def _spreads(values: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Tell epochs with spread from those where runs agree up to rounding."""
    return power > len(values) * (1e-12 * np.abs(values).max(axis=0)) ** 2


def _quantile(maxima: np.ndarray, confidence: float) -> float:
    return float(np.quantile(maxima, confidence, method="higher"))


def _band(
    n: int, mean: np.ndarray, error: np.ndarray, kind: str, critical: float | np.ndarray
) -> Band:
    return Band(n, mean, mean - critical * error, mean + critical * error, kind, critical)


def _without(n: int, mean: np.ndarray) -> Band:
    nothing = np.full(len(mean), np.nan)
    return Band(n, mean, nothing, nothing, "none", math.nan)
