"""The answer: a headline, a sentence for each contrast, and what a reader must mind."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from thresher import format as say
from thresher.report.material import Material
from thresher.report.strips import Interval, Strip, interval_of, span_of, strip_of
from thresher.report.warning import warnings
from thresher.report.words import records, soonest
from thresher.results import Results

AT_A_GLANCE, MOST = 24, 400
"""Sentences on the first screen, and in the page at all; the table has the rest."""
_PHRASES = {
    "faster": ("learns faster", "learn faster"),
    "slower": ("learns more slowly", "learn more slowly"),
    "equivalent": ("is equivalent to it", "are equivalent to it"),
    "detectable but negligible": ("differs negligibly", "differ negligibly"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "not reached": ("can’t be judged, as too few runs reach the threshold",) * 2,
}


@dataclass(frozen=True)
class Line:
    """One contrast: its verdict, its sentence and, where it has a size, its picture."""

    arm: str
    verdict: str
    sentence: str
    strip: Strip | None


@dataclass(frozen=True)
class Answer:
    """What the first screen says."""

    headline: str
    lines: tuple[Line, ...]
    more: tuple[Line, ...]
    left_out: int
    scale: tuple[str, str] | None
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def answer(material: Material) -> Answer:
    """Put the answer together from the contrasts and the arms."""
    results = material.results
    ordered = results.table("contrasts").sort_values("percent", kind="stable")
    lines = contrast_lines(results, ordered.iloc[:MOST])
    return Answer(
        headline=headline(results),
        lines=lines[:AT_A_GLANCE],
        more=lines[AT_A_GLANCE:],
        left_out=len(ordered) - len(lines),
        scale=("◂ sooner", "later ▸") if any(line.strip for line in lines) else None,
        facts=facts(results),
        warnings=warnings(material),
        notes=notes(results),
    )


def contrast_lines(results: Results, contrasts: pd.DataFrame) -> tuple[Line, ...]:
    """Say every contrast of a table like ``contrasts``, in its order."""
    rows = records(contrasts)
    arms = results.table("arms")
    diverged = dict(zip(arms["arm"], arms["diverged"], strict=True))
    intervals = [_relative(row) for row in rows]
    span = span_of(intervals)
    return tuple(
        Line(
            results.label(row["arm"]),
            row["verdict"],
            say.verdict_sentence(row, results.study, diverged=diverged) + ".",
            strip_of(interval, span),
        )
        for row, interval in zip(rows, intervals, strict=True)
    )


def _relative(row: Mapping[str, Any]) -> Interval:
    names = ("percent", "percent_lower", "percent_upper")
    inner = ("percent_lower_equivalence", "percent_upper_equivalence")
    return interval_of(row, names, 100 * row["margin"], inner)


def headline(results: Results) -> str:
    """Say the whole result in one sentence."""
    contrasts = results.table("contrasts")
    if contrasts.empty:
        return _alone(results)
    if all_at_start(results):
        start = f"{results.study.axis.name} 0"
        return f"Nothing can be compared: every run met {say.goal(results.study)} at {start}."
    reference = results.study.contrast_reference
    if reference is None and len(contrasts) > 1:
        return _all_pairs(results, Counter(contrasts["verdict"]))
    which: dict[str, list[str]] = {}
    for verdict, arm in zip(contrasts["verdict"], contrasts["arm"], strict=True):
        which.setdefault(verdict, []).append(results.label(arm))
    lead = f"Compared with {results.label(contrasts['reference'].iloc[0])}"
    return f"{lead}{say.on_this_set(results.study)}, {_tally(which, len(contrasts))}."


def all_at_start(results: Results) -> bool:
    """Return whether every run was at the threshold before it began to learn."""
    arms = results.table("arms")
    return bool((arms["restricted_mean"] == 0).all())


def _tally(which: Mapping[str, list[str]], total: int) -> str:
    """Count the verdicts against the reference, and name the arms where there are few."""
    parts = []
    for verdict, (one, many) in _PHRASES.items():
        arms = which.get(verdict, [])
        if arms:
            few = len(arms) <= 4
            named = (
                say.listed(arms) if few else f"{say.count(len(arms))} of {say.count(total)} arms"
            )
            parts.append(f"{named} {one if len(arms) == 1 else many}")
    return "; ".join(parts)


def _all_pairs(results: Results, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    different = counts.get("faster", 0) + counts.get("slower", 0)
    verb = "differs" if different == 1 else "differ"
    parts = [f"{say.count(different)} of {say.count(total)} pairs of arms {verb}"]
    for verdict in ("equivalent", "detectable but negligible", "inconclusive", "not reached"):
        if counts.get(verdict):
            word = "too seldom reached" if verdict == "not reached" else verdict
            parts.append(f"{say.count(counts[verdict])} {word}")
    best = f"{results.label(soonest(results))} is the soonest on average"
    return f"{', '.join(parts)}{say.on_this_set(results.study)}. {best}."


def _alone(results: Results) -> str:
    """Say what happened where nothing is compared."""
    row, study = results.table("arms").iloc[0], results.study
    level = f"{say.goal(study)} within {say.duration(study.endpoint.budget, study.axis)}"
    name = results.label(row["arm"])
    name = f"The arm {name}" if name[:1].islower() else name  # a sentence begins with a capital
    if not row["reached"]:
        return f"{name} did not reach {level}."
    mean = say.duration(row["restricted_mean"], study.axis)
    return (
        f"{name} reached {level} in {say.count(row['reached'])} of {say.several(row['n'], 'run')}, "
        f"after {mean} on average. One arm alone has nothing to be compared with."
    )


def facts(results: Results) -> tuple[tuple[str, str], ...]:
    """List the study's dimensions."""
    arms, study = results.table("arms"), results.study
    goal, axis = study.endpoint, study.axis
    smooth = f", trailing mean over {say.duration(goal.smooth, axis)}" if goal.smooth else ""
    threshold = f"{say.level(goal.threshold, study.metric)} ({goal.threshold_source}){smooth}"
    least, most = (say.count(arms["n"].agg(end)) for end in ("min", "max"))
    sizes = most if least == most else f"{least} to {most}"
    found = [
        ("Arms", say.count(len(arms))),
        ("Seeds an arm" if study.training else "Runs an arm", sizes),
        ("Budget", say.duration(goal.budget, axis)),
        ("Threshold", threshold),
        (
            "Runs that reached it",
            f"{say.count(arms['reached'].sum())} of {say.count(arms['n'].sum())}",
        ),
    ]
    if say.every(study):
        found.insert(3, ("Evaluated", say.every(study)))
    if len(arms) > 1 and arms["reached"].any() and not all_at_start(results):
        mean = say.duration(arms["restricted_mean"].min(), axis)
        found.append(("Soonest on average", f"{results.label(soonest(results))}, {mean}"))
    return tuple(found)


def notes(results: Results) -> tuple[str, ...]:
    """Say how to read the sentences."""
    contrasts = results.table("contrasts")
    if contrasts.empty:
        return ()
    return tuple(_notes(results, float(contrasts["confidence"].iloc[0])))


def _notes(results: Results, confidence: float) -> Iterator[str]:
    study, plan = results.study, results.study.analysis
    margin = say.fraction(plan.margin)
    every = say.every(study)
    resolution = f" Runs were evaluated {every}: no time is known more finely." if every else ""
    cost = f", at these options; what {_one(study.axis.name)} of each arm costs stands under"
    costs = f"{cost} Diagnostics" if study.training else ""
    yield f"Differences are in {study.axis.unit}{costs}.{resolution}"
    yield (
        f"Each interval holds for its contrast alone ({say.confidence(confidence)} "
        f"confidence, not adjusted); p-values are {family(results)}."
    )
    yield (
        f"In the small pictures the shaded zone is the margin of equivalence, ±{margin}, the line "
        "no difference. A large p never means no difference: that would be the verdict "
        f"“equivalent”, for which the thick bar, the interval at "
        f"{say.confidence(1 - 2 * plan.alpha)}, has to lie in the zone."
    )


def _one(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def family(results: Results) -> str:
    """Say over what p-values are adjusted."""
    row = results.table("contrasts").iloc[0]
    m = int(row["contrasts"])
    if m == 1 and row["family"] == "joint":
        return (
            "not adjusted, as there is one contrast and of its two claims, difference and "
            "equivalence, one at most can be wrong"
        )
    if m == 1:
        return "not adjusted, as there is one contrast"
    whom = "with the reference" if results.study.contrast_reference else "of all pairs"
    over = f"the {say.count(m)} contrasts {whom}"
    if row["family"] == "joint":
        return (
            f"adjusted by Shaffer’s procedure over {over}, differences and equivalences together: "
            f"the chance of any wrong verdict is at most {say.number(results.study.analysis.alpha)}"
        )
    return (
        f"adjusted by Holm over {over}, differences and equivalences each by themselves: the "
        f"chance of any wrong verdict is at most {say.number(2 * results.study.analysis.alpha)}"
    )
