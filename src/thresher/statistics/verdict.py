"""One word for a contrast, from its adjusted p-values."""

from thresher.tables import VERDICTS

FASTER, SLOWER, EQUIVALENT, NEGLIGIBLE, INCONCLUSIVE, NOT_REACHED = VERDICTS
# A p-value that equals α as a fraction may exceed it as a float.
SLACK = 1e-12


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
        One of `tables.VERDICTS`. "not reached" where there is no difference found and fewer than
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
