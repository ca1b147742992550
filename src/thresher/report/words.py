"""Phrases that several parts of the page share; every number in them comes from `format`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from thresher import format as say
from thresher.report.inputs import Inputs

KINDS: Mapping[str, Callable[[Any], str]] = {
    "count": say.count,
    "epochs": say.count,
    "difference": say.signed_epochs,
    "nats": say.number,
    "number": say.number,
    "p": lambda value: say.p_value(value).removeprefix("p ").removeprefix("= "),
    "percent": lambda value: say.percent(value).removesuffix(" %"),
    "share": lambda value: say.fraction(value).removesuffix(" %"),
}
METRICS = {
    "final_loss": "loss (nats)",
    "final_accuracy": "accuracy",
}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def limits(lower: Any, upper: Any, kind: Callable[[Any], str]) -> str:
    """Say an interval; a missing limit is infinite."""
    low = "−∞" if pd.isna(lower) else kind(lower)
    high = "∞" if pd.isna(upper) else kind(upper)
    return f"{low} to {high}"


def listed(parts: Sequence[str]) -> str:
    """Join as prose: ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def runs(inputs: Inputs) -> str:
    """Say n, and which runs were censored or diverged, as every caption of runs has to."""
    arms = inputs.tables["arms"]
    if arms.empty:
        return ""
    sizes = sorted(set(arms["n"]))
    n = (
        f"n = {say.count(sizes[0])} an arm"
        if len(sizes) == 1
        else f"n = {say.count(sizes[0])} to {say.count(sizes[-1])} an arm"
    )
    return f"{n}; {counted(inputs, 'censored')}{diverged(inputs)}."


def counted(inputs: Inputs, column: str) -> str:
    """Say of which arms how many runs were censored (or diverged)."""
    arms = inputs.tables["arms"]
    some = arms[arms[column] > 0]
    when = f" at {say.epochs(inputs.budget)}" if column == "censored" else ""
    if some.empty:
        return f"no run {column}{when}"
    if len(some) == len(arms) and (some[column] == some["n"]).all():
        return f"every run {column}{when}"
    parts = [
        f"{inputs.label(arm)} {say.count(n)}"
        for arm, n in zip(some["arm"], some[column], strict=True)
    ]
    others = "" if len(some) == len(arms) else "; none in the other arms"
    return f"{column}{when}: {listed(parts)}{others}"


def diverged(inputs: Inputs) -> str:
    """Say which runs diverged; nothing where none did."""
    arms = inputs.tables["arms"]
    return "" if (arms["diverged"] == 0).all() else "; " + counted(inputs, "diverged")
