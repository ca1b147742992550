"""Has the sum of the sequence so far reached the limit? One label per timestep."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib import import_module
from math import ceil, comb, factorial, log, log2, pi, sqrt
from typing import Any

import numpy as np

from thresher.declarations import Option, TaskDeclaration
from thresher.lean import bare

Examples = tuple[np.ndarray, np.ndarray]
EXACT = 200


def _shape(options: Mapping[str, Any]) -> tuple[int, ...]:
    return (options["timesteps"], 1)


def _label(x: np.ndarray, options: Mapping[str, Any]) -> np.ndarray:
    # float64, because the order of a float32 sum would decide labels close to the limit.
    sums = np.cumsum(x, axis=1, dtype=np.float64)
    return (sums >= options["timesteps"] * options["limit_fraction"]).astype(np.float32)


def draw(generator: np.random.Generator, options: Mapping[str, Any], n: int) -> Examples:
    """Draw n independent sequences, uniform on [0, 1), float32, shape ``(n, timesteps, 1)``."""
    x = generator.random((n, *_shape(options)), dtype=np.float32)
    return x, _label(x, options)


def held_out(generator: np.random.Generator, options: Mapping[str, Any], n: int) -> Examples:
    """Draw n scrambled Sobol sequences: a more precise mean loss than independent draws."""
    with bare("scipy.stats"):  # whose import takes as long as a tenth of the training
        sampler = import_module("scipy.stats.qmc").Sobol(d=options["timesteps"], rng=generator)
    points = sampler.random_base2(ceil(log2(n)))[:n]
    x = points.astype(np.float32)[:, :, None]
    return x, _label(x, options)


def probability_reached(options: Mapping[str, Any]) -> list[Fraction]:
    """Return P(label is 1) at every timestep: exact for the first 200, then within 1e-13."""
    limit = options["timesteps"] * Fraction(str(options["limit_fraction"]))
    steps = range(1, options["timesteps"] + 1)
    return [1 - (_below(t, limit) if t <= EXACT else _below_inverted(t, limit)) for t in steps]


def _below(t: int, limit: Fraction) -> Fraction:
    """Return P(sum of t uniform values < limit), exact.

    The sum is Irwin–Hall distributed, with distribution function
    ``sum over k ≤ c of (−1)^k C(t, k) (c − k)^t / t!``. Its terms are huge and alternate, so
    floating point turns negative at 50 timesteps and overflows at 200; rationals do not.
    """
    top, bottom = limit.numerator, limit.denominator
    terms = range(min(t, int(limit)) + 1)
    below = sum((-1) ** k * comb(t, k) * (top - k * bottom) ** t for k in terms)
    return Fraction(below, bottom**t * factorial(t))


def _below_inverted(t: int, limit: Fraction) -> Fraction:
    """Return the same by numerical inversion: rationals get slow.

    Gil-Pelaez' integral by the midpoint rule. The sum is bounded, so a spacing of π / t adds no
    error within its range (Davies 1973, doi 10.1093/biomet/60.2.415); beyond the last point
    sinc^t is below 1e-17.
    """
    if limit >= t:
        return Fraction(1)
    spacing = pi / t
    s = spacing * (np.arange(ceil(sqrt(960 / t) / spacing)) + 0.5)
    terms = np.sin(s * float(limit - Fraction(t, 2))) / s * np.sinc(s / (2 * pi)) ** t
    return Fraction(min(max(0.5 + spacing / pi * float(terms.sum()), 0.0), 1.0))


@cache
def _baseline(timesteps: int, limit_fraction: float) -> float:
    options = {"timesteps": timesteps, "limit_fraction": limit_fraction}
    reached = probability_reached(options)
    both = [float(q) for p in reached for q in (p, 1 - p)]
    return -sum(q * log(q) for q in both if q > 0) / timesteps


def baseline(options: Mapping[str, Any]) -> float:
    """Return the loss, in nats, of a model that knows the position but not the inputs."""
    return _baseline(options["timesteps"], options["limit_fraction"])


TASK = TaskDeclaration(
    options={
        "timesteps": Option(
            int, 10, "timesteps", minimum=1, maximum=10_000, help="Length of a sequence."
        ),
        "limit_fraction": Option(
            float,
            0.25,
            above=0,
            below=1,
            help="The label turns 1 once the sum reaches timesteps × this.",
        ),
    },
    loss="binary_crossentropy",
    inputs=_shape,
    outputs=_shape,
    draw=draw,
    held_out=held_out,
    baseline=baseline,
)
