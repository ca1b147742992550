"""Adjusting p-values for many contrasts."""

from typing import Literal

import numpy as np

Family = Literal["separate", "joint"]
FAMILIES: tuple[Family, ...] = ("separate", "joint")


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values so that rejecting those ≤ α keeps the family-wise error at α.

    Valid under any dependence between the tests.

    Parameters
    ----------
    p : ndarray, shape (m,)
        All the tests of the family; m may be 0.

    Returns
    -------
    ndarray, shape (m,)

    References
    ----------
    Holm (1979), Scand. J. Stat. 6:65; R's ``p.adjust(method = "holm")``.
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    steps = np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps * values[order]), 1.0)
    return adjusted


def joint_holm(p: np.ndarray, p_equivalence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adjust the p-values of difference and equivalence of the same contrasts as one family.

    Of one contrast's two nulls, "no difference" and "a difference of at least the margin", one at
    most is true. Of 2m hypotheses thus at most m are, and m minus the contrasts of which both have
    been rejected are left after some steps (Shaffer's first procedure): each contrast gets α / m
    for both its tests together, and a step down comes only past a contrast with both rejected.
    Rejecting what is ≤ α keeps the chance of any wrong claim, of either kind, at α.

    Parameters
    ----------
    p, p_equivalence : ndarray, shape (m,)

    Returns
    -------
    tuple of ndarray, each of shape (m,)

    References
    ----------
    Shaffer (1986), J. Am. Stat. Assoc. 81:826.
    """
    values = _checked(np.concatenate([_checked(p), _checked(p_equivalence)]))
    m = len(values) // 2
    order = np.argsort(values, kind="stable")
    steps, rejected = np.empty(2 * m), np.zeros(m, int)
    for place, hypothesis in enumerate(order):
        steps[place] = m - np.count_nonzero(rejected == 2)
        rejected[hypothesis % m] += 1
    adjusted = np.empty(2 * m)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps * values[order]), 1.0)
    return adjusted[:m], adjusted[m:]


def adjust(
    p: np.ndarray, p_equivalence: np.ndarray, family: Family = "joint"
) -> tuple[np.ndarray, np.ndarray]:
    """Adjust the p-values that decide the verdicts of a family of contrasts.

    Parameters
    ----------
    p, p_equivalence : ndarray, shape (m,)
        Of difference and of equivalence.
    family : {"joint", "separate"}
        ``joint``: one family of both, the chance of any wrong verdict is at most α; see
        `joint_holm`. ``separate``: Holm's over each kind by itself, the chance of any wrong
        difference is at most α, and so is that of any wrong equivalence; of either, 2α.

    Notes
    -----
    Seven contrasts, 32 seeds, four arms equal and three at the margin: any wrong verdict in 3.9 %
    (joint) and 7.3 % (separate) of studies. An arm 8 % faster beside three that are 25 % faster
    is found in 85 % and 89 %. One contrast costs nothing.
    """
    if family not in FAMILIES:
        raise ValueError(f"family must be separate or joint, but was {family}")
    return joint_holm(p, p_equivalence) if family == "joint" else (holm(p), holm(p_equivalence))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjust p-values for the false discovery rate; for exploratory screens only.

    Valid for independent or positively dependent tests.

    Parameters
    ----------
    p : ndarray, shape (m,)

    References
    ----------
    Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57:289.
    """
    values = _checked(p)
    from scipy import stats

    return stats.false_discovery_control(values) if len(values) else values


def _checked(p: np.ndarray) -> np.ndarray:
    values = np.asarray(p, float)
    wrong = ~((values >= 0) & (values <= 1))
    if values.ndim != 1 or wrong.any():
        raise ValueError(f"p must be a list of numbers from 0 to 1, but was {values.tolist()}")
    return values
