"""What a contrast found, in a sentence; worded once for each verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from thresher.fields import VERDICTS
from thresher.format.goals import goal
from thresher.format.numbers import (
    along,
    confidence,
    count,
    duration,
    known,
    limits,
    number,
    p_value,
    percent,
)
from thresher.format.words import plural, several
from thresher.study.plan import Study

CAP = 10_000
"""Guesses of seeds end there."""
MORE, LESS = "more than the margin", "less than the margin"


def verdict_sentence(
    contrast: Mapping[str, Any],
    study: Study,
    *,
    diverged: Mapping[str, int] | None = None,
) -> str:
    """Say what a contrast found, in one sentence without its full stop.

    Parameters
    ----------
    contrast : mapping
        A row of the table ``contrasts``.
    study : Study
        Its metric, axis, threshold, budget, level and labels.
    diverged : mapping of str to int, optional
        Arm → runs that diverged before reaching; they are counted as censored otherwise.

    Raises
    ------
    ValueError
        If the verdict is not one of `fields.VERDICTS`.
    """
    if contrast["verdict"] not in _SENTENCES:
        raise ValueError(
            f"verdict must be one of {', '.join(VERDICTS)}, but was {contrast['verdict']}"
        )
    said = _Said(contrast, study, diverged or {})
    if contrast["degenerate"] == "all at 0":
        return _met_from_the_start(said)
    return _SENTENCES[contrast["verdict"]](said)


def size(contrast: Mapping[str, Any]) -> str:
    """Say how an effect stands to the margin: ``by more than 10 %``, ``whether … is open``."""
    margin = percent(100 * contrast["margin"])
    if contrast["size"] == MORE:
        return f"by more than {margin}"
    if contrast["size"] == LESS:
        return f"by less than {margin}"
    return f"whether by more than {margin} is open"


def against_margin(size: str, margin: float) -> str:
    """Say the same for a table: ``> 10 %``, ``< 10 %``, ``open``."""
    sign = {MORE: "> ", LESS: "< "}.get(size)
    return f"{sign}{percent(100 * margin)}" if sign else size


@dataclass(frozen=True)
class _Said:
    """The parts that the sentences are made of; arguments as of `verdict_sentence`."""

    row: Mapping[str, Any]
    study: Study
    diverged: Mapping[str, int]

    def name(self, role: str) -> str:
        return self.study.label(self.row[role])

    def missed(self, role: str) -> int:
        """Count the runs of ``arm`` or ``reference`` without an event."""
        return int(self.row[f"n_{role}"] - self.row[f"reached_{role}"])

    def without_event(self, role: str) -> bool:
        return not self.row[f"reached_{role}"]

    @property
    def censored(self) -> bool:
        return self.missed("arm") + self.missed("reference") > 0

    @property
    def goal(self) -> str:
        return goal(self.study)

    @property
    def within(self) -> str:
        return f"within {self.duration(self.study.endpoint.budget)}"

    def duration(self, value: float) -> str:
        return duration(value, self.study.axis)

    @property
    def direction(self) -> int:
        """Return −1 where the arm is sooner, 1 where it is later."""
        return -1 if self.row["mean_difference"] < 0 else 1

    def shift(self) -> str:
        """Say how far the arm is from the reference: ``412 epochs (58 %) sooner``."""
        difference, axis = abs(self.row["mean_difference"]), self.study.axis
        word = "sooner" if self.direction < 0 else "later"
        if difference == 0:
            return "neither sooner nor later"
        bound = "" if self.row["bound"] == "none" else "at least "
        if along(difference, axis) == "0":
            return f"{bound}less than 1 {axis.name} {word}"
        relative = f" ({percent(abs(self.row['percent']))})" if self.relative else ""
        return f"{bound}{self.duration(difference)}{relative} {word}"

    @property
    def relative(self) -> bool:
        """Whether the difference has a size in percent: not where the reference needed nothing."""
        return known(self.row["percent"]) and abs(self.row["percent"]) != float("inf")

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
            text = f"{count(n)} and {count(m)} unpaired {plural(max(n, m), 'run')}"
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
            f"{word}: " + ", ".join(f"{count(n)} of {self.name(r)}" for r, n in each.items() if n)
            for word, each in both.items()
            if any(each.values())
        )

    @property
    def unresolved(self) -> bool:
        """Whether there is a difference, but below what the evaluations of both arms resolve."""
        row = self.row
        return (
            abs(row["mean_difference"]) < row["resolution"]
            and row["p_adjusted"] <= self.study.analysis.alpha
        )

    def interval(self) -> str:
        """Say the interval: ``95 % CI 370 to 455``; of one seed there is none."""
        row = self.row
        if min(row["n_arm"], row["n_reference"]) < 2:
            return "one seed gives no interval"
        low, high = row["lower"], row["upper"]
        if self.direction < 0:
            low, high = (-x if known(x) else x for x in (high, low))
        between = limits(low, high, lambda value: along(value, self.study.axis))
        return f"{confidence(row['confidence'])} CI {between}"

    def evidence(self, *p_values: str) -> str:
        """Return the parenthesis: interval, sample and p-values."""
        return f"({self.interval()}; {self.sample()}; {', '.join(p_values)})"

    def p(self) -> str:
        return p_value(self.row["p_adjusted"], "adjusted p")

    def p_equivalence(self) -> str:
        return p_value(self.row["p_equivalence_adjusted"], "adjusted p of equivalence")

    def reached(self, role: str) -> str:
        n = self.row[f"n_{role}"]
        return f"in {count(self.row[f'reached_{role}'])} of {several(n, 'run')}"

    def outlook(self) -> str:
        """Guess how many seeds would settle it, if any number does."""
        row, n = self.row, int(min(self.row["n_arm"], self.row["n_reference"]))
        return self.obstacle(n) + self.advice(n, row["seeds_for_effect"], row["seeds_for_margin"])

    def advice(self, n: int, effect: Any, margin: Any) -> str:
        row, kind = self.row, self.row["advice"]
        if kind == "effect" and effect > n:
            guess = f"{_about(effect)} would give 80 % power"
            return f"{guess} if the observed effect were the true one, a rough guess"
        if kind == "margin" and margin > n:
            size = percent(100 * row["margin"])
            return f"{_about(margin)} would settle a difference of {size}, a rough guess"
        if row["p_limited_by"] == "seeds":
            return f"from {several(row['seeds_attainable'], 'seed')} on a verdict is possible"
        return f"more seeds than {count(n)} are needed, no guess how many"

    def obstacle(self, n: int) -> str:
        """Say what keeps every p-value above the level: too few seeds, or flips."""
        row, alpha = self.row, self.study.analysis.alpha
        if row["p_limited_by"] == "seeds":
            least = number(min(row["p_smallest"] * row["contrasts"], 1.0), 2)
            return (
                f"{several(n, 'seed')} cannot settle it: the smallest adjusted p that so few can "
                f"give is {least}; "
            )
        if row["p_limited_by"] == "flips":
            return (
                f"{count(self.study.analysis.flips)} flips are too few for an adjusted p of "
                f"{number(alpha)} over {count(row['contrasts'])} contrasts (analysis.flips); "
            )
        return ""


def _about(seeds: int) -> str:
    return f"about {several(seeds, 'seed')}" if seeds < CAP else f"more than {count(CAP)} seeds"


def _met_from_the_start(said: _Said) -> str:
    start = f"{said.study.axis.name} 0"
    return (
        f"Every run of {said.name('arm')} and {said.name('reference')} met {said.goal} at {start}, "
        f"so there is nothing to compare: choose a stricter threshold ({said.sample()})"
    )


def _sooner_or_later(said: _Said) -> str:
    if said.without_event("arm"):
        return (
            f"{said.name('arm')} did not reach {said.goal} {said.within}, {said.name('reference')}"
            f" did {said.reached('reference')}: {said.effect()} {said.evidence(said.p())}"
            f"{_margin(said)}"
        )
    than = f" than {said.name('reference')}"
    text = f"{said.name('arm')} reaches {said.goal} {said.effect(than)}"
    if said.without_event("reference"):
        text += f", where {said.name('reference')} did not reach it"
    return f"{text} {said.evidence(said.p())}{_margin(said)}"


def _margin(said: _Said) -> str:
    """Say how the effect stands to the margin, to end a sentence."""
    return f"; {size(said.row)}" if said.relative else ""


def _equivalent(said: _Said) -> str:
    margin = percent(100 * said.row["margin"])
    return (
        f"{said.name('arm')} is equivalent to {said.name('reference')} within ±{margin}: it reaches"
        f" {said.goal} {said.effect()} {said.evidence(said.p_equivalence())}"
    )


def _negligible(said: _Said) -> str:
    margin, than = percent(100 * said.row["margin"]), f" than {said.name('reference')}"
    return (
        f"{said.name('arm')} reaches {said.goal} {said.effect(than)}, detectable but negligible: "
        f"within ±{margin} "
        f"{said.evidence(said.p(), said.p_equivalence())}"
    )


def _inconclusive(said: _Said) -> str:
    text = (
        f"{said.name('arm')} against {said.name('reference')} is inconclusive: it reached "
        f"{said.goal} {said.effect()} {said.evidence(said.p())}; "
    )
    if said.unresolved:
        spacing = said.duration(said.row["resolution"])
        return f"{text}no difference below the {spacing} between evaluations is called one"
    return text + said.outlook()


def _not_reached(said: _Said) -> str:
    arm, reference = said.name("arm"), said.name("reference")
    if said.without_event("arm") and said.without_event("reference"):
        return (
            f"{arm} did not reach {said.goal} {said.within}, nor did {reference} ({said.sample()})"
        )
    if said.without_event("arm"):
        text = f"{arm} did not reach {said.goal} {said.within}, {reference} did"
        text += f" {said.reached('reference')}"
    elif said.without_event("reference"):
        text = f"{arm} reached {said.goal} {said.within} {said.reached('arm')}, {reference} in none"
    else:
        text = f"{arm} reached {said.goal} {said.within} {said.reached('arm')}, {reference}"
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
