"""Numbers and words for people: each kind of number is formatted here and nowhere else."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from thresher.tables import VERDICTS, Column

MINUS, INFINITY, MISSING = "−", "∞", "–"
# At these levels a p-value gets more digits rather than be rounded onto the level.
_LEVELS = (0.01, 0.05, 0.1)


def known(value: Any) -> bool:
    """Return whether a table's cell has a value."""
    return not pd.isna(value)


def number(value: Any, digits: int = 3) -> str:
    """Format a number to so many significant digits, without exponent or trailing zeros."""
    if not known(value):
        return MISSING
    if math.isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    text = np.format_float_positional(
        float(value), precision=digits, fractional=False, unique=False, trim="-"
    )
    return text.replace("-", MINUS) if float(text) else "0"


def count(value: Any) -> str:
    """Format an integer, or a number rounded to one: ``1,000``, ``−412``, ``∞``."""
    if not known(value) or math.isinf(value):
        return number(value)
    return f"{round(value):,}".replace("-", MINUS)


def epochs(value: Any) -> str:
    """Format a number of epochs with its unit: ``1 epoch``, ``1,000 epochs``."""
    return f"{count(value)} {plural(value, 'epoch')}"


def signed_epochs(value: Any) -> str:
    """Format a difference in epochs, without its unit: ``+412``, ``−412``, ``0``."""
    text = count(value)
    return f"+{text}" if known(value) and round_half(value) > 0 else text


def round_half(value: float) -> float:
    """Round to an integer, leaving infinities."""
    return value if math.isinf(value) else round(value)


def plural(value: Any, noun: str) -> str:
    """Return the noun for so many of it."""
    return noun if known(value) and round_half(value) == 1 else f"{noun}s"


def percent(value: Any) -> str:
    """Format percent: integers from 10 on, below with one decimal: ``58 %``, ``4.2 %``."""
    if not known(value) or math.isinf(value):
        return number(value)
    digits = 0 if abs(value) >= 9.95 else 1
    text = f"{value:.{digits}f}".removesuffix(".0")
    return f"{'0' if text == '-0' else text.replace('-', MINUS)} %"


def fraction(value: Any) -> str:
    """Format a share as percent: ``0.58`` → ``58 %``."""
    return percent(value * 100) if known(value) else MISSING


def nats(value: Any) -> str:
    """Format a loss to 3 significant digits: ``0.239 nats``."""
    return f"{number(value)} nats"


def p_value(value: Any, name: str = "p") -> str:
    """Format a p-value with its name: ``p < 0.001``, ``adjusted p = 0.031``.

    A value near 0.05 is not rounded onto it: ``p = 0.0496``.
    """
    if not known(value):
        return f"{name} unknown"
    if value < 0.001:
        return f"{name} < 0.001"
    if 0.99 < value < 1:
        return f"{name} > 0.99"
    decimals = 3 if value < 0.0995 else 2
    text = f"{value:.{decimals}f}"
    while float(text) in _LEVELS and not math.isclose(value, float(text)) and decimals < 6:
        decimals += 1
        text = f"{value:.{decimals}f}"
    return f"{name} = {text if value < 1 else '1'}"


def interval(lower: Any, upper: Any, confidence: float = 0.95) -> str:
    """Format an interval of epochs: ``95 % CI 370 to 455``; a missing limit is infinite."""
    left = count(lower) if known(lower) else MINUS + INFINITY
    right = count(upper) if known(upper) else INFINITY
    return f"{number(100 * confidence, 4)} % CI {left} to {right}"


def runs(n: int, censored: int, diverged: int = 0, noun: str = "run") -> str:
    """Count runs and what became of them: ``32 runs, none censored``, ``…, 2 diverged``."""
    text = f"{count(n)} {plural(n, noun)}, {count(censored) if censored else 'none'} censored"
    return f"{text}, {count(diverged)} diverged" if diverged else text


def arm_label(label: str, n: int, censored: int | None = None, diverged: int = 0) -> str:
    """Label an arm in a figure: ``bilstm sum, n = 32, 2 censored``."""
    parts = [label, f"n = {count(n)}"]
    if censored is not None:
        parts.append(f"{count(censored) if censored else 'none'} censored")
    if diverged:
        parts.append(f"{count(diverged)} diverged")
    return ", ".join(parts)


def cell(value: Any, name: str, column: Column) -> str:
    """Format a table's cell by its column's name and unit.

    Parameters
    ----------
    value : object
    name : str
        The column's name: p-values and limits are known by it.
    column : Column
        Its declaration in `tables`.
    """
    if name in ("p", "welch_p") or name.startswith("p_"):
        return p_value(value).removeprefix("p ").removeprefix("= ") if known(value) else MISSING
    if not known(value):
        ends = {"lower": MINUS + INFINITY, "upper": INFINITY}
        unbounded = column.meaning.endswith(("infinity", "infinite"))
        return ends.get(name.rsplit("_")[-1], MISSING) if unbounded else MISSING
    if column.kind == "bool":
        return "yes" if value else "no"
    if column.kind.startswith("str"):
        return str(value)
    if name == "mean_difference":
        return signed_epochs(value)
    if column.unit == "percent" or column.unit == "fraction":
        return percent(value) if column.unit == "percent" else fraction(value)
    return count(value) if column.unit == "epochs" or "int" in column.kind else number(value)


def verdict_sentence(
    contrast: Mapping[str, Any],
    threshold: float,
    budget: int,
    labels: Mapping[str, str] | None = None,
    *,
    alpha: float = 0.05,
    contrasts: int = 1,
    diverged: Mapping[str, int] | None = None,
) -> str:
    """Say what a contrast found, in one sentence without its full stop.

    Parameters
    ----------
    contrast : mapping
        A row of `tables.CONTRASTS`.
    threshold : float
        Nats.
    budget : int
        Epochs.
    labels : mapping of str to str, optional
        What the report calls an arm, where not by its name.
    alpha : float
        Level of the tests.
    contrasts : int
        Contrasts in the Holm family: with too few seeds for so many no p can reach alpha.
    diverged : mapping of str to int, optional
        Arm → runs that diverged before reaching; they are counted as censored otherwise.

    Raises
    ------
    ValueError
        If the verdict is not one of `tables.VERDICTS`.
    """
    if contrast["verdict"] not in _SENTENCES:
        raise ValueError(
            f"verdict must be one of {', '.join(VERDICTS)}, but was {contrast['verdict']}"
        )
    said = _Said(contrast, threshold, budget, labels or {}, alpha, contrasts, diverged or {})
    return _SENTENCES[contrast["verdict"]](said)


@dataclass(frozen=True)
class _Said:
    """The parts that the sentences are made of; arguments as of `verdict_sentence`."""

    row: Mapping[str, Any]
    threshold: float
    budget: int
    labels: Mapping[str, str]
    alpha: float
    contrasts: int
    diverged: Mapping[str, int]

    def name(self, role: str) -> str:
        return self.labels.get(self.row[role], self.row[role])

    def missed(self, role: str) -> int:
        """Count the runs of ``arm`` or ``reference`` without an event."""
        return int(self.row[f"n_{role}"] - self.row[f"reached_{role}"])

    def without_event(self, role: str) -> bool:
        return not self.row[f"reached_{role}"]

    @property
    def censored(self) -> bool:
        return self.missed("arm") + self.missed("reference") > 0

    @property
    def level(self) -> str:
        return nats(self.threshold)

    @property
    def within(self) -> str:
        return f"within {epochs(self.budget)}"

    @property
    def direction(self) -> int:
        """Return −1 where the arm is sooner, 1 where it is later."""
        return -1 if self.row["mean_difference"] < 0 else 1

    def shift(self) -> str:
        """Say how far the arm is from the reference: ``412 epochs (58 %) sooner``."""
        difference = abs(self.row["mean_difference"])
        word = "sooner" if self.direction < 0 else "later"
        if difference == 0:
            return "0 epochs later"
        if difference < 0.5:
            return f"less than 1 epoch {word}"
        return f"{epochs(difference)} ({percent(abs(self.row['percent']))}) {word}"

    def effect(self, than: str = "") -> str:
        """Say the shift, and with censored runs of what it is the mean."""
        text = f"{self.shift()}{than}"
        return f"on average {text} {self.within}" if self.censored else text

    def sample(self) -> str:
        """Count the runs: ``32 paired seeds, none censored``."""
        row = self.row
        n, m = int(row["n_arm"]), int(row["n_reference"])
        if row["design"] == "paired":
            text = f"{count(n)} paired {plural(n, 'seed')}"
        else:
            text = f"{count(n)} and {count(m)} unpaired runs"
        if row["n_dropped"]:
            text += f" ({count(row['n_dropped'])} without a partner left out)"
        return f"{text}, none censored" if not self.censored else f"{text}; {self.losses()}"

    def losses(self) -> str:
        """Name the runs without an event: ``censored: 2 of bilstm sum; diverged: …``."""
        lost = {role: self.diverged.get(self.row[role], 0) for role in ("arm", "reference")}
        both = {
            "censored": {role: self.missed(role) - n for role, n in lost.items()},
            "diverged": lost,
        }
        return "; ".join(
            f"{word}: " + ", ".join(f"{count(n)} of {self.name(r)}" for r, n in number.items() if n)
            for word, number in both.items()
            if any(number.values())
        )

    def evidence(self, *p_values: str) -> str:
        """Return the parenthesis: interval, sample and p-values."""
        row = self.row
        limits = (row["lower"], row["upper"])
        if self.direction < 0:
            limits = tuple(-x if known(x) else x for x in reversed(limits))
        between = interval(*limits, row["confidence"])
        return f"({between}; {self.sample()}; {', '.join(p_values)})"

    def p(self) -> str:
        return p_value(self.row["p_adjusted"], "adjusted p")

    def p_equivalence(self) -> str:
        return p_value(self.row["p_equivalence_adjusted"], "adjusted p of equivalence")

    def reached(self, role: str) -> str:
        return f"in {count(self.row[f'reached_{role}'])} of {count(self.row[f'n_{role}'])} runs"

    def outlook(self) -> str:
        """Guess how many seeds would settle it."""
        row, smallest = self.row, self.row["p_smallest"] * self.contrasts
        n = int(min(row["n_arm"], row["n_reference"]))
        effect, margin = row["seeds_for_effect"], row["seeds_for_margin"]
        if smallest > self.alpha:
            lead = (
                f"{count(n)} {plural(n, 'seed')} can not settle it: the smallest adjusted p that "
                f"so few can give is {number(min(smallest, 1.0), 2)}; "
            )
        else:
            lead = ""
        if known(effect) and effect > n:
            return f"{lead}about {count(effect)} seeds would settle it, a rough guess"
        if known(margin) and margin > n:
            size = percent(100 * row["margin"])
            return f"{lead}about {count(margin)} seeds would settle {size}, a rough guess"
        return f"{lead}more seeds than {count(n)} are needed, no guess how many"


def _sooner_or_later(said: _Said) -> str:
    if said.without_event("arm"):
        return (
            f"{said.name('arm')} did not reach {said.level} {said.within}, {said.name('reference')}"
            f" did {said.reached('reference')}: {said.effect()} {said.evidence(said.p())}"
        )
    than = f" than {said.name('reference')}"
    text = f"{said.name('arm')} reaches {said.level} {said.effect(than)}"
    if said.without_event("reference"):
        text += f", where {said.name('reference')} did not reach it"
    return f"{text} {said.evidence(said.p())}"


def _equivalent(said: _Said) -> str:
    margin = percent(100 * said.row["margin"])
    return (
        f"{said.name('arm')} is equivalent to {said.name('reference')} within ±{margin}: it reaches"
        f" {said.level} {said.effect()} {said.evidence(said.p_equivalence())}"
    )


def _negligible(said: _Said) -> str:
    margin = percent(100 * said.row["margin"])
    return (
        f"{said.name('arm')} reaches {said.level} {said.effect(f' than {said.name("reference")}')},"
        f" detectable but negligible: within ±{margin} "
        f"{said.evidence(said.p(), said.p_equivalence())}"
    )


def _inconclusive(said: _Said) -> str:
    return (
        f"{said.name('arm')} against {said.name('reference')} is inconclusive: it reached "
        f"{said.level} {said.effect()} {said.evidence(said.p())}; {said.outlook()}"
    )


def _not_reached(said: _Said) -> str:
    arm, reference = said.name("arm"), said.name("reference")
    if said.without_event("arm") and said.without_event("reference"):
        return (
            f"{arm} did not reach {said.level} {said.within}, nor did {reference} ({said.sample()})"
        )
    if said.without_event("arm"):
        text = f"{arm} did not reach {said.level} {said.within}, {reference} did"
        text += f" {said.reached('reference')}"
    elif said.without_event("reference"):
        text = (
            f"{arm} reached {said.level} {said.within} {said.reached('arm')}, {reference} in none"
        )
    else:
        text = f"{arm} reached {said.level} {said.within} {said.reached('arm')}, {reference}"
        text += f" {said.reached('reference')}"
    return f"{text}: too few for a verdict, {said.effect()} {said.evidence(said.p())}"


_SENTENCES: Mapping[str, Callable[[_Said], str]] = {
    "faster": _sooner_or_later,
    "slower": _sooner_or_later,
    "equivalent": _equivalent,
    "detectable but negligible": _negligible,
    "inconclusive": _inconclusive,
    "not reached": _not_reached,
}
