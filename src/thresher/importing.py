"""Runs that were made elsewhere, completed to a study: arms, budget, what was read."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from thresher.alignment import check_budget, cut_off, largest_common_budget
from thresher.evaluations import evaluations
from thresher.events import crossings, smoothed
from thresher.metric import Metric
from thresher.readers import Imported, ReadError, read
from thresher.study.plan import ImportedArm, ImportFacts, Study, TraceSource

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
        The evaluations within the budget; see `evaluations.evaluations`.

    Raises
    ------
    ReadError
        If the reference is none of the arms, a budget is longer than the runs, or there is no
        evaluation.
    """
    metric = study.metric
    traces = trace_table(study, imported)
    whole = evaluations(traces, imported.axis, [metric.name], math.inf, complete=False)
    if whole.empty:
        raise ReadError(f"{metric.name}: no run has a value; name another column")
    last, reached = _ends(study, whole, metric)
    settled = reached | last["diverged"].to_numpy(bool)
    budget = study.traces.budget if study.traces else study.endpoint.budget or None
    if budget is None:
        budget = largest_common_budget(last["last"].to_numpy(float), settled)
    else:
        try:
            check_budget(last, settled, budget, study.axis.unit)
        except ValueError as error:
            raise ReadError(str(error)) from None
    _check_reference(study, list(whole["arm"].unique()))
    notes = [*imported.notes]
    if study.paired and not imported.has_seeds:
        notes.append("the logs name no seeds, so runs are not paired")
    if cut := cut_off(last["last"].to_numpy(float), budget, study.axis.unit):
        notes.append(cut)
    facts = ImportFacts(
        arms=_arms(imported),
        budget=budget,
        paired=study.paired and imported.has_seeds,
        seeds=int(last.groupby("arm")["seed"].size().max()),
        notes=tuple(notes),
        formats=imported.formats,
        files=len(imported.sources),
    )
    return facts, whole[whole["time"] <= budget].reset_index(drop=True)


def _arms(imported: Imported) -> tuple[ImportedArm, ...]:
    return tuple(
        ImportedArm(
            arm=str(row["arm"]),
            runs=int(row["runs"]),
            seeds=int(row["seeds"]),
            first=float(row["first"]),
            last=float(row["last"]),
            evaluations_fewest=int(row["evaluations_fewest"]),
            evaluations_most=int(row["evaluations_most"]),
            spacing=None if pd.isna(row["spacing"]) else float(row["spacing"]),
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
