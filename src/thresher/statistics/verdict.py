"""One word for a contrast from its adjusted p-values, and words for what stands in its way."""

import math

from thresher.fields import VERDICTS

FASTER, SLOWER, EQUIVALENT, NEGLIGIBLE, INCONCLUSIVE, NOT_REACHED = VERDICTS
# A p-value that equals α as a fraction may exceed it as a float.
SLACK = 1e-12
NONE, UNKNOWN = "none", "unknown"
TESTED, TOO_SHORT, NO_SCALE = "tested", "budget too short", "no scale"
MORE, LESS, OPEN = "more than the margin", "less than the margin", "open"


def verdict(
    difference: float,
    p_adjusted: float,
    p_equivalence_adjusted: float,
    alpha: float,
    reached_share: float,
) -> str:
    """Decide what may be said about two arms; a large p-value is never "no difference".

    Parameters
    ----------
    difference : float
        Restricted mean, arm − reference, in epochs.
    p_adjusted, p_equivalence_adjusted : float
        Both adjusted over the same contrasts.
    alpha : float
    reached_share : float
        Share of runs that reached the threshold, the smaller of both arms. Below one half no
        equivalence is claimed, as both would be equal by having mostly failed.

    Returns
    -------
    str
        One of `fields.VERDICTS`. "not reached" where there is no difference found and fewer than
        half of either arm's runs reached the threshold.
    """
    different = p_adjusted <= alpha + SLACK
    enough = reached_share >= 0.5
    equivalent = p_equivalence_adjusted <= alpha + SLACK and enough
    if different and equivalent:
        return NEGLIGIBLE
    if different:
        return FASTER if difference < 0 else SLOWER
    if not enough:
        return NOT_REACHED
    return EQUIVALENT if equivalent else INCONCLUSIVE


def equivalence_of(mean_reference: float, budget: float, margin: float) -> str:
    """Say whether equivalence can be tested at all.

    Returns
    -------
    str
        ``tested``; ``no scale`` where the reference needs no epoch, so that its margin is none;
        ``budget too short`` where an arm slower than the margin allows would not be seen, as no
        restricted mean exceeds the budget: it is below (1 + margin) × the reference's.
    """
    if not mean_reference > 0:
        return NO_SCALE
    violated = (1 + margin) * mean_reference
    return TOO_SHORT if budget < violated * (1 - SLACK) else TESTED


def bound_of(reached_arm: int, reached_reference: int) -> str:
    """Say where a difference of restricted means only bounds that of the means.

    An arm without any event has the budget as its restricted mean, and a mean of at least that.

    Returns
    -------
    str
        ``at least``, ``at most``, ``unknown`` where neither has an event, or ``none``.
    """
    if (reached_arm == 0) == (reached_reference == 0):
        return UNKNOWN if reached_arm == 0 else NONE
    return "at least" if reached_arm == 0 else "at most"


def degenerate_of(mean_arm: float, mean_reference: float, all_equal: bool) -> str:
    """Say why a contrast has nothing to compare; ``none`` where it has.

    Parameters
    ----------
    mean_arm, mean_reference : float
        Restricted means.
    all_equal : bool
        Whether the times do not differ, by seed or (unpaired) at all.
    """
    if mean_arm == mean_reference == 0:
        return "all at 0"
    if mean_reference == 0:
        return "reference at 0"
    if mean_arm == 0:
        return "arm at 0"
    return "no differences" if all_equal else NONE


def size_of(percent_lower: float, percent_upper: float, margin: float, equivalence: str) -> str:
    """Relate the percent interval to the margin.

    Returns
    -------
    str
        ``more than the margin`` where it lies beyond, ``less than the margin`` where it lies
        inside and equivalence can be tested, else ``open``. A missing limit is infinite.
    """
    edge = 100 * margin
    slack = 1e-9 * edge
    if percent_lower > edge + slack or percent_upper < -edge - slack:
        return MORE
    inside = percent_lower > -edge + slack and percent_upper < edge - slack
    return LESS if inside and equivalence == TESTED else OPEN


def limited_by(n: int, attainable: int, level: float, resolution: float) -> str:
    """Say what keeps the p-value of a contrast above its share of α: ``seeds``, ``flips``, none.

    Parameters
    ----------
    n, attainable : int
        Seeds, and those with which the smallest p-value is at most `level`.
    level : float
        α over the contrasts of the family.
    resolution : float
        Step of the p-value.
    """
    if n < attainable:
        return "seeds"
    return "flips" if resolution > level * (1 + SLACK) else NONE


def advice_of(
    word: str, degenerate: str, n: int, attainable: int, effect: float, margin: float
) -> str:
    """Choose which number of seeds to name for a contrast that was not decided.

    Parameters
    ----------
    word : str
        The verdict.
    degenerate : str
        See `degenerate_of`.
    n, attainable : int
        Seeds, and those with which the contrast can reject at all.
    effect, margin : float
        Guesses of seeds for the observed effect and for one of the margin; NaN where unknown.

    Returns
    -------
    str
        ``none``: decided, or no number of seeds helps. ``attainable``: the effect is so clear that
        a few more seeds make significance possible. ``effect``, ``margin``: that guess.
    """
    if word != INCONCLUSIVE or degenerate == "all at 0":
        return NONE
    if n < attainable and effect <= attainable:
        return "attainable"
    if not math.isnan(effect):
        return "effect"
    return NONE if math.isnan(margin) else "margin"
