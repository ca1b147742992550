"""What captions say: the runs and what became of them, bands, pairs, what a figure leaves out."""

from collections.abc import Sequence

import pandas as pd

from thresher.drawing.arms import ArmStyle, arms_of
from thresher.format import count, duration, fraction, isolated, listed, plural
from thresher.results import Results
from thresher.statistics.limits import FEWEST_FOR_BAND


def band(results: Results, table: pd.DataFrame) -> str:
    """Say what the bands of a table hold; which curves have none."""
    analysis = results.study.analysis
    held = {
        "simultaneous": "the whole true mean curve lies inside with that confidence",
        "pointwise": f"each {results.study.axis.name} by itself, not the curve as a whole",
    }
    kinds = set(table["band"])
    if kinds == {"none"}:
        return f"no band, since there are fewer than {FEWEST_FOR_BAND} runs"
    text = f"{fraction(analysis.confidence)} {analysis.band} bands ({held[analysis.band]})"
    return f"{text}; none with fewer than {FEWEST_FOR_BAND} runs" if "none" in kinds else text


def pairs(results: Results) -> str:
    """Say whether runs are paired."""
    return "paired by seed" if results.study.paired else "unpaired"


def of_pairs(results: Results, n: float) -> str:
    """Count what a contrast is made of: ``32 pairs``, ``8 runs``."""
    return f"{count(n)} {plural(n, 'pair' if results.study.paired else 'run')}"


def runs(results: Results) -> str:
    """Say n, and how many runs were censored or diverged, where the figure does not say it."""
    arms = list(arms_of(results).values())
    sizes = sorted({arm.n for arm in arms})
    n = count(sizes[0]) if len(sizes) == 1 else f"{count(sizes[0])} to {count(sizes[-1])}"
    budget = duration(results.study.endpoint.budget, results.study.axis)
    return f"n = {n} an arm; {_lost(arms, 'censored', f' at {budget}')}{_diverged(arms)}."


def _diverged(arms: Sequence[ArmStyle]) -> str:
    return f"; {_lost(arms, 'diverged')}" if any(arm.diverged for arm in arms) else ""


def _lost(arms: Sequence[ArmStyle], outcome: str, when: str = "") -> str:
    """Say how many runs had an outcome; of which arms, where these are few."""
    some = [(arm, int(getattr(arm, outcome))) for arm in arms if getattr(arm, outcome)]
    total, everything = sum(n for _, n in some), sum(arm.n for arm in arms)
    if not some:
        return f"no run {outcome}{when}"
    if total == everything:
        return f"every run {outcome}{when}"
    text = f"{count(total)} of {count(everything)} runs {outcome}{when}"
    if len(some) > 5 or len(arms) == 1:
        return text
    return f"{text} ({listed([f'{arm.name} {count(n)}' for arm, n in some])})"


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
