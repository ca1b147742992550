"""What a contrast found, in a sentence; worded once for each verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from thresher.format.numbers import (
    count,
    epochs,
    interval,
    known,
    nats,
    number,
    p_value,
    percent,
    plural,
)
from thresher.tables import VERDICTS


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
        n = self.row[f"n_{role}"]
        return f"in {count(self.row[f'reached_{role}'])} of {count(n)} {plural(n, 'run')}"

    def outlook(self) -> str:
        """Guess how many seeds would settle it."""
        row, smallest = self.row, self.row["p_smallest"] * self.contrasts
        n = int(min(row["n_arm"], row["n_reference"]))
        effect, margin = row["seeds_for_effect"], row["seeds_for_margin"]
        if smallest > self.alpha:
            lead = (
                f"{count(n)} {plural(n, 'seed')} cannot settle it: the smallest adjusted p that "
                f"so few can give is {number(min(smallest, 1.0), 2)}; "
            )
        else:
            lead = ""
        if known(effect) and effect > n:
            return f"{lead}about {count(effect)} seeds would settle it, a rough guess"
        if known(margin) and margin > n:
            guess = f"about {count(margin)} seeds would settle a difference of"
            return f"{lead}{guess} {percent(100 * row['margin'])}, a rough guess"
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
    margin, than = percent(100 * said.row["margin"]), f" than {said.name('reference')}"
    return (
        f"{said.name('arm')} reaches {said.level} {said.effect(than)}, detectable but negligible: "
        f"within ±{margin} "
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
