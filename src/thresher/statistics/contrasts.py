"""The primary analysis: estimates for every arm; test, interval and verdict for every contrast."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from thresher.statistics.checking import check_events
from thresher.statistics.equivalence import paired_equivalence, unpaired_equivalence
from thresher.statistics.estimates import estimates, finite, runs_by_arm, runs_of, times_of
from thresher.statistics.flips import draw
from thresher.statistics.multiplicity import holm
from thresher.statistics.permutation import Labels, permutation_test, relabellings
from thresher.statistics.sample_size import seeds_for
from thresher.statistics.signflip import signflip
from thresher.statistics.verdict import verdict
from thresher.statistics.winning import cliffs_delta, win_probability
from thresher.tables import ARM_KEYS, ARMS, CONTRASTS, EVENTS, check

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Plan:
    """Settings of the analysis that every contrast shares; see `contrasts`."""

    alpha: float
    confidence: float
    margin: float
    flips: int
    entropy: int


def pairs_of(arms: Sequence[str], reference: str | None) -> list[tuple[str, str]]:
    """List the contrasts of a study as (arm, reference).

    Parameters
    ----------
    arms : sequence of str
        In study order.
    reference : str or None
        Every other arm against it; where None, all pairs, the later arm against the earlier.
    """
    if reference is None:
        return [(later, earlier) for earlier, later in itertools.combinations(arms, 2)]
    if reference not in arms:
        raise ValueError(f"reference {reference} is not among the arms {', '.join(arms)}")
    return [(arm, reference) for arm in arms if arm != reference]


def arms(
    events: pd.DataFrame,
    *,
    confidence: float = 0.95,
    entropy: int = 0,
    parameters: Mapping[str, int] | None = None,
    arms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Estimate what every arm does by itself.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.EVENTS` and factors, one budget.
    confidence : float
        Of every interval, for each arm by itself.
    entropy : int
        The study's, for the bootstrap of the expected running time.
    parameters : mapping of str to int, or None
        Trainable parameters by arm; missing where not known.
    arms : sequence of str or None
        Order of the arms; that of the events where None.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.ARMS` and factors.
    """
    runs = runs_by_arm(check_events(events))
    rows: list[dict[Any, Any]] = []
    for label in runs if arms is None else arms:
        own = runs_of(runs, label)
        keys = {c: own[c].iloc[0] for c in own if c in ARM_KEYS or c not in EVENTS}
        count = (parameters or {}).get(label, pd.NA)
        rows.append({**keys, "parameters": count, **estimates(own, confidence, entropy)})
    table = pd.DataFrame(rows, columns=None if rows else list(ARMS))
    table["parameters"] = table["parameters"].astype("Int64")
    return check(table, ARMS, "arms")


def contrasts(
    events: pd.DataFrame,
    pairs: Pairs,
    *,
    paired: bool = True,
    alpha: float = 0.05,
    confidence: float = 0.95,
    margin: float = 0.10,
    flips: int = 99_999,
    entropy: int = 0,
) -> pd.DataFrame:
    """Compare arms by their restricted mean epochs to threshold.

    Estimand: the mean over seeds of min(T, B), arm − reference. Paired: the sign-flip test of the
    differences by seed, over the seeds that both arms have, with the same signs for every
    contrast. Unpaired: the studentised permutation test. The interval inverts the test and is not
    adjusted; p-values are Holm-adjusted over `pairs`, and so are those of equivalence.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.EVENTS`, one budget and one threshold.
    pairs : sequence of (arm, reference)
        The family; may be empty.
    paired : bool
        Whether runs of equal seed share their random numbers.
    alpha : float
        Family-wise level of the verdicts.
    confidence : float
    margin : float
        Of equivalence, a fraction of the reference's restricted mean.
    flips : int
        Random flips (relabellings) where they can't be enumerated.
    entropy : int
        The study's.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.CONTRASTS`, a row for each pair, in order.

    Raises
    ------
    ValueError
        As `check_events`; if an arm has no events, or two paired arms have no seed in common.
    """
    plan = Plan(alpha, confidence, margin, flips, entropy)
    runs = runs_by_arm(check_events(events))
    chosen = [(runs_of(runs, arm), runs_of(runs, reference)) for arm, reference in pairs]
    if not chosen:
        return check(pd.DataFrame(columns=list(CONTRASTS)), CONTRASTS, "contrasts")
    tested = _paired(chosen, plan) if paired else _unpaired(chosen, plan)
    table = pd.DataFrame(
        [
            {"study": first["study"].iloc[0], "arm": arm, "reference": reference, **row}
            for (arm, reference), (first, _), row in zip(pairs, chosen, tested, strict=True)
        ]
    )
    return check(_decided(table, alpha)[list(CONTRASTS)], CONTRASTS, "contrasts")


def _decided(table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Add the adjusted p-values and the verdicts, which depend on the whole family."""
    table["p_adjusted"] = holm(table["p"].to_numpy())
    table["p_equivalence_adjusted"] = holm(table["p_equivalence"].to_numpy())
    share = np.minimum(
        table["reached_arm"] / table["n_arm"], table["reached_reference"] / table["n_reference"]
    )
    decisive = zip(
        table["mean_difference"],
        table["p_adjusted"],
        table["p_equivalence_adjusted"],
        share,
        strict=True,
    )
    table["verdict"] = [verdict(d, p, q, alpha, part) for d, p, q, part in decisive]
    for column in ("seeds_for_effect", "seeds_for_margin"):
        table[column] = table[column].astype("Int64")
    return table


def _paired(chosen: Sequence[tuple[pd.DataFrame, pd.DataFrame]], plan: Plan) -> list[dict]:
    """Test all contrasts with one set of signs, those with equal seeds in one product."""
    every = np.unique(np.concatenate([part["seed"] for pair in chosen for part in pair]))
    signs = draw(len(every), plan.flips, plan.entropy)
    blocks: dict[bytes, list[int]] = {}
    common = []
    for place, (first, second) in enumerate(chosen):
        seeds = np.intersect1d(first["seed"], second["seed"])
        if not len(seeds):
            names = first["arm"].iloc[0], second["arm"].iloc[0]
            raise ValueError(f"column seed: arms {names[0]} and {names[1]} have none in common")
        common.append(seeds)
        blocks.setdefault(np.isin(every, seeds).tobytes(), []).append(place)
    rows: list[dict] = [{} for _ in chosen]
    for mask, places in blocks.items():
        part = signs.of(np.frombuffer(mask, bool))
        aligned = [tuple(_only(runs, common[place]) for runs in chosen[place]) for place in places]
        own, its = (np.column_stack([times_of(pair[k])[0] for pair in aligned]) for k in (0, 1))
        test = signflip(own - its, part, plan.confidence)
        equivalence = paired_equivalence(own, its, plan.margin, part)
        spread = _deviation(own - its)
        for k, place in enumerate(places):
            dropped = sum(len(runs) for runs in chosen[place]) - 2 * len(common[place])
            rows[place] = {
                "design": "paired",
                "n_dropped": dropped,
                **_row(aligned[k][0], aligned[k][1], True, plan, spread[k]),
                **_limits(test.lower[k], test.upper[k], its[:, k].mean()),
                "p": test.p[k],
                "p_smallest": part.smallest,
                "p_resolution": part.resolution,
                "p_equivalence": equivalence[k],
                "welch_p": math.nan,
            }
    return rows


def _only(runs: pd.DataFrame, seeds: np.ndarray) -> pd.DataFrame:
    """Return the runs of these seeds, all of which are there, in ascending order."""
    found = runs if len(runs) == len(seeds) else runs[runs["seed"].isin(seeds)]
    return found if found["seed"].is_monotonic_increasing else found.sort_values("seed")


def _unpaired(chosen: Sequence[tuple[pd.DataFrame, pd.DataFrame]], plan: Plan) -> list[dict]:
    rows = []
    drawn: dict[tuple[int, int], Labels] = {}
    for first, second in chosen:
        own, its = times_of(first)[0], times_of(second)[0]
        sizes = len(own), len(its)
        if sizes not in drawn:
            drawn[sizes] = relabellings(*sizes, plan.flips, plan.entropy)
        labels = drawn[sizes]
        test = permutation_test(own, its, labels, plan.confidence)
        spread = math.hypot(_deviation(own), _deviation(its))
        known = min(len(own), len(its)) > 1 and spread > 0
        rows.append(
            {
                "design": "unpaired",
                "n_dropped": 0,
                **_row(first, second, False, plan, spread),
                **_limits(test.lower, test.upper, its.mean()),
                "p": test.p,
                "p_smallest": labels.smallest,
                "p_resolution": labels.resolution,
                "p_equivalence": unpaired_equivalence(own, its, plan.margin, labels),
                "welch_p": stats.ttest_ind(own, its, equal_var=False).pvalue if known else math.nan,
            }
        )
    return rows


def _row(
    arm: pd.DataFrame, reference: pd.DataFrame, paired: bool, plan: Plan, deviation: float
) -> dict[str, Any]:
    """Return what both designs describe alike."""
    (own, reached), (its, met) = times_of(arm), times_of(reference)
    base, difference = its.mean(), own.mean() - its.mean()
    return {
        "n_arm": len(arm),
        "n_reference": len(reference),
        "reached_arm": int(reached.sum()),
        "reached_reference": int(met.sum()),
        "mean_arm": own.mean(),
        "mean_reference": base,
        "mean_difference": difference,
        "percent": _percent(difference, base),
        "confidence": plan.confidence,
        "margin": plan.margin,
        "seeds_for_effect": seeds_for(deviation, difference, plan.alpha),
        "seeds_for_margin": seeds_for(deviation, plan.margin * base, plan.alpha),
        "win_probability": win_probability(own, reached, its, met, paired),
        "cliffs_delta": cliffs_delta(own, reached, its, met),
    }


def _limits(lower: float, upper: float, base: float) -> dict[str, float]:
    return {
        "lower": finite(lower),
        "upper": finite(upper),
        "percent_lower": _percent(finite(lower), base),
        "percent_upper": _percent(finite(upper), base),
    }


def _percent(epochs: float, base: float) -> float:
    """Return epochs in percent of the reference; infinite if it needed none at all."""
    if base > 0:
        return 100 * epochs / base
    return 0.0 if epochs == 0 else math.copysign(math.inf, epochs)


def _deviation(values: np.ndarray) -> Any:
    """Return standard deviations along the seeds, NaN for one seed."""
    return values.std(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1:], np.nan)
