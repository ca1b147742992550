"""Each kind of number, formatted here and nowhere else."""

import math
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from thresher.metric import Axis, Metric
from thresher.tables import Column

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


def level(value: Any, metric: Metric) -> str:
    """Format a value of the metric as a goal: ``0.239 nats``, ``held-out accuracy 0.9``."""
    return f"{number(value)} {metric.unit}" if metric.unit else f"{metric.label} {number(value)}"


def measure(value: Any, metric: Metric) -> str:
    """Format a value of the metric with its unit alone: ``0.239 nats``, ``0.9``."""
    return f"{number(value)} {metric.unit}".rstrip()


def duration(value: Any, axis: Axis) -> str:
    """Format a length along the axis: ``1 epoch``, ``1,000 epochs``, ``0.5 hours``."""
    one = known(value) and value == 1
    return f"{along(value)} {axis.name if one else axis.unit}"


def along(value: Any) -> str:
    """Format a place on the axis, or a length: whole from 10 on, below to 3 digits."""
    if known(value) and abs(value) < 10 and value != round(value):
        return number(value)
    return count(value)


def signed_duration(value: Any) -> str:
    """Format a difference along the axis, without its unit: ``+412``, ``−412``, ``0``."""
    text = along(value)
    return f"+{text}" if known(value) and value > 0 and text != "0" else text


def metric_title(metric: Metric) -> str:
    """Name an axis of the metric: ``Held-out loss (nats)``, ``Held-out accuracy``."""
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{metric.label[:1].upper()}{metric.label[1:]}{unit}"


def tick(value: Any) -> str:
    """Format a tick of an axis: ``1,000``, ``2.5``, ``−20``; never rounded to its neighbour."""
    if known(value) and value == round(value):
        return count(value)
    return number(value, 6)


def signed_tick(value: Any) -> str:
    """Format a tick of an axis of differences: ``+2.5``, ``−20``, ``0``."""
    return f"+{tick(value)}" if known(value) and value > 0 else tick(value)


def listed(parts: Sequence[str], most: int = 5) -> str:
    """Join as prose, no more than so many: ``a, b and c``, ``a, b, c, d and 32 more``."""
    shown = list(parts)
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{count(len(parts) - most + 1)} more"]
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


_DIRECTED = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def isolated(text: str) -> str:
    """Keep a user's text from reordering the sentence around it, where it could.

    Text with letters from right to left, or with marks of direction, is put between U+2068 and
    U+2069 (Unicode Standard Annex 9); other text stays as it is.
    """
    if any(unicodedata.bidirectional(letter) in _DIRECTED for letter in text):
        return f"\u2068{text}\u2069"
    return text


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
        unbounded = column.meaning.endswith(("infinity", "infinite")) or "percent" in name
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
