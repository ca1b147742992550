"""Search for the limit of an interval that inverts a test."""

import math
from collections.abc import Callable, Sequence

from scipy import special

_STEPS, _PRECISION = 60, 5e-5  # the latter of the first step


def last_kept(
    surplus: Callable[[float], float],
    estimate: float,
    step: float,
    ahead: Sequence[float],
    least: float,
) -> float:
    """Search for the last θ that a test keeps, from an estimate that it keeps outwards.

    Parameters
    ----------
    surplus : callable
        Above 0 where θ is kept; nearly linear in θ, but for steps.
    estimate : float
    step : float
        The first one, in the direction of the search; about the distance of the limit.
    ahead : sequence of float
        Values at which the limit has to agree with the test, nearest first.
    least : float
        Where the possible values begin.

    Returns
    -------
    float
        To 5e-5 of `step`; infinite where the test keeps everything, `least` where it keeps that.
    """
    precision, farthest = _PRECISION * abs(step), 1e9 * abs(step)
    inside, gain = estimate, -float(special.ndtri(1e-9))
    outside, loss = math.nan, math.nan
    for theta in ahead:  # nearest first
        found = surplus(theta)
        if found <= 0:
            outside, loss = theta, found
            break
        inside, gain = theta, found
    while math.isnan(outside):
        if inside <= least:
            return least
        theta = max(inside + step, least)
        found = surplus(theta)
        if found <= 0:
            outside, loss = theta, found
        elif abs(step) > farthest:
            return math.copysign(math.inf, step)
        else:
            inside, gain, step = theta, found, 2 * step
    for turn in range(_STEPS):
        if not abs(outside - inside) > precision:
            break
        # Mostly by interpolation, which a step function may hold up, so at times by halves.
        share = 0.5 if turn % 3 == 2 else min(max(gain / (gain - loss), 0.02), 0.98)
        theta = inside + share * (outside - inside)
        found = surplus(theta)
        if found > 0:
            inside, gain = theta, found
        else:
            outside, loss = theta, found
    return inside
