"""What became of the runs, what they cost, and whether training repeats itself."""

from collections.abc import Iterator

import pandas as pd

from thresher import format as say
from thresher.registry import ViewColumn
from thresher.report.material import Material
from thresher.report.views import Filled, fill
from thresher.results import Results

_NAMED = 20
_COST = (
    ViewColumn("Arm", "arm", "arm"),
    ViewColumn("Parameters", "parameters", "count"),
    ViewColumn("Milliseconds for {an epoch} of a run", "milliseconds", "number"),
    ViewColumn("Of the cheapest", "relative", "share"),
)


def notes(material: Material) -> tuple[str, ...]:
    """Say what became of the runs, and whether training repeats itself."""
    results = material.results
    return (
        _outcomes(results),
        *_diverged(results),
        *_determinism(material),
        *_smallest(results),
        *(results.study.imported.notes if results.study.imported else ()),
    )


def views(material: Material) -> tuple[Filled, ...]:
    """Show what an epoch of each arm costs, where that is known."""
    results, costs = material.results, cost(material)
    if costs["milliseconds"].notna().any():
        axis = results.study.axis.name
        one = f"an {axis}" if axis[:1] in "aeiou" else f"a {axis}"
        columns = [
            ViewColumn(column.head.replace("{an epoch}", one), column.name, column.kind)
            for column in _COST
        ]
        caption = (
            f"What {one} costs, measured where it was trained, compiling included: "
            f"{results.study.axis.unit} of different arms are not equally dear"
        )
        shown = fill(results, "cost", caption, columns, costs)
        return (shown,) if shown else ()
    return ()


def cost(material: Material) -> pd.DataFrame:
    """Measure what every arm's epoch costs: columns arm, parameters, milliseconds, relative."""
    seconds: dict[str, float] = {}
    epochs: dict[str, float] = {}
    for run in material.runs:
        arm = str(run.get("arm", ""))
        seconds[arm] = seconds.get(arm, 0.0) + run["seconds"]
        epochs[arm] = epochs.get(arm, 0.0) + run["run_epochs"]
    arms = material.results.study.arms
    each = [
        1000 * seconds[arm.label] / epochs[arm.label] if epochs.get(arm.label) else float("nan")
        for arm in arms
    ]
    table = pd.DataFrame({"arm": [arm.label for arm in arms], "milliseconds": each})
    table["parameters"] = pd.array([arm.parameters for arm in arms], dtype="Int64")
    return table.assign(relative=table["milliseconds"] / table["milliseconds"].min())


def _outcomes(results: Results) -> str:
    arms = results.table("arms")
    n, reached, censored, diverged = (
        say.count(arms[name].sum()) for name in ("n", "reached", "censored", "diverged")
    )
    return (
        f"Outcomes: of {n} {say.plural(arms['n'].sum(), 'run')} {reached} reached the threshold, "
        f"{censored} were censored at the budget and {diverged} diverged. A run that reached the "
        "threshold and diverged later counts as reached."
    )


def _diverged(results: Results) -> Iterator[str]:
    events, axis = results.table("events"), results.study.axis
    died = events[events["diverged_at"].notna()]
    if died.empty:
        return
    parts = [
        f"{results.label(arm)} seed {seed} at {axis.name} {say.along(time, axis)}"
        + (" after it had reached" if reached else "")
        for arm, seed, time, reached in zip(
            died["arm"], died["seed"], died["diverged_at"], died["event"], strict=True
        )
    ]
    yield f"Diverged: {say.listed(parts, _NAMED)}."


def _determinism(material: Material) -> Iterator[str]:
    found, results = material.canary, material.results
    if results.study.training is None:
        return
    if found is None:
        yield "Determinism: no block was trained twice."
        return
    n = len(found["seeds"])
    runs = f"{say.several(n, 'run')} of {results.label(found['arm'])}"
    again = "trained a second time"
    if found["epochs"] < results.study.training.epochs:
        again += f" for {say.several(found['epochs'], 'epoch')}"
    if found["identical"]:
        yield f"Determinism: {runs}, {again}, gave bit-identical traces."
        return
    yield (
        f"Determinism: {runs}, {again}, deviated by up to "
        f"{say.number(found['largest_deviation'])}: results depend on more than study and seed."
    )


def _smallest(results: Results) -> Iterator[str]:
    found = results.table("contrasts")
    if found.empty:
        return
    smallest, most = float(found["p_smallest"].max()), len(found)
    adjusted = say.p_value(min(smallest * most, 1.0))
    yield (
        f"Smallest attainable p: {say.number(smallest, 2)} for one contrast, adjusted over "
        f"{say.several(most, 'contrast')} {adjusted}; the level is "
        f"{say.number(results.study.analysis.alpha)}."
    )
    dropped = int(found["n_dropped"].sum())
    if dropped:
        yield f"{say.several(dropped, 'run')} had no partner of the same seed and stayed out."
