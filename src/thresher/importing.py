"""Runs that were made elsewhere, completed to a study: arms, budget, what was read."""

import itertools
import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from thresher.alignment import check_budget, cut_off, largest_common_budget
from thresher.canonical import canonical
from thresher.evaluations import TraceProblem, evaluations
from thresher.events import crossings, smoothed
from thresher.files import atomic, write_text
from thresher.matrices import marked
from thresher.metric import Metric
from thresher.readers import Imported, ReadError, read
from thresher.reduction import write_evaluations
from thresher.study.imported import in_study
from thresher.study.plan import ImportedArm, ImportFacts, Study, TraceSource
from thresher.trace import write_trace

_Path = str | os.PathLike[str]

# Imported budgets are found from the runs; until then the study has none.
UNKNOWN = 0.0


def read_source(source: TraceSource, study: Study, cache: str | None = None) -> Imported:
    """Read the logs that a study names.

    Parameters
    ----------
    source : TraceSource
    study : Study
    cache : path, optional
        A file that keeps what logs said, so that only changed ones are read again.

    Raises
    ------
    ReadError
        One line a problem.
    """
    return read(
        source.files,
        columns={role: _names(names) for role, names in source.columns.items()},
        arms=dict(source.arms) or None,
        format=source.format,
        on_restart=source.on_restart,
        axis=study.axis.name,
        metric=study.metric.name,
        line=source.line,
        folder=source.folder,
        cache=cache,
    )


def _names(names: str | Sequence[str]) -> str | list[str]:
    return names if isinstance(names, str) else list(names)


def facts_of(study: Study, imported: Imported) -> tuple[ImportFacts, pd.DataFrame]:
    """Find what completes a study of imported runs.

    The budget is the study's, or the largest common one: the smallest last step among the runs
    that had not reached the threshold. A run that reached it, or diverged, and stopped early needs
    no more.

    Parameters
    ----------
    study : Study
        Without arms.
    imported : Imported

    Returns
    -------
    facts : ImportFacts
        For `Study.completed`.
    frame : pandas.DataFrame
        All evaluations, those beyond the budget marked; see `matrices.marked`.

    Raises
    ------
    ReadError
        If the reference is none of the arms, a budget is longer than the runs, or there is no
        evaluation.
    """
    metric = study.metric
    whole = _whole(study, imported)
    last, reached = _ends(study, whole, metric)
    settled = reached | last["diverged"].to_numpy(bool)
    budget = _budget(study, last, settled)
    _check_reference(study, list(whole["arm"].unique()))
    paired = study.paired and imported.has_seeds
    if paired:
        _check_pairs(study, last)
    facts = ImportFacts(
        arms=_arms(imported),
        budget=budget,
        paired=paired,
        seeds=int(last.groupby("arm")["seed"].size().max()),
        notes=tuple(_notes(study, imported, last, budget)),
        formats=imported.formats,
        files=len(imported.sources),
    )
    return facts, marked(whole, budget)


def _whole(study: Study, imported: Imported) -> pd.DataFrame:
    """Return all evaluations, whatever the budget."""
    traces, name = trace_table(study, imported), study.metric.name
    try:
        whole = evaluations(traces, imported.axis, [name], math.inf, complete=False)
    except TraceProblem as error:
        raise ReadError(str(error)) from None
    if whole.empty:
        raise ReadError(f"{name}: no run has a value; name another column")
    return whole


def _budget(study: Study, last: pd.DataFrame, settled: np.ndarray) -> float:
    """Return the study's budget, refused where runs are too short; without, the largest common."""
    budget = study.traces.budget if study.traces else study.endpoint.budget or None
    if budget is None:
        return largest_common_budget(last["last"].to_numpy(float), settled)
    try:
        check_budget(last, settled, budget, study.axis.unit)
    except ValueError as error:
        raise ReadError(str(error)) from None
    return budget


def _notes(study: Study, imported: Imported, last: pd.DataFrame, budget: float) -> Iterator[str]:
    """Say what was left out and why, what pairs, and what the budget cuts off."""
    yield from imported.notes
    if not imported.has_seeds:
        yield "The logs name no seeds: runs are numbered, and compared unpaired."
    if cut := cut_off(last["last"].to_numpy(float), budget, study.axis.unit):
        yield (
            f"{cut[:1].upper()}{cut[1:]}: what lies beyond the budget counts in Kaplan–Meier "
            "curves and rank tests alone."
        )
    if short := _not_at_budget(last, budget):
        yield (
            f"{short} before the budget, having reached the threshold or diverged: their time is "
            "known without it."
        )


def _not_at_budget(last: pd.DataFrame, budget: float) -> str:
    ended = last[last["last"] < budget]
    if ended.empty:
        return ""
    counts = ended["arm"].value_counts(sort=False)
    named = ", ".join(f"{arm} {n}" for arm, n in counts.items())
    return f"{len(ended)} of {len(last)} runs end ({named})"


def _arms(imported: Imported) -> tuple[ImportedArm, ...]:
    return tuple(
        ImportedArm(
            arm=str(row["arm"]),
            runs=int(row["runs"]),
            seeds=int(row["seeds"]),
            first=float(row["first"]),
            last=float(row["last"]),
            last_shortest=float(row["last_shortest"]),
            evaluations_fewest=int(row["evaluations_fewest"]),
            evaluations_most=int(row["evaluations_most"]),
            spacing=None if pd.isna(row["spacing"]) else float(row["spacing"]),
            diverged=int(row["diverged"]),
        )
        for row in imported.summary.to_dict("records")
    )


def trace_table(study: Study, imported: Imported) -> pa.Table:
    """Lay the runs out as traces; a value that diverged is NaN, none is null."""
    table = imported.table
    return pa.table(
        {
            "study": pa.array([study.name] * len(table)),
            "arm": pa.array(table["arm"], from_pandas=False),
            "variant": pa.array(table["arm"], from_pandas=False),
            "seed": pa.array(table["seed"], from_pandas=False),
            imported.axis: pa.array(table[imported.axis].to_numpy(float)),
            imported.metric: pa.array(table[imported.metric].to_numpy(float), from_pandas=False),
        }
    )


def _ends(study: Study, whole: pd.DataFrame, metric: Metric) -> tuple[pd.DataFrame, np.ndarray]:
    """Return where each run ends and whether it diverged, and which reached the threshold."""
    parts, reached = [], []
    for arm in smoothed(whole, metric, study.endpoint):
        times = crossings(arm, metric, study.endpoint.threshold, study.endpoint.sustain)
        rows = whole[whole["arm"] == arm.keys["arm"]]
        last = rows.groupby("seed")["time"].max().reindex(arm.seeds)
        parts.append(
            pd.DataFrame(
                {
                    "arm": arm.keys["arm"],
                    "seed": arm.seeds,
                    "last": last.to_numpy(float),
                    "diverged": np.isfinite(arm.diverged_at),
                }
            )
        )
        reached.append(np.isfinite(times))
    return pd.concat(parts, ignore_index=True), np.concatenate(reached)


def _check_reference(study: Study, arms: Sequence[str]) -> None:
    if study.reference is not None and study.reference not in arms:
        raise ReadError(
            f"reference must be one of {', '.join(arms)}, but was {study.reference}; "
            "name an arm of the logs"
        )


def _check_pairs(study: Study, runs: pd.DataFrame) -> None:
    """Refuse pairing by seed where two arms that are compared share none."""
    seeds = {str(arm): set(own) for arm, own in runs.groupby("arm", sort=False)["seed"]}
    arms = list(seeds)
    reference = study.contrast_reference
    pairs = itertools.combinations(arms, 2) if reference is None else ((reference, a) for a in arms)
    for one, other in pairs:
        if not seeds[one] & seeds[other]:
            raise ReadError(f"pairing: {one} and {other} have no seed in common; leave pairing out")


def described(facts: ImportFacts) -> str:
    """Return what was read as text: arm × runs × seeds × first and last step × evaluations."""
    table = pd.DataFrame([asdict(arm) for arm in facts.arms]).set_index("arm")
    lines = [table.to_string(na_rep="-"), f"budget {facts.budget:g}", *facts.notes]
    return "\n".join(lines)


def import_files(
    study: Study, traces: _Path, evaluations: _Path, predictions: _Path, facts: _Path
) -> None:
    """Read the logs that a study names; write the trace table, evaluations and what was read.

    Parameters
    ----------
    study : Study
        With `traces`, without arms.
    traces, evaluations, predictions : path
        Parquet; there are no predictions, so that table is empty.
    facts : path
        ``import.json``.

    Raises
    ------
    UserError
        One line a problem, naming the study.
    """
    assert study.traces is not None
    try:
        imported = read_source(study.traces, study, str(Path(traces).parent / "read.arrow"))
        found, frame = facts_of(study, imported)
    except ReadError as error:
        raise in_study(study.path, error) from None
    print(described(found), flush=True)
    write_trace(
        trace_table(study, imported),
        traces,
        specification=canonical({"traces": asdict(study.traces), "digests": imported.digests}),
        axis=study.axis.name,
        quantities={study.metric.name: study.metric.data},
    )
    write_evaluations(frame, evaluations)
    with atomic(predictions) as temporary:
        pd.DataFrame().to_parquet(temporary, index=False, compression="zstd")
    write_text(json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n", facts)
