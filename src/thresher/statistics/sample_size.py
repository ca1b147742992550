"""How many seeds a wanted difference takes."""

import math

from scipy import special

CAP = 10_000


def seeds_for(
    deviation: float,
    difference: float,
    alpha: float = 0.05,
    power: float = 0.80,
    cap: int = CAP,
    contrasts: int = 1,
) -> int | None:
    """Guess the seeds that a two-sided sign-flip test needs for one contrast of a family.

    n ≈ (z₁₋α⁄₂ₘ + z_power)² (σ/δ)² + z²₁₋α⁄₂ₘ / 2, the last term for the unknown spread. A rough
    guess: it takes σ and δ as known, and a normal mean. Never fewer than the seeds at which
    2^(1−n) ≤ α / m.

    Parameters
    ----------
    deviation : float
        Standard deviation σ of the paired differences (unpaired: √(σ_A² + σ_B²), seeds an arm).
    difference : float
        The difference δ to be found, in the unit of σ.
    alpha, power : float
    contrasts : int
        m, the family's: each gets α / m, as for the first step of Holm's and all of the joint one.
    cap : int
        Largest answer.

    Returns
    -------
    int or None
        None where undefined: no difference, or an unknown spread.
    """
    if not (math.isfinite(deviation) and math.isfinite(difference)) or difference == 0:
        return None
    z = float(special.ndtri(1 - alpha / contrasts / 2))
    effect = abs(difference / deviation) if deviation > 0 else math.inf
    needed = ((z + float(special.ndtri(power))) / effect) ** 2 + z**2 / 2
    return cap if needed >= cap else max(math.ceil(needed), smallest_n(alpha, contrasts))


def smallest_difference(
    deviation: float,
    n: int,
    alpha: float = 0.05,
    power: float = 0.80,
    contrasts: int = 1,
) -> float:
    """Guess the smallest difference that so many seeds show: `seeds_for` solved for it.

    Parameters
    ----------
    deviation, alpha, power, contrasts : float, float, float, int
        As for `seeds_for`.
    n : int
        Seeds.

    Returns
    -------
    float
        In the unit of `deviation`; infinite for too few seeds to reject at all.
    """
    z = float(special.ndtri(1 - alpha / contrasts / 2))
    effective = n - z**2 / 2
    if effective <= 0 or n < smallest_n(alpha, contrasts):
        return math.inf
    return (z + float(special.ndtri(power))) * deviation / math.sqrt(effective)


def smallest_n(alpha: float, contrasts: int = 1) -> int:
    """Return the fewest seeds for which 2^(1−n) ≤ α / contrasts, so that a test can reject."""
    return max(1, math.ceil(1 + math.log2(contrasts / alpha) - 1e-12))


def smallest_arms(alpha: float, contrasts: int = 1) -> int:
    """Return the fewest runs an arm for which a permutation test of two equal arms can reject.

    The smallest two-sided p-value is 2 / C(2n, n): the data and their swap.
    """
    n = 1
    while 2 / math.comb(2 * n, n) > alpha / contrasts * (1 + 1e-12):
        n += 1
    return n


def attainable(design: str, alpha: float, contrasts: int) -> int:
    """Return the fewest seeds with which a contrast of the family can reject at all."""
    smallest = smallest_n if design == "paired" else smallest_arms
    return smallest(alpha, contrasts)
