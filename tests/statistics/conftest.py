"""Published data with independently computed values, events to analyse, exact enumeration."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

Numbers = Sequence[Fraction | int]

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture
def reference() -> Callable[[str], dict[str, Any]]:
    """Return the reference values of a data set by name."""

    def values(name: str) -> dict[str, Any]:
        content = json.loads((REFERENCE / f"{name}.json").read_text())
        return {result["name"]: result["value"] for result in content["results"]}

    return values


@pytest.fixture
def data() -> Callable[[str], pd.DataFrame]:
    """Return a data set."""
    return lambda name: pd.read_csv(REFERENCE / f"{name}.csv")


@pytest.fixture
def make_events() -> Callable[..., pd.DataFrame]:
    """Build an events table from epochs to threshold by arm; infinite is not reached."""

    def build(
        times: Mapping[str, Sequence[float]],
        budget: int = 100,
        seeds: Mapping[str, Sequence[int]] | None = None,
    ) -> pd.DataFrame:
        parts = []
        for arm, values in times.items():
            time = np.asarray(values, float)
            reached = np.isfinite(time)
            part = pd.DataFrame({"seed": range(len(time)) if seeds is None else seeds[arm]})
            part = part.assign(study="s", arm=arm, variant=arm)
            part = part.assign(threshold=0.2, budget=budget, event=reached)
            part["event_time"] = pd.Series(np.where(reached, time, np.nan)).astype("Int64")
            part["time"] = np.where(reached, time, budget).astype(int)
            part["outcome"] = np.where(reached, "reached", "censored")
            part["diverged_at"] = pd.array([pd.NA] * len(time), dtype="Int64")
            part["final"] = 0.1
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    return build


@pytest.fixture(scope="session")
def oracle() -> SimpleNamespace:
    """Return enumerations in fractions, for a handful of seeds."""
    return SimpleNamespace(
        fractions=fractions, sign_flip=sign_flip, ratio_interval=ratio_interval, permuted=permuted
    )


def fractions(values) -> list[Fraction]:
    """Return decimals as the fractions that they are written as."""
    return [Fraction(str(value)) for value in values]


def sign_flip(values: Numbers, side: int = 0) -> Fraction:
    """Return the sign-flip p-value over all 2^n sign vectors."""
    observed, count, total = sum(values), 0, 0
    for signs in itertools.product((-1, 1), repeat=len(values)):
        drawn = sum(s * v for s, v in zip(signs, values, strict=True))
        if side == 0:
            count += abs(drawn) >= abs(observed)
        else:
            count += side * drawn >= side * observed
        total += 1
    return Fraction(count, total)


def ratio_interval(arm: Numbers, reference: Numbers, alpha: Fraction):
    """Return the smallest and the largest ratio that is not rejected at α.

    The p-value of A − ρR changes only where ΣA = ρ ΣR over some of the seeds; None is unbounded.
    """
    n = len(arm)
    places = set()
    for chosen in itertools.product((0, 1), repeat=n):
        below = sum(c * r for c, r in zip(chosen, reference, strict=True))
        if below:
            above = sum(c * a for c, a in zip(chosen, arm, strict=True))
            places.add(Fraction(above) / below)

    def kept(ratio):
        values = [a - ratio * r for a, r in zip(arm, reference, strict=True)]
        return sign_flip(values) > alpha

    inside = sorted(ratio for ratio in places if kept(ratio))
    low = None if kept(min(places) - 1) else min(inside)
    return low, None if kept(max(places) + 1) else max(inside)


def permuted(arm: Numbers, reference: Numbers) -> Fraction:
    """Return the two-sided p-value of Welch's t² over all relabellings; infinite without spread."""
    pooled, n = [*arm, *reference], len(arm)

    def squared(chosen: Sequence[int]) -> tuple[int, Fraction]:
        own = [pooled[k] for k in chosen]
        its = [pooled[k] for k in range(len(pooled)) if k not in chosen]
        means = [Fraction(sum(side)) / len(side) for side in (own, its)]
        variance = sum(
            sum((x - mean) ** 2 for x in side) / Fraction(len(side) * (len(side) - 1))
            for side, mean in zip((own, its), means, strict=True)
        )
        difference = (means[0] - means[1]) ** 2
        if difference == 0:
            return 0, Fraction(0)
        return (0, difference / variance) if variance else (1, difference)

    observed = squared(range(n))
    drawn = [squared(chosen) for chosen in itertools.combinations(range(len(pooled)), n)]
    return Fraction(sum(value >= observed for value in drawn), len(drawn))
