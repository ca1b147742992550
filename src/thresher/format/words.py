"""Words that sentences share: lists, plurals, counts of runs, signs of verdicts."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from thresher.format.numbers import count, known, round_half
from thresher.metric import Metric

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


def metric_title(metric: Metric) -> str:
    """Name an axis of the metric: ``Held-out loss (nats)``, ``Held-out accuracy``."""
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{metric.label[:1].upper()}{metric.label[1:]}{unit}"


_DIRECTED = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def isolated(text: str) -> str:
    """Keep a user's text from reordering the sentence around it, where it could.

    Text with letters from right to left, or with marks of direction, is put between U+2068 and
    U+2069 (Unicode Standard Annex 9); other text stays as it is.
    """
    if any(unicodedata.bidirectional(letter) in _DIRECTED for letter in text):
        return f"\u2068{text}\u2069"
    return text
