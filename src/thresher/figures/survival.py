"""Share of runs not yet at the threshold, with the number at risk below."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor, cast, present
from thresher.drawing.labels import KEY, Label, dashed, draw_labels, frame, key, shorten
from thresher.drawing.style import (
    DOUBLE,
    LINE,
    epoch_axis,
    is_wide,
    place,
    styled,
    text_width,
    write,
)
from thresher.figures.inputs import Inputs
from thresher.format import count, nats, percent
from thresher.statistics.survival import survival as survival_table

BANDS = 4
"""Pointwise bands are drawn for so many arms at most; of more nothing could be read."""
FEWEST = 6
"""Bands need so many runs."""


@styled
def survival(
    table: pd.DataFrame,
    actors: Mapping[str, Actor],
    threshold: float,
    budget: int,
    width: float = DOUBLE,
) -> Figure:
    """Draw Kaplan–Meier curves of epochs to threshold.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of `tables.SURVIVAL`.
    actors : mapping of str to Actor
    threshold : float
        Nats.
    budget : int
        Epochs.
    width : float
        Inches.
    """
    arms = present(actors, table)
    room = (len(arms) + 1) * LINE + 0.12
    # Equally wide at every threshold, so that nothing jumps where one follows another.
    widest = [
        max(actor.label, f"{actor.name}, n = {actor.n}, none censored", key=text_width)
        for actor in arms
    ]
    figure, axes = frame(widest, width, 2.8, room)
    epoch_axis(axes, budget)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [percent(100 * k / 4) for k in range(5)])
    axes.set_ylabel(f"Runs not yet at {nats(threshold)}")
    axes.grid(axis="y")
    labels = []
    for actor in arms:
        rows = table[table["arm"] == actor.arm].sort_values("epoch")
        _curve(axes, rows, actor, bands=len(arms) <= BANDS and actor.n >= FEWEST)
        # Curves that end together are labelled in the order in which they got there.
        area = _mean(rows)
        labels.append(Label(actor, actor.label, float(rows["survival"].iloc[-1]) + 1e-6 * area))
    _at_risk(axes, table, arms, labels)
    draw_labels(axes, labels)
    return figure


def _curve(axes: Axes, rows: pd.DataFrame, actor: Actor, bands: bool) -> None:
    epoch, colour = rows["epoch"].to_numpy(), actor.look.colour
    if bands:
        lower, upper = rows["lower"].to_numpy(float), rows["upper"].to_numpy(float)
        fill: dict[str, Any] = {"facecolor": colour, "alpha": 0.14, "linewidth": 0, "step": "post"}
        axes.fill_between(epoch, lower, upper, gid=actor.gid("band"), **fill)
    style: dict[str, Any] = {"color": colour, "drawstyle": "steps-post", **dashed(actor.look)}
    axes.plot(epoch, rows["survival"].to_numpy(float), gid=actor.gid("line"), **style)


def _mean(rows: pd.DataFrame) -> float:
    """Return the area below a curve, in budgets."""
    epoch = rows["epoch"].to_numpy(float)
    return float((rows["survival"].to_numpy(float)[:-1] * (epoch[1:] - epoch[:-1])).sum()) / max(
        epoch[-1], 1
    )


def _at_risk(axes: Axes, table: pd.DataFrame, arms: list[Actor], labels: list[Label]) -> None:
    figure = axes.figure
    assert isinstance(figure, Figure)
    left, bottom, right, _ = place(axes)
    low, high = axes.get_xlim()
    moments = [tick for tick in axes.get_xticks() if low <= tick <= high]
    top = bottom - 0.5
    # The key needs the room left of the axes, the first number is centred on their edge.
    write(figure, 0.1, top, "Runs at risk: not yet there, just before that epoch", gid="at-risk")
    for k, actor in enumerate(arms):
        y = top - (k + 1) * LINE
        key(figure, 0.1, y, actor.look, actor.gid("risk-key"))
        rows = table[table["arm"] == actor.arm].sort_values("epoch")
        for moment in moments:
            later = rows.loc[rows["epoch"] >= moment, "at_risk"]
            x = left + (right - left) * (moment - low) / (high - low)
            text = count(later.iloc[0] if len(later) else 0)
            x = min(x, figure.get_size_inches()[0] - text_width(text) / 2 - 0.05)
            write(figure, x, y, text, ha="center")
        if is_wide(figure.get_size_inches()[0]):
            x = right + 0.2 + KEY + 0.05
            name = shorten(actor.name, figure.get_size_inches()[0] - x - 0.05)
            write(figure, x, y, name, gid=actor.gid("risk"))


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield survival curves at the study's threshold and at every one of the grid."""
    if inputs.has("survival"):
        table = inputs.tables["survival"]
        yield (
            "survival",
            survival(table, inputs.actors, inputs.threshold, inputs.budget, inputs.width),
        )
    if not inputs.has("events", "threshold_events"):
        return
    for i, threshold in enumerate(inputs.grid):
        events = _events_at(inputs, threshold)
        if len(events):
            actors = _actors_at(inputs, events)
            curve = survival_table(events)
            yield (
                f"survival_at_{i}",
                survival(curve, actors, threshold, inputs.budget, inputs.width),
            )


def _events_at(inputs: Inputs, threshold: float) -> pd.DataFrame:
    """Return the events table as it would be with another threshold."""
    level = inputs.tables["threshold_events"]
    level = level[(level["threshold"] - threshold).abs() < 1e-9]
    kept = ["study", "arm", "variant", "merge_mode", "seed", "budget", "diverged_at"]
    kept += ["final_loss", "final_accuracy"]
    merged = inputs.tables["events"][kept].merge(level, on=["study", "arm", "seed"])
    outcome = merged["event"].map({True: "reached", False: "censored"})
    died = ~merged["event"] & merged["diverged_at"].notna()
    return merged.assign(
        epochs_to_threshold=merged["time"].where(merged["event"]),
        outcome=outcome.mask(died, "diverged"),
    )


def _actors_at(inputs: Inputs, events: pd.DataFrame) -> dict[str, Actor]:
    """Return the arms with what became of their runs at another threshold."""
    counts = pd.crosstab(events["arm"], events["outcome"])
    counts = counts.reindex(columns=["censored", "diverged"], fill_value=0)
    arms = inputs.tables["arms"].drop(columns=["censored", "diverged"])
    arms = arms.merge(counts, left_on="arm", right_index=True, how="left")
    labels = inputs.settings["report"]["labels"]
    return cast(arms.fillna({"censored": 0, "diverged": 0}), labels)
