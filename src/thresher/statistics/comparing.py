"""One contrast after another: tests, intervals and estimates, paired by seed or not."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from thresher.statistics.equivalence import check_margin, equivalence_p
from thresher.statistics.estimates import finite, times_of
from thresher.statistics.flips import Signs, draw, flips_for
from thresher.statistics.labels import Labels, relabellings
from thresher.statistics.multiplicity import Family
from thresher.statistics.sample_size import attainable, seeds_for
from thresher.statistics.signflip import flipped
from thresher.statistics.simultaneous import FLIPS, simultaneous_level
from thresher.statistics.studentised import Independent, independent
from thresher.statistics.verdict import (
    TESTED,
    bound_of,
    degenerate_of,
    equivalence_of,
    limited_by,
    size_of,
)
from thresher.statistics.winning import cliffs_delta, win_limits, win_probability

Row = dict[str, Any]
Interval = tuple[float, float] | np.ndarray
RunsPair = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Plan:
    """Settings of the analysis that every contrast shares; see `contrasts.contrasts`."""

    alpha: float
    confidence: float
    margin: float
    flips: int
    entropy: int
    family: Family = "joint"
    spacing: Mapping[str, float] = field(default_factory=dict)

    def resolution(self, arm: str, reference: str) -> float:
        """Return below which no difference is known: the coarser spacing; NaN if it is alike."""
        both = [self.spacing.get(name, math.nan) for name in (arm, reference)]
        return max(both) if both[0] != both[1] else math.nan


def paired_rows(chosen: Sequence[RunsPair], plan: Plan) -> list[Row]:
    """Compare arms seed by seed, contrasts with equal seeds in one product.

    Parameters
    ----------
    chosen : sequence of (arm's runs, reference's runs)
    plan : Plan

    Raises
    ------
    ValueError
        If two arms have no seed in common.
    """
    common = [common_seeds(*pair) for pair in chosen]
    every = np.unique(np.concatenate(common))
    flips = flips_for(plan.flips, plan.alpha, len(chosen), len(every))
    aligned = [
        (only(arm, seeds), only(reference, seeds))
        for (arm, reference), seeds in zip(chosen, common, strict=True)
    ]
    levels = _simultaneous_levels(aligned, common, every, flips, plan)
    rows: list[Row] = [{} for _ in chosen]
    for labels, places in alike(tuple(seeds.tolist()) for seeds in common).items():
        signs = draw(labels, flips, plan.entropy)
        found = _block([aligned[place] for place in places], signs, levels, plan)
        for place, row in zip(places, found, strict=True):
            dropped = sum(len(runs) for runs in chosen[place]) - 2 * len(labels)
            shared = _shared(aligned[place], True, plan, len(chosen), row)
            rows[place] = {"design": "paired", "n_dropped": dropped, **shared}
    return rows


def alike(keys: Iterable[Hashable]) -> dict[Any, list[int]]:
    """Return the places of each key, in order of appearance."""
    places: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places


def common_seeds(first: pd.DataFrame, second: pd.DataFrame) -> np.ndarray:
    """Return the seeds of both arms, ascending."""
    seeds = np.intersect1d(first["seed"], second["seed"])
    if not len(seeds):
        names = first["arm"].iloc[0], second["arm"].iloc[0]
        raise ValueError(f"column seed: arms {names[0]} and {names[1]} have none in common")
    return seeds


def only(runs: pd.DataFrame, seeds: np.ndarray) -> pd.DataFrame:
    """Return the runs of these seeds, all of which are there, in ascending order."""
    found = runs if len(runs) == len(seeds) else runs[runs["seed"].isin(seeds)]
    return found if found["seed"].is_monotonic_increasing else found.sort_values("seed")


def _simultaneous_levels(
    aligned: Sequence[RunsPair],
    common: Sequence[np.ndarray],
    every: np.ndarray,
    flips: int,
    plan: Plan,
) -> tuple[float, float]:
    """Return the level of each family limit, of differences and of ratios."""
    differences, ratios = np.zeros((2, len(every), len(aligned)))
    for k, ((arm, reference), seeds) in enumerate(zip(aligned, common, strict=True)):
        own, its = times_of(arm)[0], times_of(reference)[0]
        rows = np.searchsorted(every, seeds)
        differences[rows, k] = own - its - (own - its).mean()
        ratios[rows, k] = own - (own.mean() / its.mean() if its.any() else 0.0) * its
    if len(aligned) == 1:
        return plan.alpha, plan.alpha
    signs = draw(every, min(flips, FLIPS), plan.entropy)
    return (
        simultaneous_level(differences, signs, plan.alpha),
        simultaneous_level(ratios, signs, plan.alpha),
    )


def _block(
    aligned: Sequence[RunsPair],
    signs: Signs,
    levels: tuple[float, float],
    plan: Plan,
) -> list[Row]:
    """Test contrasts that have the same seeds."""
    check_margin(plan.margin)
    own, its = (np.column_stack([times_of(pair[k])[0] for pair in aligned]) for k in (0, 1))
    balance = signs.balance
    rows = []
    for ratio in flipped(own - its, its, signs):
        plain = ratio.plain(balance)
        epochs, family = plain.limits([plan.confidence, 1 - levels[0]])
        wanted = [plan.confidence, 1 - levels[1], 1 - 2 * plan.alpha]
        percent, percent_family, strip = 100 * ratio.limits(wanted)
        rows.append(
            {
                **_limits(epochs, percent),
                **_family_limits(family, percent_family, 1 - levels[0]),
                "percent_lower_equivalence": finite(strip[0]),
                "percent_upper_equivalence": finite(strip[1]),
                "p": plain.p(),
                "p_smallest": signs.smallest,
                "p_resolution": signs.resolution,
                "p_equivalence": equivalence_p(ratio, plan.margin),
                "welch_p": math.nan,
                "deviation": _deviation(ratio.differences),
                "all_equal": not ratio.differences.any(),
            }
        )
    return rows


def unpaired_rows(chosen: Sequence[RunsPair], plan: Plan) -> list[Row]:
    """Compare arms as independent samples.

    Parameters
    ----------
    chosen : sequence of (arm's runs, reference's runs)
    plan : Plan
    """
    check_margin(plan.margin)
    rows: list[Row] = [{} for _ in chosen]
    for sizes, places in alike((len(arm), len(reference)) for arm, reference in chosen).items():
        labels = labels_for(sizes, len(chosen), plan)
        own, its = (np.column_stack([times_of(chosen[i][k])[0] for i in places]) for k in (0, 1))
        for k, (place, sample) in enumerate(
            zip(places, independent(own, its, labels), strict=True)
        ):
            row = _independent(sample, own[:, k], its[:, k], plan, len(chosen))
            shared = _shared(chosen[place], False, plan, len(chosen), row)
            rows[place] = {"design": "unpaired", "n_dropped": 0, **shared}
    return rows


def labels_for(sizes: tuple[int, int], contrasts: int, plan: Plan) -> Labels:
    """Return the relabellings of arms of these sizes, in a family of so many contrasts."""
    return relabellings(
        *sizes, flips_for(plan.flips, plan.alpha, contrasts, sum(sizes)), plan.entropy
    )


def _independent(
    sample: Independent, own: np.ndarray, its: np.ndarray, plan: Plan, contrasts: int
) -> Row:
    level, labels = plan.alpha / contrasts, sample.shifted.labels
    plain, family = sample.limits([plan.confidence, 1 - level])
    ratio, family_ratio = sample.ratio_limits([plan.confidence, 1 - level])
    margins = 1 - plan.margin, 1 + plan.margin
    (strip,) = sample.ratio_limits([1 - 2 * plan.alpha], True, margins)
    spread = math.hypot(_deviation(own), _deviation(its))
    known = min(len(own), len(its)) > 1 and spread > 0
    return {
        **_limits(plain, _as_percent(ratio)),
        **_family_limits(family, _as_percent(family_ratio), 1 - level),
        "percent_lower_equivalence": finite(_as_percent(strip)[0]),
        "percent_upper_equivalence": finite(_as_percent(strip)[1]),
        "p": sample.p(),
        "p_smallest": labels.smallest,
        "p_resolution": labels.resolution,
        "p_equivalence": sample.p_equivalence(plan.margin),
        "welch_p": _welch(own, its) if known else math.nan,
        "deviation": spread,
        "all_equal": all_equal(own, its),
    }


def all_equal(own: np.ndarray, its: np.ndarray) -> bool:
    """Return whether no run of two arms differs from another."""
    return len(np.unique(np.concatenate([own, its]))) == 1


def _welch(own: np.ndarray, its: np.ndarray) -> float:
    moments = [(part.mean(), part.std(ddof=1), len(part)) for part in (own, its)]
    from scipy import stats

    return float(stats.ttest_ind_from_stats(*moments[0], *moments[1], equal_var=False).pvalue)


def _as_percent(ratios: tuple[float, float]) -> tuple[float, float]:
    return 100 * (ratios[0] - 1), 100 * (ratios[1] - 1)


def _shared(pair: RunsPair, paired: bool, plan: Plan, contrasts: int, row: Row) -> Row:
    """Complete a row by what both designs describe alike."""
    arm, reference = pair
    (own, reached), (its, met) = times_of(arm), times_of(reference)
    n = min(len(arm), len(reference))
    seeds = attainable("paired" if paired else "unpaired", plan.alpha, contrasts)
    wins = win_probability(own, reached, its, met, paired)
    win_lower, win_upper = win_limits(wins, len(own), len(its), paired, plan.confidence)
    deviation = row.pop("deviation")
    found = counted(pair, row.pop("all_equal"), plan)
    base, difference, testable = (
        found[name] for name in ("mean_reference", "mean_difference", "equivalence")
    )
    if testable != TESTED:
        row["p_equivalence"] = 1.0
    guess = {"deviation": deviation, "alpha": plan.alpha, "contrasts": contrasts}
    level = plan.alpha / contrasts
    return {
        **found,
        "percent": 100 * difference / base if base > 0 else math.nan,
        "confidence": plan.confidence,
        "margin": plan.margin,
        "size": size_of(row["percent_lower"], row["percent_upper"], plan.margin, testable),
        "family": plan.family,
        "contrasts": contrasts,
        "p_limited_by": limited_by(n, seeds, level, row["p_resolution"]),
        "seeds_attainable": seeds,
        "seeds_for_effect": seeds_for(difference=difference, **guess),
        "seeds_for_margin": seeds_for(difference=plan.margin * base, **guess),
        "win_probability": wins,
        "win_lower": win_lower,
        "win_upper": win_upper,
        "cliffs_delta": cliffs_delta(own, reached, its, met),
        **row,
    }


def counted(pair: RunsPair, equal: bool, plan: Plan) -> Row:
    """Count the runs of two arms and compare their means, at whatever level.

    Parameters
    ----------
    pair : (arm's runs, reference's runs)
    equal : bool
        Whether the times do not differ; see `verdict.degenerate_of`.
    plan : Plan
    """
    (own, reached), (its, met) = times_of(pair[0]), times_of(pair[1])
    base = float(its.mean())
    return {
        "n_arm": len(own),
        "n_reference": len(its),
        "reached_arm": int(reached.sum()),
        "reached_reference": int(met.sum()),
        "mean_arm": own.mean(),
        "mean_reference": base,
        "mean_difference": float(own.mean() - base),
        "equivalence": equivalence_of(base, float(pair[1]["budget"].iloc[0]), plan.margin),
        "bound": bound_of(int(reached.sum()), int(met.sum())),
        "degenerate": degenerate_of(own.mean(), base, equal),
    }


def _limits(epochs: Interval, percent: Interval) -> Row:
    return {
        "lower": finite(epochs[0]),
        "upper": finite(epochs[1]),
        "percent_lower": finite(percent[0]),
        "percent_upper": finite(percent[1]),
    }


def _family_limits(epochs: Interval, percent: Interval, confidence: float) -> Row:
    found = {f"{name}_family": limit for name, limit in _limits(epochs, percent).items()}
    return {**found, "confidence_family": confidence}


def _deviation(values: np.ndarray) -> float:
    """Return the standard deviation, NaN for one run."""
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan
