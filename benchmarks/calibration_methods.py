"""More cells of the calibration: ratios, families of verdicts, numbers of seeds, other limits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from scipy import optimize

from calibration_simulation import (
    ALPHA,
    FLIPS,
    MEDIAN,
    RELABELLINGS,
    SLACK,
    SPREAD,
    Outcomes,
    budget_of,
    normals,
    observed,
    restricted_mean_of,
    two_arms,
)
from thresher.statistics.equivalence import equivalence_p
from thresher.statistics.flips import draw
from thresher.statistics.labels import relabellings
from thresher.statistics.multiplicity import FAMILIES, adjust
from thresher.statistics.permutation import ratio_limits
from thresher.statistics.rmst import restricted_mean
from thresher.statistics.sample_size import seeds_for
from thresher.statistics.signflip import flipped
from thresher.statistics.simultaneous import simultaneous_level
from thresher.statistics.winning import win_limits, win_probability

MARGIN = 0.10
TRAINED = 0.13  # standard deviation of the log times of trained arms
# Ratios of restricted means, arm by arm, each against the reference.
EFFECTS: Mapping[str, tuple[float, ...]] = {
    "all equal": (1.0,) * 7,
    "4 equal, 3 at the margin": (1.0,) * 4 + (1.1,) * 3,
    "all at the margin": (1.1,) * 4 + (0.9,) * 3,
    "3 faster by 25 %, 1 by 8 %, 3 equal": (0.75, 0.75, 0.75, 0.92, 1.0, 1.0, 1.0),
}


def percent(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The interval of the ratio of restricted means, paired, or unpaired by relabelling."""
    paired, n = setting.get("paired", True), setting["n"]
    arm, reference, truth = two_arms(generator, replicates, {"correlation": 0.0, **setting})
    base = restricted_mean_of(MEDIAN, SPREAD, budget_of(setting["censored"]))
    truth /= base
    if paired:
        columns = flipped(arm - reference, reference, draw(n, FLIPS, entropy))
        found = [column.limits([1 - ALPHA])[0] for column in columns]
    else:
        labels = relabellings(n, n, RELABELLINGS, entropy)
        pairs = zip(arm.T, reference.T, strict=True)
        found = [np.array(ratio_limits(*pair, labels, [1 - ALPHA])[0]) - 1 for pair in pairs]
    slack = SLACK if paired else 1e-4
    return {"covered": np.array([low - slack <= truth <= high + slack for low, high in found])}


@cache
def median_for(ratio: float, spread: float, budget: int) -> float:
    """Return the median at which an arm's restricted mean is a multiple of the reference's."""
    goal = ratio * restricted_mean_of(MEDIAN, spread, budget)

    def surplus(median: float) -> float:
        return restricted_mean_of(median, spread, budget) - goal

    return float(optimize.brentq(surplus, MEDIAN / 20, MEDIAN * 20))


def _family(
    generator: np.random.Generator, replicates: int, effects: tuple[float, ...], n: int, **s: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return min(T, B) of the arms, shape (replicates, n, arms), and of the reference."""
    spread = s.get("spread", SPREAD)
    budget = budget_of(s["censored"], MEDIAN, spread)
    medians = [MEDIAN, *(median_for(ratio, spread, budget) for ratio in effects)]
    z = normals(generator, replicates, len(medians), n, s["correlation"])
    times, _ = observed(z, np.array(medians)[:, None], spread, budget)
    times = times.swapaxes(1, 2)
    return times[:, :, 1:], times[:, :, :1]


def verdicts(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """Seven contrasts, both kinds of p-value: any wrong claim, and what is found, by family."""
    effects = EFFECTS[setting["effects"]]
    rest = {key: value for key, value in setting.items() if key != "effects"}
    arms, reference = _family(generator, replicates, effects, spread=TRAINED, **rest)
    signs = draw(setting["n"], FLIPS, entropy)
    truth = np.array(effects)
    equal, beyond = truth == 1, np.abs(truth - 1) >= MARGIN - SLACK
    close = truth == 0.92
    out: dict[str, list[bool]] = {}
    for own, its in zip(arms, reference, strict=True):
        base = np.repeat(its, len(effects), axis=1)
        columns = list(flipped(own - base, base, signs))
        raw = [np.array([c.p() for c in columns])]
        raw.append(np.array([equivalence_p(c, MARGIN) for c in columns]))
        for family in FAMILIES:
            different, equivalent = (p <= ALPHA + SLACK for p in adjust(*raw, family))
            wrong = (different & equal).any() or (equivalent & beyond).any()
            out.setdefault(f"wrong {family}", []).append(bool(wrong))
            if close.any():
                out.setdefault(f"found {family}", []).append(bool(different[close][0]))
            if equal.any():
                out.setdefault(f"equivalent {family}", []).append(bool(equivalent[equal][0]))
    return {name: np.array(held) for name, held in out.items()}


@cache
def planned_seeds(ratio: float, contrasts: int, correlation: float, censored: float) -> int:
    """Return the seeds that the library suggests where spread and effect are known exactly."""
    generator = np.random.default_rng(0)
    setting = {"correlation": correlation, "censored": censored, "n": 400}
    arms, reference = _family(generator, 500, (ratio,), **setting)
    differences = arms[:, :, 0] - reference[:, :, 0]
    found = seeds_for(float(differences.std()), float(differences.mean()), contrasts=contrasts)
    return int(found or 0)


def planned(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """Seven contrasts of which one differs, at the number of seeds suggested: is it found?"""
    effects = (setting["mean_ratio"], *[1.0] * 6)
    known = {key: setting[key] for key in ("n", "correlation", "censored")}
    arms, reference = _family(generator, replicates, effects, **known)
    first = (arms[:, :, 0] - reference[:, :, 0]).T
    p = np.array([column.p() for column in flipped(first, None, draw(known["n"], FLIPS, entropy))])
    return {"found": p <= ALPHA / 7 + SLACK}


def simultaneous(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The limits of a family of seven: do all of them hold, in epochs and in percent?"""
    effects = EFFECTS["3 faster by 25 %, 1 by 8 %, 3 equal"]
    arms, reference = _family(generator, replicates, effects, **setting)
    budget = budget_of(setting["censored"])
    base = restricted_mean_of(MEDIAN, SPREAD, budget)
    truth = np.array(effects) - 1
    signs = draw(setting["n"], FLIPS, entropy)
    held: dict[str, list[bool]] = {"covered": [], "covered percent": [], "narrower": []}
    for own, its in zip(arms, reference, strict=True):
        its = np.repeat(its, len(effects), axis=1)
        differences = own - its
        centred = own - own.mean(axis=0) / its.mean(axis=0) * its
        levels = [
            simultaneous_level(residuals, signs, ALPHA)
            for residuals in (differences - differences.mean(axis=0), centred)
        ]
        columns = list(flipped(differences, its, signs))
        ones = np.ones(signs.n)
        plain = [replace(c, scale=ones, scales=signs.balance) for c in columns]
        for name, each, level, goal in (
            ("covered", plain, levels[0], truth * base),
            ("covered percent", columns, levels[1], truth),
        ):
            low, high = np.array([c.limits([1 - level])[0] for c in each]).T
            held[name].append(bool(((low - SLACK <= goal) & (goal <= high + SLACK)).all()))
        held["narrower"].append(levels[0] > 1.05 * ALPHA / 7)
    return {name: np.array(values) for name, values in held.items()}


def mean_limits(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The limits of one arm's restricted mean; without an event there are none, none wrong."""
    budget = budget_of(setting["censored"])
    times, _ = observed(generator.normal(size=(replicates, setting["n"])), MEDIAN, SPREAD, budget)
    truth = restricted_mean_of(MEDIAN, SPREAD, budget)
    found = [restricted_mean(row, 1 - ALPHA, budget) for row in times]
    return {"covered": np.array([not (e.lower > truth or e.upper < truth) for e in found])}


@cache
def _sooner(ratio: float, censored: float, correlation: float) -> float:
    z = normals(np.random.default_rng(0), 1, 2, 4_000_000, correlation)[0]
    budget = budget_of(censored)
    (own, reached), (its, met) = (
        observed(side, median, SPREAD, budget)
        for side, median in zip(z, (ratio * MEDIAN, MEDIAN), strict=True)
    )
    return win_probability(own, reached, its, met, True)


def sooner(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The limits of P(arm before reference) + ½ P(tie)."""
    paired, n = setting["paired"], setting["n"]
    correlation = 0.6 if paired else 0.0
    truth = _sooner(setting["time_ratio"], setting["censored"], correlation)
    budget, covered = budget_of(setting["censored"]), []
    limits: dict[float, tuple[float, float]] = {}
    for z in normals(generator, replicates, 2, n, correlation):
        own, reached = observed(z[0], setting["time_ratio"] * MEDIAN, SPREAD, budget)
        its, met = observed(z[1], MEDIAN, SPREAD, budget)
        found = win_probability(own, reached, its, met, paired)
        if found not in limits:
            limits[found] = win_limits(found, n, n, paired, 1 - ALPHA)
        covered.append(limits[found][0] <= truth <= limits[found][1])
    return {"covered": np.array(covered)}


METHODS: Mapping[str, Callable[..., Outcomes]] = {
    "percent": percent,
    "verdicts": verdicts,
    "planned": planned,
    "simultaneous": simultaneous,
    "mean limits": mean_limits,
    "sooner": sooner,
}
