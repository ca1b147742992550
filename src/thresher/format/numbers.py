"""Each kind of number, formatted here and nowhere else."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from thresher.metric import Axis, Metric

MINUS, INFINITY, MISSING = "−", "∞", "–"
# At these levels a p-value gets more digits rather than be rounded onto the level.
_LEVELS = (0.01, 0.05, 0.1)
# Units of which there are no parts, unless the axis says so.
_COUNTED = {"epochs", "steps", "iterations", "updates", "batches", "episodes"}


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


def round_half(value: float) -> float:
    """Round to an integer, leaving infinities."""
    return value if math.isinf(value) else round(value)


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
    """Format a value of the metric as a goal: ``0.239 nats``, ``0.9 held-out accuracy``."""
    return f"{number(value)} {metric.unit or metric.label}"


def measure(value: Any, metric: Metric) -> str:
    """Format a value of the metric with its unit alone: ``0.239 nats``, ``0.9``."""
    return f"{number(value)} {metric.unit}".rstrip()


def along(value: Any, axis: Axis | None = None) -> str:
    """Format a place on the axis, or a length: whole from 10 on, and where epochs are counted."""
    counted = axis is not None and axis.unit in _COUNTED and not axis.parts
    if counted or not known(value) or abs(value) >= 9.95 or value == round(value):
        return count(value)
    return number(value, 2)


def duration(value: Any, axis: Axis) -> str:
    """Format a length along the axis: ``1 epoch``, ``1,000 epochs``, ``0.5 hours``."""
    text = along(value, axis)
    return f"{text} {axis.name if text == '1' else axis.unit}"


def signed_duration(value: Any, axis: Axis | None = None) -> str:
    """Format a difference along the axis, without its unit: ``+412``, ``−412``, ``0``."""
    text = along(value, axis)
    return f"+{text}" if known(value) and value > 0 and text != "0" else text


def tick(value: Any) -> str:
    """Format a tick of an axis: ``1,000``, ``2.5``, ``−20``, ``250k``, ``3M``, ``2e−6``.

    Never rounded to its neighbour, and short whatever its size.
    """
    if not known(value) or math.isinf(value) or value == 0:
        return number(value)
    size = abs(value)
    if size < 1e-4 or size >= 1e12:
        mantissa, exponent = f"{value:.4e}".split("e")
        return f"{number(float(mantissa), 5)}e{count(int(exponent))}"
    for suffix, step in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if size >= max(step, 1e5):
            return f"{number(value / step, 6)}{suffix}"
    return count(value) if value == round(value) else number(value, 6)


def signed_tick(value: Any) -> str:
    """Format a tick of an axis of differences: ``+2.5``, ``−20``, ``0``."""
    return f"+{tick(value)}" if known(value) and value > 0 else tick(value)


def limits(lower: Any, upper: Any, say: Callable[[Any], str], least: str = "−∞") -> str:
    """Say an interval: ``370 to 455``; a missing limit is infinite, or the least there is."""
    low = say(lower) if known(lower) else least
    return f"{low} to {say(upper) if known(upper) else INFINITY}"


def confidence(value: float) -> str:
    """Format a confidence: ``95 %``, ``99.9 %``; never rounded to all or nothing."""
    digits = 4
    while float(number(100 * value, digits)) in (0.0, 100.0) and 0 < value < 1 and digits < 15:
        digits += 1
    return f"{number(100 * value, digits)} %"


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
