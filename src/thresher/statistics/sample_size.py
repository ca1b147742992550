"""How many seeds a wanted difference takes."""

import math

from scipy import stats

CAP = 10_000


def seeds_for(
    deviation: float, difference: float, alpha: float = 0.05, power: float = 0.80, cap: int = CAP
) -> int | None:
    """Guess the seeds that a two-sided sign-flip test needs, n ≈ (z₁₋α⁄₂ + z_power)² (σ/δ)² + 2.

    A rough guess: it takes the observed spread as known, and a normal mean. Never fewer than
    the seeds at which 2^(1−n) ≤ α.

    Parameters
    ----------
    deviation : float
        Standard deviation σ of the paired differences (unpaired: √(σ_A² + σ_B²), seeds an arm).
    difference : float
        The difference δ to be found, in the unit of σ.
    alpha, power : float
    cap : int
        Largest answer.

    Returns
    -------
    int or None
        None where undefined: no difference, or an unknown spread.
    """
    if not (math.isfinite(deviation) and math.isfinite(difference)) or difference == 0:
        return None
    factor = float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)) ** 2
    needed = factor * (deviation / difference) ** 2 + 2
    return cap if needed >= cap else max(math.ceil(needed), smallest_n(alpha))


def smallest_n(alpha: float, contrasts: int = 1) -> int:
    """Return the fewest seeds for which 2^(1−n) ≤ α / contrasts, so that a test can reject."""
    return math.ceil(1 + math.log2(contrasts / alpha) - 1e-12)
