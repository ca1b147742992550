"""The answer: a headline, a sentence for each contrast, and what a reader must mind."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from thresher import format as say
from thresher.report.inputs import Inputs
from thresher.report.words import listed, records

SIGNS = {
    "faster": "◀",
    "slower": "▶",
    "equivalent": "＝",
    "detectable but negligible": "≈",
    "inconclusive": "?",
    "not reached": "∅",
}
AT_A_GLANCE = 24
_PHRASES = {
    "faster": ("learns faster", "learn faster"),
    "slower": ("learns more slowly", "learn more slowly"),
    "equivalent": ("is equivalent to it", "are equivalent to it"),
    "detectable but negligible": ("differs negligibly", "differ negligibly"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "not reached": ("reaches the threshold too seldom", "reach the threshold too seldom"),
}


@dataclass(frozen=True)
class Strip:
    """A small picture of an interval, in percent of its width from the left."""

    margin: tuple[float, float]
    zero: float
    range: tuple[float, float]
    point: float
    open: str


@dataclass(frozen=True)
class Line:
    """One contrast: its verdict and its sentence."""

    arm: str
    verdict: str
    sentence: str
    strip: Strip


@dataclass(frozen=True)
class Answer:
    """What the first screen says."""

    headline: str
    lines: tuple[Line, ...] = ()
    more: tuple[Line, ...] = ()
    scale: tuple[str, str] | None = None
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def answer(inputs: Inputs) -> Answer:
    """Put the answer together from the contrasts and the arms."""
    ordered = inputs.tables["contrasts"].sort_values("percent", kind="stable")
    lines = contrast_lines(inputs, ordered, inputs.threshold)
    return Answer(
        headline=headline(inputs),
        lines=lines[:AT_A_GLANCE],
        more=lines[AT_A_GLANCE:],
        scale=("◂ sooner", "later ▸") if lines else None,
        facts=facts(inputs),
        warnings=warnings(inputs),
        notes=notes(inputs),
    )


def contrast_lines(inputs: Inputs, contrasts: pd.DataFrame, threshold: float) -> tuple[Line, ...]:
    """Say every contrast of a table like `tables.CONTRASTS`, in its order."""
    if contrasts.empty:
        return ()
    span = span_of(contrasts)
    diverged = dict(
        zip(inputs.tables["arms"]["arm"], inputs.tables["arms"]["diverged"], strict=True)
    )
    return tuple(
        Line(
            inputs.label(row["arm"]),
            row["verdict"],
            say.verdict_sentence(
                row,
                threshold,
                inputs.budget,
                inputs.settings["report"]["labels"],
                alpha=inputs.alpha,
                contrasts=len(contrasts),
                diverged=diverged,
            )
            + ".",
            strip_of(row, span),
        )
        for row in records(contrasts)
    )


def span_of(contrasts: pd.DataFrame) -> tuple[float, float]:
    """Find the range of all intervals (percent), with the margin and some air."""
    margin = 100 * float(contrasts["margin"].max())
    names = ["percent", "percent_lower", "percent_upper"]
    values = contrasts[names].to_numpy(float, na_value=np.nan)
    values = np.array([*values[np.isfinite(values)], -margin, margin])
    air = 0.04 * np.ptp(values)
    return float(values.min() - air), float(values.max() + air)


def strip_of(row: Mapping[str, Any], span: tuple[float, float]) -> Strip:
    low, high = span

    def place(percent: float) -> float:
        return round(float(np.clip(100 * (percent - low) / (high - low), 0, 100)), 2)

    left = 0.0 if pd.isna(row["percent_lower"]) else place(row["percent_lower"])
    right = 100.0 if pd.isna(row["percent_upper"]) else place(row["percent_upper"])
    margin = 100 * row["margin"]
    return Strip(
        margin=(place(-margin), round(place(margin) - place(-margin), 2)),
        zero=place(0),
        range=(left, round(right - left, 2)),
        point=place(row["percent"]),
        open=" ".join(side for side in ("lower", "upper") if pd.isna(row[f"percent_{side}"])),
    )


def headline(inputs: Inputs) -> str:
    """Say the whole result in one sentence."""
    contrasts, arms = inputs.tables["contrasts"], inputs.tables["arms"]
    if contrasts.empty:
        return _alone(inputs, arms)
    references = contrasts["reference"].unique()
    if len(references) > 1 or (inputs.settings["reference"] is None and len(contrasts) > 1):
        return _all_pairs(inputs, Counter(contrasts["verdict"]))
    which: dict[str, list[str]] = {}
    for verdict, arm in zip(contrasts["verdict"], contrasts["arm"], strict=True):
        which.setdefault(verdict, []).append(inputs.label(arm))
    return _tally(which, inputs.label(references[0]), len(contrasts))


def _tally(which: Mapping[str, list[str]], reference: str, total: int) -> str:
    """Count the verdicts against the reference, and name the arms where there are few."""
    parts = []
    for verdict, (one, many) in _PHRASES.items():
        arms = which.get(verdict, [])
        if arms:
            few = len(arms) <= 4
            named = listed(arms) if few else f"{say.count(len(arms))} of {say.count(total)} arms"
            parts.append(f"{named} {one if len(arms) == 1 else many}")
    return f"Compared with {reference}, {'; '.join(parts)}."


def _all_pairs(inputs: Inputs, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    different = counts.get("faster", 0) + counts.get("slower", 0)
    parts = [f"{say.count(different)} of {say.count(total)} pairs of arms differ"]
    for verdict in ("equivalent", "detectable but negligible", "inconclusive", "not reached"):
        if counts.get(verdict):
            word = "too seldom reached" if verdict == "not reached" else verdict
            parts.append(f"{say.count(counts[verdict])} {word}")
    return f"{', '.join(parts)}. {inputs.label(soonest(inputs))} is the soonest on average."


def soonest(inputs: Inputs) -> str:
    """Return the arm with the smallest restricted mean."""
    arms = inputs.tables["arms"]
    return str(arms["arm"].iloc[int(arms["restricted_mean"].argmin())])


def _alone(inputs: Inputs, arms: pd.DataFrame) -> str:
    """Say what happened where nothing is compared."""
    row = arms.iloc[0]
    level = f"{say.nats(inputs.threshold)} within {say.epochs(inputs.budget)}"
    name = inputs.label(row["arm"])
    if not row["reached"]:
        return f"{name} did not reach {level}."
    return (
        f"{name} reached {level} in {say.count(row['reached'])} of {say.count(row['n'])} runs, "
        f"after {say.epochs(row['restricted_mean'])} on average. One arm alone has nothing "
        "to be compared with."
    )


def facts(inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """List the study's dimensions."""
    arms = inputs.tables["arms"]
    source, reached = inputs.settings["endpoint"]["threshold_source"], arms["reached"].sum()
    found = [
        ("Arms", say.count(len(arms))),
        ("Seeds an arm", say.count(arms["n"].max())),
        ("Budget", say.epochs(inputs.budget)),
        ("Threshold", f"{say.nats(inputs.threshold)} ({source})"),
        (
            "Runs that reached it",
            f"{say.count(arms['reached'].sum())} of {say.count(arms['n'].sum())}",
        ),
    ]
    if len(arms) > 1 and reached:
        mean = say.epochs(arms["restricted_mean"].min())
        found.append(("Soonest on average", f"{inputs.label(soonest(inputs))}, {mean}"))
    return tuple(found)


def warnings(inputs: Inputs) -> tuple[str, ...]:
    """Say what could make a reader trust too much."""
    found = []
    contrasts, arms = inputs.tables["contrasts"], inputs.tables["arms"]
    if len(contrasts):
        smallest = float(contrasts["p_smallest"].max()) * len(contrasts)
        if smallest > inputs.alpha:
            found.append(
                f"with so few seeds and {_contrasts(len(contrasts))} the smallest adjusted p is "
                f"{say.number(min(smallest, 1.0))}: no verdict of faster or slower is possible at "
                f"{say.number(inputs.alpha)} for each of them."
            )
    if arms["diverged"].sum():
        found.append(
            f"{say.count(arms['diverged'].sum())} of {say.count(arms['n'].sum())} runs diverged "
            "(infinite or undefined loss). They count as never having reached the threshold."
        )
    if inputs.canary is not None and not inputs.canary["identical"]:
        found.append("training the first block again gave other numbers; see Diagnostics.")
    return tuple(found)


def _contrasts(n: int) -> str:
    return "one contrast" if n == 1 else f"{say.count(n)} contrasts"


def notes(inputs: Inputs) -> tuple[str, ...]:
    """Say how to read the sentences."""
    contrasts = inputs.tables["contrasts"]
    if contrasts.empty:
        return ()
    row = contrasts.iloc[0]
    family = "not adjusted, as there is one contrast"
    if len(contrasts) > 1:
        with_whom = "with the reference" if inputs.settings["reference"] else "of all pairs"
        family = f"adjusted by Holm over the {_contrasts(len(contrasts))} {with_whom}"
    return (
        f"Each interval holds for its contrast alone ({say.fraction(row['confidence'])} "
        f"confidence, not adjusted); p-values are {family}. In the small pictures the shaded zone "
        f"is the margin of equivalence, ±{say.fraction(row['margin'])}, and the line no "
        "difference. A large p never means no difference: that would be the verdict “equivalent”.",
    )
