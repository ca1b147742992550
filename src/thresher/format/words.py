"""Words that sentences share: lists, plurals, counts of runs, signs of verdicts."""

from collections.abc import Mapping, Sequence
from typing import Any

from thresher.format.numbers import count, known, round_half

SIGNS: Mapping[str, str] = {
    "faster": "◂",
    "slower": "▸",
    "equivalent": "=",
    "detectable but negligible": "≈",
    "inconclusive": "?",
    "not reached": "∅",
}
"""A sign for every verdict, in figures and report; each in the figures' font."""


def plural(value: Any, noun: str) -> str:
    """Return the noun for so many of it."""
    return noun if known(value) and round_half(value) == 1 else f"{noun}s"


def several(value: Any, noun: str) -> str:
    """Count: ``1 seed``, ``1,000 seeds``."""
    return f"{count(value)} {plural(value, noun)}"


def listed(parts: Sequence[str], most: int | None = None, others: str = "more") -> str:
    """Join as prose, with a cap: ``a, b and c``, ``a, b and 32 more``.

    Parameters
    ----------
    parts : sequence of str
    most : int or None
        So many are named; one more is, too, rather than be counted.
    others : str
        What the rest is called.
    """
    shown = list(parts)
    if most is not None and len(parts) > most + 1:
        shown = [*shown[:most], f"{count(len(parts) - most)} {others}"]
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def arm_label(label: str, n: int, censored: int | None = None, diverged: int = 0) -> str:
    """Label an arm in a figure: ``bilstm sum, n = 32, 2 censored``."""
    parts = [label, f"n = {count(n)}"]
    if censored is not None:
        parts.append(f"{count(censored) if censored else 'none'} censored")
    if diverged:
        parts.append(f"{count(diverged)} diverged")
    return ", ".join(parts)
