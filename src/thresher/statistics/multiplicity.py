"""Adjusting p-values for many contrasts."""

import numpy as np
from scipy import stats


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
    return stats.false_discovery_control(values) if len(values) else values


def _checked(p: np.ndarray) -> np.ndarray:
    values = np.asarray(p, float)
    wrong = ~((values >= 0) & (values <= 1))
    if values.ndim != 1 or wrong.any():
        raise ValueError(f"p must be a list of numbers from 0 to 1, but was {values.tolist()}")
    return values
