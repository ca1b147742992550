"""Random signs of seeds: a stream for every seed, shared by all contrasts, thresholds, curves."""

import hashlib
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

EXACT_UP_TO = 20
DOMAIN = zlib.crc32(b"statistics")
# Steps of the p-value within the level of one contrast, if flips can give them.
STEPS = 20
_CHUNK_CELLS = 1 << 20
_MOST_CELLS = 1 << 28  # flips × seeds, in bytes; and flips × contrasts, in time


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

    @cached_property
    def balance(self) -> np.ndarray:
        """Σ gᵢ of every flip, shape (flips,)."""
        return self.matrix.sum(axis=1, dtype=np.int32).astype(float)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return Σ gᵢ vᵢ of every flip, in chunks, so that memory stays bounded.

        Parameters
        ----------
        values : ndarray, shape (n, k)

        Returns
        -------
        ndarray, shape (flips, k)
        """
        out = np.empty((values.shape[1], len(self.matrix))).T  # a column lies in one piece
        for rows, signs in self.chunks():
            out[rows] = signs @ values
        return out

    def chunks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield row slices and their signs as floats."""
        for rows in pieces(len(self.matrix), self.n):
            yield rows, self.matrix[rows].astype(float)

    def first(self, flips: int) -> "Signs":
        """Return the first random rows; all rows of an enumeration."""
        return self if self.exact else Signs(self.matrix[:flips], exact=False)


def generator(entropy: int, purpose: str) -> np.random.Generator:
    """Return the random stream of one statistic, apart from every stream of the training.

    Parameters
    ----------
    entropy : int
        The study's.
    purpose : str
        What the stream is for, such as ``"luck"``.
    """
    return _stream(entropy, purpose)


def _stream(entropy: int, purpose: str, *own: int) -> np.random.Generator:
    key = (DOMAIN, zlib.crc32(purpose.encode()), *own)
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=key))


def _seed_stream(entropy: int, purpose: str, seed: int | str) -> np.random.Generator:
    """Return the stream of one seed; a word's is found by its digest, ``"7"`` has that of 7."""
    word = str(seed)
    if word.isascii() and word.isdigit() and str(int(word)) == word:
        return _stream(entropy, purpose, int(word))
    digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
    return _stream(entropy, f"{purpose} of a name", int.from_bytes(digest, "little"))


@lru_cache(maxsize=1)
def resamples(entropy: int, purpose: str, count: int, *sizes: int) -> tuple[np.ndarray, ...]:
    """Draw bootstrap resamples, as how often each run is in each; those drawn last are kept.

    Parameters
    ----------
    entropy : int
        The study's.
    purpose : str
        As for `generator`.
    count : int
        Of resamples.
    *sizes : int
        Runs of each sample.

    Returns
    -------
    tuple of ndarray of float, each of shape (count, size)
        Whole numbers; a row adds up to its size. Not to be written to.
    """
    random = generator(entropy, purpose)
    drawn = []
    for n in sizes:
        counts = np.empty((count, n))
        for rows in pieces(count, n):
            counts[rows] = random.multinomial(n, np.full(n, 1 / n), rows.stop - rows.start)
        counts.flags.writeable = False
        drawn.append(counts)
    return tuple(drawn)


def pieces(rows: int, cells: int) -> Iterator[slice]:
    """Cut rows of so many cells each into pieces that take little memory."""
    size = max(1, _CHUNK_CELLS // max(cells, 1))
    for begin in range(0, rows, size):
        yield slice(begin, min(begin + size, rows))


def enumerated(n: int) -> Signs:
    """Enumerate all sign changes of n seeds up to a common sign; the first is the identity."""
    numbers = np.arange(1 << max(n - 1, 0), dtype=np.int64)
    bits = (numbers[:, None] >> np.arange(n)) & 1
    return Signs((1 - 2 * bits).astype(np.int8), exact=True)


def draw(
    seeds: int | Sequence[int | str] | np.ndarray,
    flips: int,
    entropy: int,
    exact_up_to: int = EXACT_UP_TO,
    purpose: str = "flips",
) -> Signs:
    """Enumerate the sign changes of up to 20 seeds, else draw `flips` random ones.

    Every seed has a stream of its own: whatever other seeds there are, and however many flips,
    it keeps its signs. Seeds that are added later thus leave the columns of the first ones alone,
    and analyses of some of the seeds agree with those of all.

    Parameters
    ----------
    seeds : int or sequence of int or str
        The seeds, or their number n for 0 … n − 1.
    flips : int
        Random flips M beyond 20 seeds; the p-value's denominator is M + 1.
    entropy : int
        The study's; equal entropy gives equal signs, in every analysis of the study.
    exact_up_to : int
        Seeds up to which all are enumerated.
    purpose : str
        Another one gives other, independent streams.
    """
    labels = tuple(range(seeds) if isinstance(seeds, int) else seeds)
    if len(labels) <= exact_up_to:
        return enumerated(len(labels))
    if flips < 1:
        raise ValueError(f"flips must be at least 1, but was {flips}")
    return _drawn(labels, flips, entropy, purpose)


@lru_cache(maxsize=2)
def _drawn(labels: tuple[int | str, ...], flips: int, entropy: int, purpose: str) -> Signs:
    """Draw signs; the last ones are kept, since contrasts, arms and metrics share them."""
    size = 4 * math.ceil(flips / 32)  # whole words, so that more flips only add to the first ones
    columns = np.empty((len(labels), flips), np.int8)
    for column, seed in zip(columns, labels, strict=True):
        drawn = np.frombuffer(_seed_stream(entropy, purpose, seed).bytes(size), np.uint8)
        column[:] = np.unpackbits(drawn, count=flips)
    columns *= 2
    columns -= 1
    columns.flags.writeable = False
    return Signs(columns.T, exact=False)


def flips_for(flips: int, alpha: float, contrasts: int, seeds: int) -> int:
    """Return how many random flips a family takes, so that p-values can be small enough.

    With M flips no p-value is below 1 / (M + 1), and one contrast of m has the level α / m. At
    least 20 steps fit below it, unless flips × contrasts or flips × seeds grow beyond 2^28.

    Parameters
    ----------
    flips : int
        Asked for; never fewer.
    alpha : float
    contrasts, seeds : int
    """
    wanted = math.ceil(STEPS * contrasts / alpha) - 1
    return max(flips, min(wanted, _MOST_CELLS // max(contrasts, seeds, 1)))
