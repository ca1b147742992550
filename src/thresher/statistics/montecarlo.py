"""The one p-value of a resampling test, exact or Monte Carlo, with slack for ties."""

import numpy as np

# Of the largest sum that rounding could touch: far above rounding, far below any real difference.
TIE = 1e-10
# Of the values themselves, before a common part is taken off.
INPUT = 8 * float(np.finfo(float).eps)


def p_value(
    drawn: np.ndarray, observed: float | np.ndarray, slack: float | np.ndarray, exact: bool
) -> np.ndarray:
    """Return the share of statistics at least as large as the observed one.

    Where not every rearrangement was enumerated, the data count as one more of those drawn, so
    that the test keeps its level with any number of them.

    Parameters
    ----------
    drawn : ndarray, shape (M,) or (M, k)
        The statistic of every rearrangement; the data's own among them if `exact`.
    observed : float, or ndarray of shape (k,)
    slack : float, or ndarray of shape (k,)
        How far below `observed` still ties with it: what rounding may do, not more.
    exact : bool

    Returns
    -------
    ndarray, shape () or (k,)

    References
    ----------
    Phipson & Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9:39.
    """
    own = 0 if exact else 1
    return (np.count_nonzero(drawn >= observed - slack, axis=0) + own) / (len(drawn) + own)


def share(extreme: int, drawn: int, exact: bool) -> float:
    """Return the p-value of so many extreme statistics among those drawn; see `p_value`."""
    own = 0 if exact else 1
    return (extreme + own) / (drawn + own)
