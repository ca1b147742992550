"""What a factor does: differences between its levels over the cells that have both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from thresher.statistics.comparing import alike
from thresher.statistics.estimates import finite, runs_by_arm
from thresher.statistics.flips import draw
from thresher.statistics.multiplicity import holm
from thresher.statistics.signflip import SignFlip, signflip

Levels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """An arm by its place in a variant's cross of factors."""

    arm: str
    variant: str
    levels: Mapping[str, str]

    def rest(self, *without: str) -> Levels:
        """Return its variant and its levels of all other factors."""
        others = [(name, level) for name, level in self.levels.items() if name not in without]
        return (("variant", self.variant), *sorted(others))


@dataclass(frozen=True)
class _Effect:
    """Weights of arms whose sum is an effect: one set for each matched group of cells."""

    factors: tuple[str, ...]
    levels: tuple[str, ...]
    bases: tuple[str, ...]
    groups: tuple[Mapping[str, float], ...]


def effects(
    events: pd.DataFrame,
    cells: Sequence[Cell],
    *,
    confidence: float,
    flips: int,
    entropy: int,
) -> pd.DataFrame:
    """Estimate what each level does, compared with the factor's first, and every interaction.

    A main effect is the mean, over all groups of cells of one variant that are alike in every other
    factor, of the difference of min(T, B) between two levels; a group that lacks one of the two is
    left out. An interaction is the mean of differences of such differences. Each seed gives one
    value; they are tested by sign flips, whose inversion gives the interval, as a paired contrast
    is. Seeds that are not paired are so by their numbers, which is as valid for independent runs,
    though wider. All p-values are one Holm family.

    Parameters
    ----------
    events : pandas.DataFrame
        Of one study with one threshold.
    cells : sequence of Cell
        In the order of the study.
    confidence, flips, entropy
        Of the intervals and the random flips.

    Returns
    -------
    pandas.DataFrame
        ``factor``, ``level``, ``base``, ``by``, ``by_level``, ``by_base`` (empty for main effects),
        ``cells`` (groups), ``n`` (seeds), ``difference``, ``lower``, ``upper``, ``p``,
        ``p_adjusted``.
    """
    runs = {arm: own.set_index("seed")["time"] for arm, own in runs_by_arm(events).items()}
    cells = [cell for cell in cells if cell.arm in runs]
    every = [*_main(cells), *_interactions(cells)]
    values = [_by_seed(effect, runs) for effect in every]
    found: dict[int, dict[str, Any]] = {}
    for seeds, places in alike(tuple(own.index.tolist()) for own in values).items():
        if not seeds:
            continue
        columns = np.column_stack([values[place].to_numpy(float) for place in places])
        tested = signflip(columns, draw(seeds, flips, entropy), confidence)
        for k, place in enumerate(places):
            found[place] = _row(every[place], tested, k, len(seeds))
    rows = [found[place] for place in sorted(found)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(p_adjusted=holm(table["p"].to_numpy(float)))


COLUMNS = (
    *("factor", "level", "base", "by", "by_level", "by_base", "cells", "n"),
    *("difference", "lower", "upper", "p"),
)


def levels_of(cells: Sequence[Cell]) -> dict[str, list[str]]:
    """Return the levels of every factor that has several within a variant, as they appear."""
    within: dict[tuple[str, str], dict[str, None]] = {}
    for cell in cells:
        for name, level in cell.levels.items():
            within.setdefault((cell.variant, name), {}).setdefault(level)
    found: dict[str, dict[str, None]] = {}
    for (_, name), levels in within.items():
        if len(levels) > 1:
            found.setdefault(name, {}).update(levels)
    return {name: list(levels) for name, levels in found.items()}


def _main(cells: Sequence[Cell]) -> Iterator[_Effect]:
    for factor, (base, *others) in levels_of(cells).items():
        at = {(cell.rest(factor), cell.levels[factor]): cell.arm
              for cell in cells if factor in cell.levels}  # fmt: skip
        for level in others:
            groups = tuple(
                {arm: 1.0, at[rest, base]: -1.0}
                for (rest, own), arm in at.items()
                if own == level and (rest, base) in at
            )
            if groups:
                yield _Effect((factor,), (level,), (base,), groups)


def _interactions(cells: Sequence[Cell]) -> Iterator[_Effect]:
    known = levels_of(cells)
    for pair in combinations(known, 2):
        at = {
            (cell.rest(*pair), *(cell.levels[name] for name in pair)): cell.arm
            for cell in cells
            if set(pair) <= set(cell.levels)
        }
        rests = dict.fromkeys(rest for rest, *_ in at)
        bases = tuple(known[name][0] for name in pair)
        for level in known[pair[0]][1:]:
            for other in known[pair[1]][1:]:
                corners = {(level, other): 1.0, (bases[0], other): -1.0,
                           (level, bases[1]): -1.0, bases: 1.0}  # fmt: skip
                groups = tuple(
                    {at[rest, *corner]: weight for corner, weight in corners.items()}
                    for rest in rests
                    if all((rest, *corner) in at for corner in corners)
                )
                if groups:
                    yield _Effect(pair, (level, other), bases, groups)


def _by_seed(effect: _Effect, runs: Mapping[str, pd.Series]) -> pd.Series:
    """Return the effect of every seed that all its arms have, ascending."""
    weights: dict[str, float] = {}
    for group in effect.groups:
        for arm, weight in group.items():
            weights[arm] = weights.get(arm, 0.0) + weight / len(effect.groups)
    joined = pd.concat({arm: runs[arm] for arm in weights}, axis=1, join="inner").sort_index()
    return joined.mul(pd.Series(weights)).sum(axis=1)


def _row(effect: _Effect, found: SignFlip, k: int, seeds: int) -> dict[str, Any]:
    """Describe an effect by the k-th column of what was tested."""
    (factor, *by), (level, *by_level), (base, *by_base) = (
        effect.factors,
        effect.levels,
        effect.bases,
    )
    return {
        "factor": factor,
        "level": level,
        "base": base,
        "by": "".join(by),
        "by_level": "".join(by_level),
        "by_base": "".join(by_base),
        "cells": len(effect.groups),
        "n": seeds,
        "difference": float(found.mean[k]),
        "lower": finite(float(found.lower[k])),
        "upper": finite(float(found.upper[k])),
        "p": float(found.p[k]) if np.isfinite(found.p[k]) else 1.0,
    }
