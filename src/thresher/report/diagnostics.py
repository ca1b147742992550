"""What became of the runs, and whether training repeats itself."""

from thresher import format as say
from thresher.report.inputs import Inputs
from thresher.report.parts import Section


def diagnostics(inputs: Inputs) -> Section:
    """Say what became of the runs, and whether training repeats itself."""
    return Section(notes=(_outcomes(inputs), *_gone(inputs), _canary(inputs), *_smallest(inputs)))


def _outcomes(inputs: Inputs) -> str:
    arms = inputs.tables["arms"]
    n, reached, censored, diverged = (
        say.count(arms[name].sum()) for name in ("n", "reached", "censored", "diverged")
    )
    return (
        f"Outcomes: of {n} runs {reached} reached the threshold, {censored} were censored at the "
        f"budget and {diverged} diverged. A run that reached the threshold and diverged later "
        "counts as reached."
    )


def _gone(inputs: Inputs) -> list[str]:
    events = inputs.tables["events"]
    died = events[events["diverged_at"].notna()]
    if died.empty:
        return []
    parts = [
        f"{inputs.label(arm)} seed {seed} at epoch {say.count(epoch)}"
        for arm, seed, epoch in zip(died["arm"], died["seed"], died["diverged_at"], strict=True)
    ]
    more = f" and {say.count(len(parts) - 20)} more" if len(parts) > 20 else ""
    return [f"Diverged: {', '.join(parts[:20])}{more}."]


def _canary(inputs: Inputs) -> str:
    found = inputs.canary
    if found is None:
        return "Determinism: no block was trained twice."
    runs = f"{say.count(len(found['seeds']))} runs of {inputs.label(found['arm'])}"
    if found["identical"]:
        return f"Determinism: {runs}, trained a second time, gave bit-identical traces."
    return (
        f"Determinism: {runs}, trained a second time, deviated by up to "
        f"{say.number(found['largest_deviation'])}: results depend on more than study and seed."
    )


def _smallest(inputs: Inputs) -> list[str]:
    found = inputs.tables["contrasts"]
    if found.empty:
        return []
    smallest, most = float(found["p_smallest"].max()), len(found)
    adjusted = say.p_value(min(smallest * most, 1.0))
    dropped = int(found["n_dropped"].sum())
    notes = [
        f"Smallest attainable p: {say.number(smallest, 2)} for one contrast, adjusted over "
        f"{say.count(most)} {say.plural(most, 'contrast')} {adjusted}; the level is "
        f"{say.number(inputs.alpha)}."
    ]
    if dropped:
        notes.append(f"{say.count(dropped)} runs had no partner of the same seed and stayed out.")
    return notes
