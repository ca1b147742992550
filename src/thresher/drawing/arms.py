"""The arms as figures need them: place, name, look and counts; of many arms, which stand out."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from thresher.drawing.palette import GREY, Look, look
from thresher.format import count, isolated, plural
from thresher.results import Results

MOST = 12
"""Arms that a figure tells apart at most."""

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class ArmStyle:
    """One arm in figures.

    Attributes
    ----------
    index : int
        Its place in the study, and part of the ids of what is drawn for it.
    arm : str
    name : str
        What the study calls it.
    n, censored, diverged : int
        Runs, and what became of those that did not reach the threshold.
    mean : float
        Restricted mean time to the study's threshold.
    look : Look
    chosen : bool
        Whether it stands out where there are many arms.
    """

    index: int
    arm: str
    name: str
    n: int
    censored: int
    diverged: int
    mean: float
    look: Look
    chosen: bool

    @property
    def counts(self) -> str:
        """Its numbers: ``n = 32, 2 censored``."""
        return f"n = {count(self.n)}, {self.outcomes}"

    @property
    def outcomes(self) -> str:
        """What became of its runs: ``none censored``, ``2 censored, 1 diverged``."""
        lost = f"{count(self.censored) if self.censored else 'none'} censored"
        return f"{lost}, {count(self.diverged)} diverged" if self.diverged else lost

    def gid(self, part: str) -> str:
        """Return the id of a part of it: ``arm-3-line``."""
        return f"arm-{self.index}-{part}"


Arms = Mapping[str, ArmStyle]


def arms_of(results: Results, level: float | None = None) -> dict[str, ArmStyle]:
    """List the study's arms, in their order, by arm.

    Parameters
    ----------
    results : Results
    level : float or None
        Of the threshold grid, whose outcomes are counted; the study's own threshold where None.
    """
    table = results.tables["arms"]
    everyone, chosen = list(table["arm"]), highlighted(results)
    outcomes = table if level is None else outcomes_at(results, level)
    looks = {arm: look(k) for k, arm in enumerate(chosen)}
    columns = (everyone, outcomes["n"], outcomes["censored"], outcomes["diverged"])
    return {
        arm: ArmStyle(
            index=k,
            arm=arm,
            name=isolated(results.label(arm)),
            n=int(n),
            censored=int(censored),
            diverged=int(diverged),
            mean=float(mean),
            look=looks.get(arm, GREY),
            chosen=arm in looks,
        )
        for k, (arm, n, censored, diverged, mean) in enumerate(
            zip(*columns, table["restricted_mean"], strict=True)
        )
    }


def outcomes_at(results: Results, level: float) -> pd.DataFrame:
    """Count runs and outcomes of every arm, in the study's order, at a threshold of the grid."""
    events = results.tables["threshold_events"]
    events = events[events["threshold"] == level]
    counts = pd.crosstab(events["arm"], events["outcome"])
    counts = counts.reindex(columns=["reached", "censored", "diverged"], fill_value=0)
    counts = counts.reindex(results.tables["arms"]["arm"], fill_value=0)
    return counts.assign(n=counts.sum(axis="columns"))


def highlighted(results: Results) -> list[str]:
    """Choose the arms that stand out, in the study's order.

    All of up to twelve. Of more: the reference, those that the study names in panels or labels,
    and the soonest and the latest by restricted mean.
    """
    table = results.tables["arms"]
    everyone = list(table["arm"])
    if len(everyone) <= MOST:
        return everyone
    report = results.study.report
    panels = [arm for panel in report.panels for arm in panel.arms]
    labels = list(report.labels) if len(report.labels) < MOST else []
    reference = [results.study.reference] if results.study.reference else []
    named = dict.fromkeys(arm for arm in [*reference, *panels, *labels] if arm in everyone)
    ranked = list(table.sort_values("restricted_mean", kind="stable")["arm"])
    found = extremes(ranked, MOST, list(named)[:MOST])
    return [arm for arm in everyone if arm in found]


def extremes(ranked: Sequence[T], most: int, first: Sequence[T] = ()) -> set[T]:
    """Choose so many at most: those named first, then from both ends of a ranking in turns.

    Examples
    --------
    >>> sorted(extremes([1, 2, 3, 4, 5, 6], 4, first=[3]))
    [1, 2, 3, 6]
    """
    found = list(dict.fromkeys(first))
    low, high = list(ranked), list(ranked)[::-1]
    for pair in zip(low, high, strict=True):
        found += [item for item in pair if item not in found]
    return set(found[:most])


def present(arms: Arms, table: pd.DataFrame) -> list[ArmStyle]:
    """List the arms that a table has, in the study's order."""
    found = set(table["arm"].unique())
    return [arm for arm in arms.values() if arm.arm in found]


def split(arms: Sequence[ArmStyle]) -> tuple[list[ArmStyle], list[ArmStyle]]:
    """Part the arms that stand out from the rest."""
    return [arm for arm in arms if arm.chosen], [arm for arm in arms if not arm.chosen]


def others(rest: Sequence[ArmStyle]) -> str:
    """Say how many arms are not told apart: ``188 more arms``."""
    return f"{count(len(rest))} more {plural(len(rest), 'arm')}"
