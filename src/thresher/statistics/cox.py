"""Cox's hazard ratio of two arms, descriptive: proportional hazards are not claimed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from thresher.statistics.checking import check_events
from thresher.statistics.estimates import runs_by_arm, runs_of, times_of
from thresher.statistics.survival import checked_times

_STEPS, _PRECISION, _FARTHEST = 50, 1e-10, 20.0


@dataclass(frozen=True)
class Hazard:
    """The log hazard ratio and its standard error; NaN where the likelihood has no maximum."""

    coefficient: float
    error: float


def cox(times: np.ndarray, events: np.ndarray, arm: np.ndarray) -> Hazard:
    """Fit one binary covariate by partial likelihood, ties after Efron.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Epochs to the event, or to censoring.
    events : ndarray of bool, shape (n,)
    arm : ndarray of bool, shape (n,)
        Which runs are the arm's.

    Returns
    -------
    Hazard
        NaN where one arm has all its events before the other is at risk of any, or none has any.

    References
    ----------
    Cox (1972); Efron (1977); R's ``survival::coxph``.
    """
    time, event = checked_times(times, events)
    table = _Ties(time, event, np.asarray(arm, bool))
    coefficient = 0.0
    for _ in range(_STEPS):
        gradient, information = table.derivatives(coefficient)
        if not information > 0 or abs(coefficient) > _FARTHEST:
            return Hazard(math.nan, math.nan)
        step = float(np.clip(gradient / information, -2.0, 2.0))
        coefficient += step
        if abs(step) < _PRECISION:
            break
    information = table.derivatives(coefficient)[1]
    if not information > _PRECISION:
        return Hazard(math.nan, math.nan)
    return Hazard(coefficient, 1 / math.sqrt(information))


class _Ties:
    """One entry for every event; of d tied events the k-th leaves k/d of each behind."""

    def __init__(self, time: np.ndarray, event: np.ndarray, own: np.ndarray) -> None:
        moments, happened = np.unique(time[event], return_counts=True)
        self.events = float((event & own).sum())
        own_events = np.array([(event & own & (time == moment)).sum() for moment in moments])
        own_risk = np.array([(own & (time >= moment)).sum() for moment in moments])
        all_risk = np.array([(time >= moment).sum() for moment in moments])
        part = np.concatenate([np.arange(d) / d for d in happened] or [np.empty(0)])
        self.arm = np.repeat(own_risk, happened) - part * np.repeat(own_events, happened)
        rest = np.repeat(all_risk - own_risk, happened)
        self.rest = rest - part * np.repeat(happened - own_events, happened)

    def derivatives(self, coefficient: float) -> tuple[float, float]:
        """Return the gradient and the information of the log likelihood."""
        weighted = self.arm * math.exp(coefficient)
        share = weighted / (weighted + self.rest)
        return self.events - float(share.sum()), float((share * (1 - share)).sum())


def hazards(
    events: pd.DataFrame, pairs: Sequence[tuple[str, str]], confidence: float = 0.95
) -> pd.DataFrame:
    """Tabulate the hazard ratio of reaching the threshold for every contrast, with Wald limits.

    It takes runs as independent; above 1 the arm gets there sooner.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``.
    pairs : sequence of (arm, reference)
    confidence : float

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``hazards``; missing where the ratio is 0, infinite or unknown.
    """
    runs = runs_by_arm(check_events(events))
    z = float(special.ndtri((1 + confidence) / 2))
    rows: list[dict[str, Any]] = []
    for arm, reference in pairs:
        first, second = runs_of(runs, arm), runs_of(runs, reference)
        time, event = times_of(pd.concat([first, second]))
        fit = cox(time, event, np.arange(len(time)) < len(first))
        rows.append(
            {
                "study": first["study"].iloc[0],
                "arm": arm,
                "reference": reference,
                "hazard_ratio": math.exp(fit.coefficient),
                "lower": math.exp(fit.coefficient - z * fit.error),
                "upper": math.exp(fit.coefficient + z * fit.error),
                "p": 2 * special.ndtr(-abs(fit.coefficient) / fit.error),
            }
        )
    return pd.DataFrame(rows)
