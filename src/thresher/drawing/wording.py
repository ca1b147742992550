"""What captions say: the runs and what became of them, bands, pairs, what a figure leaves out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.drawing.arms import ArmStyle, arms_of
from thresher.format import along, count, duration, fraction, isolated, listed, plural
from thresher.matrices import arms_in, rows_of
from thresher.results import Results
from thresher.statistics.limits import FEWEST_FOR_BAND


def band(results: Results, table: pd.DataFrame) -> str:
    """Say what bands a table has, and what they hold: ``with 95 % …`` or ``without …``."""
    analysis = results.study.analysis
    held = {
        "simultaneous": "the whole true mean curve lies inside with that confidence",
        "pointwise": f"each {results.study.axis.name} by itself, not the curve as a whole",
    }
    kinds = set(table["band"])
    if kinds == {"none"}:
        return f"without a band, since there are fewer than {FEWEST_FOR_BAND} runs"
    text = f"with {fraction(analysis.confidence)} {analysis.band} bands ({held[analysis.band]})"
    return f"{text}; none with fewer than {FEWEST_FOR_BAND} runs" if "none" in kinds else text


def carried(results: Results, table: pd.DataFrame, across: bool = False) -> str:
    """Say how means come about where runs of an arm have other times; empty where none do.

    Parameters
    ----------
    results : Results
    table : pandas.DataFrame
        Of the table ``curves``.
    across : bool
        Whether means of different arms are taken from each other, too.
    """
    if results.study.training is not None:
        return ""
    evaluations, axis = results.evaluations, results.study.axis
    found = table.groupby("arm", sort=False)[["n", "time"]].agg(["size", "max"])
    ends, apart = [], across and len(found["time"].drop_duplicates()) > 1
    for arm in arms_in(evaluations):
        if arm not in found.index:
            continue
        rows, curve = rows_of(evaluations, arm, ["time", "diverged_at"]), found.loc[arm]
        times = rows.loc[np.isinf(rows["diverged_at"].to_numpy(float)), "time"]
        apart |= len(times) != curve["n", "max"] * curve["n", "size"]
        if curve["time", "max"] < times.max():
            ends.append(f"{isolated(results.label(arm))} at {along(curve['time', 'max'], axis)}")
    if not apart:
        return ""
    short = f"; a mean ends where the first of its runs does: {listed(ends, 5)}" if ends else ""
    return f" Between a run’s own evaluations its values are carried linearly{short}."


def pairs(results: Results) -> str:
    """Say whether runs are paired."""
    return "paired by seed" if results.study.paired else "unpaired"


def of_pairs(results: Results, n: float) -> str:
    """Count what a contrast is made of: ``32 pairs``, ``8 runs``."""
    return f"{count(n)} {plural(n, 'pair' if results.study.paired else 'run')}"


def against(results: Results) -> str:
    """Name the reference, to follow a caption; empty where all pairs are compared."""
    reference = results.study.contrast_reference
    return f", compared with {isolated(results.label(reference))}" if reference else ""


def runs(results: Results) -> str:
    """Say n, and how many runs were censored or diverged, where the figure does not say it."""
    arms = list(arms_of(results).values())
    sizes = sorted({arm.n for arm in arms})
    n = count(sizes[0]) if len(sizes) == 1 else f"{count(sizes[0])} to {count(sizes[-1])}"
    budget = duration(results.study.endpoint.budget, results.study.axis)
    censored = _share(sum(arm.censored for arm in arms), arms, f"censored at {budget}")
    died = [arm for arm in arms if arm.diverged]
    names = listed([f"{count(arm.diverged)} of {arm.name}" for arm in died], 5, "arms")
    return f"n = {n} an arm; {censored}{f'; diverged: {names}' if died else ''}."


def _share(some: int, arms: Sequence[ArmStyle], outcome: str) -> str:
    """Say how many of all runs had an outcome."""
    total = sum(arm.n for arm in arms)
    if some in (0, total):
        return f"{'every' if some else 'no'} run {outcome}"
    return f"{count(some)} of {count(total)} runs {outcome}"


def without_curve(results: Results, arms: Sequence[str]) -> str:
    """Say which arms have no mean curve because all of their runs diverged; empty without one."""
    if not arms:
        return ""
    names = listed([isolated(results.label(arm)) for arm in arms], 5)
    return f" No mean curve, since no run stayed finite: {names}."


def left_out(shown: int, total: int, what: str) -> str:
    """Say that a figure shows some of many: ``12 of 66 contrasts; the table has all.``."""
    if shown >= total:
        return ""
    return f" {count(shown)} of {count(total)} {what} are shown; the table has all."


def as_sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]
