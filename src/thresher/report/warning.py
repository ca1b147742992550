"""What could make a reader trust too much."""

from collections.abc import Iterator

import pandas as pd

from thresher import format as say
from thresher.report.material import Material
from thresher.report.words import NAMED, numbered
from thresher.results import Results


def warnings(material: Material) -> tuple[str, ...]:
    """Say what a reader must mind before the sentences below."""
    results = material.results
    found = [*_missing(results), *_seeds(results), *_from_the_start(results), *_diverged(results)]
    found += [*_training_metric(results), *_grids(results)]
    if material.canary is not None and not material.canary["identical"]:
        found.append("training the first block again gave other numbers; see Diagnostics.")
    return tuple(found)


def _missing(results: Results) -> Iterator[str]:
    """Say which arms and runs the analysis does without, and by which rule."""
    missing = results.study.missing
    if missing is None:
        return
    runs = sum(each.runs for each in missing.runs)
    named = [
        f"{results.label(each.arm)} ({'all of it' if each.whole else each.seeds})"
        for each in missing.runs
    ]
    yield (
        f"{say.several(runs, 'run')} {'is' if runs == 1 else 'are'} missing, because their jobs "
        f"failed: {say.listed(named, NAMED)}. Arms without any run are left out, and of the others "
        "the seeds that one of them lacks, so that all are compared on the same seeds"
        f"{f': {missing.seeds} are left out everywhere' if missing.seeds else ''}."
    )
    if missing.reference and results.study.reference is None:
        yield (
            f"the reference, {results.label(missing.reference)}, is among the missing: all pairs "
            "are compared instead."
        )


def _seeds(results: Results) -> Iterator[str]:
    """Warn where no difference could be found whatever the runs had been."""
    contrasts, alpha = results.table("contrasts"), results.study.analysis.alpha
    few = contrasts[contrasts["p_limited_by"] == "seeds"]
    if few.empty:
        return
    smallest = min(float((few["p_smallest"] * few["contrasts"]).max()), 1.0)
    yield (
        f"with so few seeds and {_contrasts(int(few['contrasts'].iloc[0]))} the smallest adjusted "
        f"p is {say.number(smallest)}: no verdict of faster or slower is possible at "
        f"{say.number(alpha)} for each of them; "
        f"{say.several(few['seeds_attainable'].max(), 'seed')} an arm make it possible."
    )


def _contrasts(n: int) -> str:
    return "one contrast" if n == 1 else f"{say.count(n)} contrasts"


def _from_the_start(results: Results) -> Iterator[str]:
    """Warn of a threshold that was met before training."""
    arms, study = results.table("arms"), results.study
    met = arms[(arms["restricted_mean"] == 0) & (arms["reached"] > 0)]
    if met.empty:
        return
    names = "" if len(met) == len(arms) else f" of {_names(results, met['arm'])}"
    yield (
        f"every run{names} met the threshold at {study.axis.name} 0, untrained: choose a stricter "
        "one (endpoint.threshold)."
    )


def _names(results: Results, arms: pd.Series) -> str:
    return say.listed([results.label(arm) for arm in arms], NAMED)


def _diverged(results: Results) -> Iterator[str]:
    """Warn of every run that diverged, before or after it had reached the threshold."""
    events = results.table("events")
    died = events[events["diverged_at"].notna()]
    if died.empty:
        return
    n, never = len(died), int((died["outcome"] == "diverged").sum())
    counts = {str(arm): int(n) for arm, n in died["arm"].value_counts(sort=False).items()}
    what = "loss" if results.study.training else "values"
    yield (
        f"{say.count(n)} of {say.several(len(events), 'run')} diverged (infinite or undefined "
        f"{what}): {numbered(results, counts)}. {_consequence(n, never)} Mean curves leave them "
        "out."
    )


def _consequence(n: int, never: int) -> str:
    """Say what became of the times of runs that diverged."""
    if never == n:
        return f"{'It counts' if n == 1 else 'They count'} as never having reached the threshold."
    kept = f"Of them {say.count(n - never)} had reached the threshold before, which stays so"
    if not never:
        return f"{kept}."
    counts = "counts" if never == 1 else "count"
    return f"{kept}; {say.count(never)} {counts} as never having reached it."


def _training_metric(results: Results) -> Iterator[str]:
    """Warn where the metric is not a held-out one."""
    metric = results.study.metric
    if metric.data == "training":
        yield (
            f"{metric.label} is measured on the data that runs are trained on, not on held-out "
            "ones: it says how fast a run fits, not how well it generalises."
        )


def _grids(results: Results) -> Iterator[str]:
    """Warn where arms are evaluated at different distances."""
    facts, axis = results.study.imported, results.study.axis
    spacing = facts.spacing if facts else {}
    if len(set(spacing.values())) < 2:
        return
    apart = [f"{results.label(arm)} every {say.along(gap, axis)}" for arm, gap in spacing.items()]
    yield (
        f"arms are evaluated at different distances ({say.listed(apart, NAMED)} {axis.unit}): a "
        "run’s time is known only to lie between two evaluations, so no difference below the "
        "coarser distance is called one."
    )
