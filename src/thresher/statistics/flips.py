"""Random signs of seeds, drawn once and shared by every contrast and threshold."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

EXACT_UP_TO = 20
DOMAIN = zlib.crc32(b"statistics")
_CHUNK = 1 << 14


@dataclass(frozen=True)
class Signs:
    """Sign changes, one row per flip and one column per seed.

    Attributes
    ----------
    matrix : ndarray of int8, shape (flips, n)
        −1 and 1. If `exact`, one of each pair of opposite vectors, 2^(n−1) rows of which the first
        is all 1; the opposite half follows by symmetry. Else independent random rows.
    exact : bool
        Whether all sign changes are enumerated.
    """

    matrix: np.ndarray
    exact: bool

    @property
    def n(self) -> int:
        """Seeds."""
        return self.matrix.shape[1]

    @property
    def resolution(self) -> float:
        """Step of a two-sided p-value: 2^(1−n) if exact, 1/(M + 1) for M random flips."""
        return 1.0 / (len(self.matrix) + (not self.exact))

    @property
    def smallest(self) -> float:
        """Smallest two-sided p-value that is possible."""
        return max(2.0 ** (1 - self.n), self.resolution)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return Σ gᵢ vᵢ of every flip, in chunks, so that memory stays bounded.

        Parameters
        ----------
        values : ndarray, shape (n, k)

        Returns
        -------
        ndarray, shape (flips, k)
        """
        out = np.empty((len(self.matrix), values.shape[1]))
        for rows, signs in self.chunks():
            out[rows] = signs @ values
        return out

    def chunks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield row slices and their signs as floats."""
        for begin in range(0, len(self.matrix), _CHUNK):
            rows = slice(begin, begin + _CHUNK)
            yield rows, self.matrix[rows].astype(float)

    def of(self, seeds: np.ndarray) -> "Signs":
        """Return the signs of some of the seeds; exact if they are few enough.

        Parameters
        ----------
        seeds : ndarray of bool, shape (n,)
        """
        if seeds.all():
            return self
        few = int(seeds.sum())
        if self.exact or few <= EXACT_UP_TO:
            return enumerated(few)
        return Signs(self.matrix[:, seeds], exact=False)


def generator(entropy: int, purpose: str) -> np.random.Generator:
    """Return the random stream of one statistic, apart from every stream of the training.

    Parameters
    ----------
    entropy : int
        The study's.
    purpose : str
        What the stream is for, such as ``"flips"``.
    """
    key = (DOMAIN, zlib.crc32(purpose.encode()))
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=key))


def enumerated(n: int) -> Signs:
    """Enumerate all sign changes of n seeds up to a common sign; the first is the identity."""
    numbers = np.arange(1 << max(n - 1, 0), dtype=np.int64)
    bits = (numbers[:, None] >> np.arange(n)) & 1
    return Signs((1 - 2 * bits).astype(np.int8), exact=True)


def draw(n: int, flips: int, entropy: int) -> Signs:
    """Enumerate the sign changes of n ≤ 20 seeds, else draw `flips` random ones.

    Parameters
    ----------
    n : int
        Seeds.
    flips : int
        Random flips M beyond 20 seeds; the p-value's denominator is M + 1.
    entropy : int
        The study's; equal entropy gives equal signs, in every analysis of the study.
    """
    if n <= EXACT_UP_TO:
        return enumerated(n)
    if flips < 1:
        raise ValueError(f"flips must be at least 1, but was {flips}")
    bits = generator(entropy, "flips").integers(0, 2, size=(flips, n), dtype=np.int8)
    return Signs(2 * bits - 1, exact=False)
