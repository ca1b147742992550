"""What the trained models say to the held-out examples, in the form that their labels ask for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Rectangle

from thresher.drawing import wording
from thresher.drawing.answers import Kind, confusions, examples, kind_of, scatter, shown_arms
from thresher.drawing.palette import TEXT, ink_on
from thresher.drawing.rows import Row, row_axes
from thresher.drawing.style import SEQUENTIAL, place, styled, ticks
from thresher.format import count, fraction, number, tick
from thresher.registry import Drawing, Figure
from thresher.results import Results

_TEXTS = 20
"""Up to so many positions a cell holds its number."""
_CELLS: dict[Kind, str] = {
    "binary": "cells: percent of runs that say 1",
    "classes": "cells: the class that most runs say, the darker the more say the right one",
}
_SAID: dict[Kind, str] = {
    "binary": "The first held-out example: its inputs, its labels, and the share of runs that say "
    "1 at each position",
    "classes": "The first held-out example: its inputs, its labels, and at each position the "
    "class that most runs say, filled by the share of runs that are right",
    "labels": "Which labels the runs give to {examples}: a row for each expected label, the "
    "percentage of answers that are each",
    "numbers": "Expected numbers of {examples} against those that the runs say; on the line they "
    "agree",
}


def caption(results: Results) -> str:
    """Say what the form shows, after which time."""
    table, axis = results.tables["predictions"], results.study.axis
    shown, total = shown_arms(results), table["arm"].nunique()
    lost = table["decoded"].isna().any()
    said = _SAID[kind_of(table)].format(examples=examples(table))
    return (
        f"{said}, after the last {axis.name}"
        f"{'; runs that diverged say nothing' if lost else ''}."
        f"{wording.left_out(len(shown), total, 'arms')} {wording.runs(results)}"
    )


@styled
def strips(results: Results, width: float) -> Picture:
    """Draw input, expected label, and what each arm's runs say, position by position.

    Parameters
    ----------
    results : Results
    width : float
        Inches.
    """
    table, arms = results.tables["predictions"], shown_arms(results)
    kind = kind_of(table)
    table = table[table["example"] == table["example"].min()]
    sequence = table.drop_duplicates("position").sort_values("position")
    steps, expected = sequence["position"].to_numpy(), sequence["expected"].to_numpy(float)
    seen = sequence["input"].to_numpy(float, na_value=np.nan)
    rows = [Row("expected", ("",), "expected")]
    if np.isfinite(seen).any():
        rows.insert(0, Row("input", ("",), "input"))
    first = len(rows)
    rows += [Row(arm.name, (f"n = {count(arm.n)}",), arm.gid("label")) for arm in arms]
    below = f"Position in one held-out example; {_CELLS[kind]}\n(framed where most runs are wrong)"
    figure, axes = row_axes(rows, ("",), below, width)
    axes.set_xlim(steps[0] - 0.5, steps[-1] + 0.5)
    axes.grid(False)
    ticks(axes, "x", tick, whole=True)
    if first == 2:
        _strip(axes, 0, [number(value, 2) for value in seen], None)
    shades = expected if kind == "binary" else np.full(len(expected), np.nan)
    _strip(axes, first - 1, [number(value, 2) for value in expected], shades)
    for k, arm in enumerate(arms, start=first):
        said = table[table["arm"] == arm.arm].pivot(
            index="seed", columns="position", values="decoded"
        )
        _answers(
            axes, k, said.reindex(columns=steps).to_numpy(float, na_value=np.nan), expected, kind
        )
    return figure


def _answers(axes: Axes, k: int, said: np.ndarray, expected: np.ndarray, kind: Kind) -> None:
    """Draw what the runs of an arm say; `said` has shape (runs, positions)."""
    known = np.isfinite(said)
    runs = np.maximum(known.sum(axis=0), 1)
    right = (said == expected).sum(axis=0) / runs
    right[~known.any(axis=0)] = np.nan
    if kind == "binary":
        share = np.where(expected == 1, right, 1 - right)
        _strip(axes, k, [fraction(v).removesuffix(" %") for v in share], share, right < 0.5)
        return
    most = [_most(column[np.isfinite(column)]) for column in said.T]
    _strip(axes, k, [number(v) for v in most], right, right < 0.5)


def _most(values: np.ndarray) -> float:
    """Return the commonest value, NaN without one."""
    if not len(values):
        return np.nan
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])


def _strip(
    axes: Axes,
    k: int,
    words: list[str],
    shades: np.ndarray | None,
    framed: np.ndarray | None = None,
) -> None:
    """Draw a row of cells; `shades` None for the input, whose cells are not filled."""
    low = axes.get_xlim()[0]
    written = len(words) <= _TEXTS and (place(axes)[2] - place(axes)[0]) / len(words) > 0.27
    for i, word in enumerate(words):
        cell = Rectangle((low + i + 0.04, k - 0.42), 0.92, 0.84, linewidth=0, facecolor="none")
        ink = TEXT
        if shades is not None and np.isfinite(shades[i]):
            colour = SEQUENTIAL(float(np.clip(shades[i], 0, 1)))
            ink = ink_on(colour)
            cell.set_facecolor(colour)
        if framed is not None and framed[i]:
            cell.set(edgecolor="#d55e00", linewidth=1.8)
        axes.add_patch(cell)
        if written:
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
            axes.text(low + i + 0.5, k, word, **style)


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the form that the labels ask for."""
    forms = {"labels": confusions, "numbers": scatter}
    kind = kind_of(results.tables["predictions"])
    yield Drawing(forms.get(kind, strips)(results, width))


FIGURE = Figure(
    title="Expected and predicted",
    caption=caption,
    section="models",
    draw=draw,
    needs=("arms", "predictions"),
    order=10,
)
