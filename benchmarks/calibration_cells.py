"""What one cell of the calibration simulates: made-up studies through the library's functions.

Every kind takes a generator, a number of replicates, the entropy of the flips and its setting; it
returns, by measure, whether each replicate rejected, covered or claimed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from calibration_methods import METHODS
from calibration_simulation import (
    ALPHA,
    EVERY,
    FLIPS,
    MEDIAN,
    RELABELLINGS,
    SLACK,
    SPREAD,
    Outcomes,
    budget_of,
    normals,
    observed,
    two_arms,
)
from thresher.statistics.bands import Band, difference_band, mean_band
from thresher.statistics.contrasts import contrasts, pairs_of
from thresher.statistics.equivalence import paired_equivalence
from thresher.statistics.flips import draw
from thresher.statistics.labels import relabellings
from thresher.statistics.median import order_statistic_median
from thresher.statistics.permutation import permutation_test
from thresher.statistics.signflip import signflip

DIFFERENT = ("faster", "slower", "detectable but negligible")
EPOCHS = np.arange(100.0) * EVERY
PERSISTENCE, NOISE = 0.95, 0.03


def primary(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The sign-flip test and its interval, and the paired t test; replicates are the columns."""
    arm, reference, truth = two_arms(generator, replicates, setting)
    differences = arm - reference
    test = signflip(differences, draw(setting["n"], FLIPS, entropy), 1 - ALPHA)
    covered = (test.lower - SLACK <= truth) & (truth <= test.upper + SLACK)
    with np.errstate(invalid="ignore"):  # all differences alike
        paired_t = stats.ttest_1samp(differences, 0).pvalue
    rejected = {"rejected": test.p <= ALPHA + SLACK, "paired t": paired_t <= ALPHA}
    return {**rejected, "covered": covered}


def equivalence(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """Both one-sided tests where the true ratio is the margin itself."""
    arm, reference, _ = two_arms(generator, replicates, setting)
    signs = draw(setting["n"], FLIPS, entropy)
    return {"claimed": paired_equivalence(arm, reference, 0.10, signs) <= ALPHA + SLACK}


def unpaired(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The studentised permutation test, and its interval where asked for."""
    arm, reference, truth = two_arms(generator, replicates, {**setting, "correlation": 0.0})
    labels = relabellings(setting["n"], setting["n"], RELABELLINGS, entropy)
    # Without the search for limits, which takes most of the time, where they are not asked for.
    confidence = 1 - ALPHA if setting.get("interval") else None
    columns = zip(arm.T, reference.T, strict=True)
    tests = [permutation_test(*pair, labels, confidence) for pair in columns]
    found = {"rejected": np.array([test.p <= ALPHA + SLACK for test in tests])}
    if setting.get("interval"):
        inside = [test.lower - 1e-3 <= truth <= test.upper + 1e-3 for test in tests]
        found["covered"] = np.array(inside)
    return found


def family(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """Whole studies through `contrasts`: is any difference found between arms without one?"""
    arms, n = setting["arms"], setting["n"]
    budget = budget_of(setting["censored"])
    faster = np.arange(arms) >= arms - setting.get("faster", 0)
    medians = np.where(faster, 0.7 * MEDIAN, MEDIAN)[:, None]
    z = normals(generator, replicates, arms, n, setting["correlation"])
    times, events = observed(z, medians, SPREAD, budget)
    names = [f"arm{k}" for k in range(arms)]
    pairs = pairs_of(names, None if setting.get("all_pairs") else names[0])
    same = np.array([faster[names.index(a)] == faster[names.index(b)] for a, b in pairs])
    table = _events(np.repeat(names, n), np.tile(np.arange(n), arms), budget)
    wrong = []
    for k in range(replicates):
        table["time"], table["event"] = times[k].astype(int).ravel(), events[k].ravel()
        found = contrasts(table, pairs, flips=FLIPS, entropy=entropy + k, alpha=ALPHA)
        wrong.append((found["verdict"].isin(DIFFERENT).to_numpy() & same).any())
    return {"rejected": np.array(wrong)}


def _events(arms: np.ndarray, seeds: np.ndarray, budget: int) -> pd.DataFrame:
    table = pd.DataFrame({"study": "calibration", "arm": arms, "seed": seeds})
    return table.assign(variant=arms, threshold=0.2, budget=budget)


def median(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """The order-statistic interval, of continuous times or of censored ones on the grid."""
    z = generator.normal(size=(replicates, setting["n"]))
    times, truth = MEDIAN * np.exp(SPREAD * z), MEDIAN
    if setting["times"] == "grid, 30 % censored":
        times, reached = observed(z, MEDIAN, SPREAD, budget_of(0.3))
        times, truth = np.where(reached, times, np.inf), EVERY * np.ceil(MEDIAN / EVERY)
    found = [order_statistic_median(row, 1 - ALPHA) for row in times]
    return {"covered": np.array([m.lower <= truth <= m.upper for m in found])}


def bands(
    generator: np.random.Generator, replicates: int, entropy: int, **setting: Any
) -> Outcomes:
    """Bands around mean curves, paired and unpaired differences, over all 100 epochs at once."""
    of, n = setting["of"], setting["n"]
    arms = 1 if of == "mean" else 2
    correlation = 0.6 if of == "paired difference" else 0.0
    z = normals(generator, replicates, arms, n, correlation)
    noise = _autocorrelated(generator, (replicates, arms, n))
    medians = np.array([MEDIAN, 0.7 * MEDIAN])[:arms]
    if setting["curves"] == "Gaussian":
        values, truths = noise, np.zeros((arms, len(EPOCHS)))
    else:
        times = medians[:, None] * np.exp(SPREAD * z)
        values = _loss(times) + NOISE * noise
        truths = np.array([_mean_loss(m) for m in medians])
    truth = truths[0] if arms == 1 else truths[0] - truths[1]
    kind = setting.get("kind", "simultaneous")
    covered = []
    for k, curves in enumerate(values):
        if of == "unpaired difference":
            band = difference_band(*curves, kind, 1 - ALPHA, entropy + k)
        else:
            curve = curves[0] if arms == 1 else curves[0] - curves[1]
            band = mean_band(curve, kind, 1 - ALPHA, entropy + k)
        covered.append(_inside(band, truth))
    return {"covered": np.array(covered)}


def _inside(band: Band, truth: np.ndarray) -> bool:
    return bool(((band.lower - SLACK <= truth) & (truth <= band.upper + SLACK)).all())


def _autocorrelated(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return stationary AR(1) curves of variance 1, shape (…, epochs)."""
    shocks = generator.normal(size=(*shape, len(EPOCHS)))
    shocks[..., 1:] *= np.sqrt(1 - PERSISTENCE**2)
    for k in range(1, len(EPOCHS)):
        shocks[..., k] += PERSISTENCE * shocks[..., k - 1]
    return shocks


def _loss(times: np.ndarray) -> np.ndarray:
    """Return loss curves that fall from 0.69 to 0.02 nats, half way down at `times`."""
    return 0.02 + 0.67 / (1 + (EPOCHS / times[..., None]) ** 2)


def _mean_loss(middle: float) -> np.ndarray:
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    return weights @ _loss(middle * np.exp(SPREAD * nodes)) / weights.sum()


def same_arm(
    generator: np.random.Generator,
    replicates: int,
    entropy: int,
    events: pd.DataFrame,
    **setting: Any,
) -> Outcomes:
    """Real runs of one arm, split at random into two arms, through `contrasts`."""
    n = setting["n"]
    names = np.repeat(["first", "second"], n)
    rejected = []
    for k in range(replicates):
        rows = generator.choice(len(events), 2 * n, replace=False)
        split = events.iloc[rows].assign(arm=names, seed=np.tile(np.arange(n), 2))
        plan = {"paired": setting["paired"], "flips": RELABELLINGS, "entropy": entropy + k}
        found = contrasts(split, [("second", "first")], alpha=ALPHA, **plan)
        rejected.append(found["verdict"].iloc[0] in DIFFERENT)
    return {"rejected": np.array(rejected)}


def same_two_arms(
    generator: np.random.Generator,
    replicates: int,
    entropy: int,
    events: pd.DataFrame,
    **setting: Any,
) -> Outcomes:
    """Two arms of real runs, each seed with its own held-out set: n of all their seeds, compared.

    The truth is the difference over all seeds. Drawn without replacement, n of N seeds lie nearer
    to it than n new ones would, by a factor of √(1 − n / N).
    """
    n, (reference, arm) = setting["n"], events["arm"].unique()
    times = events.pivot_table("time", "seed", "arm")
    truth = (times[arm] - times[reference]).mean()
    percent = 100 * truth / times[reference].mean()
    held: dict[str, list[bool]] = {"covered": [], "percent covered": []}
    for k in range(replicates):
        drawn = events[events["seed"].isin(generator.choice(times.index, n, replace=False))]
        plan = {"paired": setting["paired"], "flips": RELABELLINGS, "entropy": entropy + k}
        row = contrasts(drawn, [(arm, reference)], alpha=ALPHA, **plan).iloc[0]
        for name, prefix, true in zip(held, ("", "percent_"), (truth, percent), strict=True):
            lower, upper = row[f"{prefix}lower"], row[f"{prefix}upper"]
            # A missing limit is an infinite one.
            held[name].append(not (lower - SLACK > true or upper + SLACK < true))
    return {name: np.array(values) for name, values in held.items()}


def same_curves(
    generator: np.random.Generator,
    replicates: int,
    entropy: int,
    curves: np.ndarray,
    **setting: Any,
) -> Outcomes:
    """Real held-out curves of one arm: bands of means and of differences between two halves."""
    truth, n = curves.mean(axis=0), setting["n"]
    covered = []
    for k in range(replicates):
        # With replacement the runs at hand are the population, and their mean is the truth.
        drawn = curves[generator.integers(len(curves), size=2 * n)]
        if setting["of"] == "mean":
            covered.append(_inside(mean_band(drawn[:n], entropy=entropy + k), truth))
        elif setting["of"] == "paired difference":
            covered.append(
                _inside(mean_band(drawn[:n] - drawn[n:], entropy=entropy + k), 0 * truth)
            )
        else:
            band = difference_band(drawn[:n], drawn[n:], entropy=entropy + k)
            covered.append(_inside(band, 0 * truth))
    return {"covered": np.array(covered)}


KINDS: Mapping[str, Callable[..., Outcomes]] = {
    "primary": primary,
    "equivalence": equivalence,
    "unpaired": unpaired,
    "family": family,
    "median": median,
    "bands": bands,
    "same arm": same_arm,
    "same curves": same_curves,
    "same two arms": same_two_arms,
    **METHODS,
}
