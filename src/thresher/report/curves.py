"""What a reader can do with the learning curves: switch arms off, read values."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from thresher import format as say
from thresher.drawing.arms import arms_of
from thresher.report.pictures import Picture
from thresher.results import Results

FIGURE = "learning_curves"
_READINGS, _VALUES = 250, 8000
"""Readings along the axis at most, and values of all arms together."""


@dataclass(frozen=True)
class Entry:
    """An arm in the legend; `place` is its place in the study, and part of the ids in figures."""

    place: int
    label: str
    colour: str
    runs: str


@dataclass(frozen=True)
class Controls:
    """The legend of the learning curves, and readings of their values as JSON."""

    arms: tuple[Entry, ...]
    raw: bool
    times: int
    axis: str
    readings: str


def controls(results: Results, picture: Picture) -> Controls:
    """Make the controls below the learning curves."""
    table, metric = results.table("curves"), results.study.metric.name
    found = table[table["metric"] == metric]
    times = np.sort(found["time"].unique())
    arms = [arm for arm in arms_of(results).values() if arm.chosen]
    most = max(min(_READINGS, _VALUES // len(arms)), 10)
    chosen = times[np.unique(np.linspace(0, len(times) - 1, most).round().astype(int))]
    return Controls(
        tuple(
            Entry(arm.index, results.label(arm.arm), arm.look.colour, _runs(found, arm.arm))
            for arm in arms
        ),
        raw="--raw-" in picture.svg,
        times=len(chosen),
        axis=results.study.axis.name,
        readings=_readings(results, found, [arm.arm for arm in arms], chosen),
    )


def _runs(found: pd.DataFrame, arm: str) -> str:
    """Say of how many runs a curve is the mean, where that is not all of them."""
    rows = found[found["arm"] == arm]
    if rows.empty:
        return "no curve"
    least, runs = int(rows["n"].min()), int(rows["runs"].max())
    return "" if least == runs else f"{say.count(least)} of {say.several(runs, 'run')}"


def _readings(results: Results, found: pd.DataFrame, arms: Sequence[str], times: np.ndarray) -> str:
    """Write what each arm's curve is at every time, as JSON."""
    axis = results.study.axis
    texts = []
    for arm in arms:
        rows = found[found["arm"] == arm].set_index("time").reindex(times)
        values = zip(rows["mean"], rows["lower"], rows["upper"], strict=True)
        texts.append([_reading(*each) for each in values])
    content = {
        "axis": axis.name,
        "times": [float(time) for time in times],
        "names": [say.along(time, axis) for time in times],
        "limits": [0, float(found["time"].max())],
        "arms": texts,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _reading(mean: float, lower: float, upper: float) -> str | None:
    if not say.known(mean):
        return None
    limits = f" ({say.number(lower)} to {say.number(upper)})" if say.known(lower) else ""
    return f"{say.number(mean)}{limits}"
