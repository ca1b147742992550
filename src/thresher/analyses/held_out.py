"""The luck of the held-out sets: how much of each difference's variance it makes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from thresher.analyses.contrasts import COMPARED
from thresher.fields import PAIR, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn

HELD_OUT: Schema = {
    **PAIR,
    "n": Field("int", "seeds", "seeds (unpaired: of the arm that has fewer)"),
    "difference": Field("float", "axis", "restricted mean, arm − reference"),
    "difference_half": Field("float", "axis", "the same on the first half of each held-out set"),
    "deviation": Field("float?", "axis", "standard deviation of the difference over seeds"),
    "share": Field("float?", "", "share of its variance that the held-out sets make, estimated"),
}
MUCH = 0.5
"""From this share on larger sets would help more than more seeds of the same cost."""


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Find the events on the first half of each set, and compare."""
    import pandas as pd

    from thresher.events import events
    from thresher.statistics.contrasts import pairs_of
    from thresher.statistics.held_out import held_out_luck
    from thresher.trace_columns import half_of

    evaluations, half = needed["evaluations"], half_of(study.metric.name)
    if half not in evaluations.columns:
        return {"held_out": pd.DataFrame()}
    found = events(evaluations, replace(study.metric, name=half), study.endpoint)
    pairs = pairs_of([arm.label for arm in study.arms], study.contrast_reference)
    return {"held_out": held_out_luck(needed["events"], found, pairs, study.paired)}


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say how much the sets matter, and where that could turn a verdict."""
    from thresher import format as say

    table = results.table("held_out")
    known = table[table["share"].notna()]
    if known.empty:
        return
    axis, training = results.study.axis, results.study.training
    worst = known.iloc[int(known["share"].to_numpy(float).argmax())]
    name = f"{results.label(worst['arm'])} − {results.label(worst['reference'])}"
    share = say.fraction(worst["share"])
    if training is not None and training.evaluation == "shared":
        yield (
            "diagnostics",
            "Held-out set: one for all seeds, so every result holds for this set; another could "
            f"turn a verdict, and no number of seeds shows it. On its first half alone {name} is "
            f"{say.signed_duration(worst['difference_half'], axis)} instead of "
            f"{say.signed_duration(worst['difference'], axis)} {axis.unit}. "
            "training.evaluation: per_seed makes the set's luck part of every interval.",
        )
        return
    middle = say.fraction(float(known["share"].median()))
    yield (
        "diagnostics",
        f"Held-out sets: their luck makes about {middle} of the variance of a difference between "
        f"arms, most for {name} ({share}). It is part of every interval and p-value.",
    )
    if worst["share"] > MUCH:
        task = results.study.task
        key = "task.held_out" if task and "held_out" in task.options else "training.evaluation_size"
        yield (
            "diagnostics",
            f"For {name} that is more than half: larger held-out sets ({key}) would narrow its "
            "interval and could decide an open verdict.",
        )


ANALYSIS = Analysis(
    title="Diagnostics",
    needs=("evaluations", "events"),
    uses=("metrics", "endpoint", "arms", "reference", "pairing", "analysis"),
    tables={
        "held_out": Table(
            HELD_OUT,
            "How much of each difference's variance over seeds is the luck of the held-out sets, "
            "estimated from the first half of each.",
        )
    },
    compute=compute,
    notes=notes,
    views=(
        View(
            "held_out",
            "diagnostics",
            lambda results: f"The luck of held-out sets{results.against}",
            (
                *COMPARED,
                ViewColumn("Seeds", "n", "count"),
                ViewColumn("Difference", "difference", "difference"),
                ViewColumn("On half of each set", "difference_half", "difference"),
                ViewColumn("SD over seeds", "deviation", "time"),
                ViewColumn("Share of the sets", "share", "share"),
            ),
            folded=True,
        ),
    ),
)
