"""Blocks of runs → evaluations and predictions of a whole study, between files."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from thresher.evaluations import evaluations
from thresher.files import atomic, write_text
from thresher.study.plan import Study
from thresher.trace import TraceError, check_specification, read_predictions, read_traces
from thresher.trace_columns import half_of

Path_ = str | os.PathLike[str]


def collect(traces: pa.Table, study: Study) -> pd.DataFrame:
    """Reduce a study's traces to its evaluations; see `evaluations.evaluations`."""
    training, names = study.training, [metric.name for metric in study.metrics]
    if (half := half_of(study.metric.name)) in traces.column_names:
        names.append(half)
    return evaluations(
        traces,
        study.axis.name,
        names,
        study.endpoint.budget if training is None else training.epochs,
        quantities=_judged(study),
        complete=training is not None,
    )


def _judged(study: Study) -> tuple[str, ...]:
    """Name what tells that a run has diverged, besides the metrics."""
    return () if study.training is None else ("loss",)


def collect_files(
    paths: Sequence[Path_], runs: Sequence[Path_], study: Study, output: Path_
) -> None:
    """Read every trace of a study once and write its evaluations as Parquet.

    Parameters
    ----------
    paths, runs : sequence of path
        The traces, and the ``*.run.json`` with the digest of each.
    study : Study
    output : path

    Raises
    ------
    TraceError
        Naming the file, if one is damaged, or was made from another specification than the
        study's.
    """
    expected = {arm.path: study.specification(arm) for arm in study.arms}
    columns = [metric.name for metric in study.metrics]
    columns += [half_of(study.metric.name), *_judged(study)]
    own: dict[str, list[tuple[Path_, Path_]]] = {}
    for path, run in zip(paths, runs, strict=True):
        arm = "/".join(Path(path).parts[-3:-1])
        check_specification(path, expected[arm])
        own.setdefault(arm, []).append((path, run))
    # An arm at a time: nothing is compared across arms, and all of them are too much at once.
    parts = []
    for files in own.values():
        traces = read_traces([path for path, _ in files], columns, [run for _, run in files])
        parts.append(pa.Table.from_pandas(collect(traces, study), preserve_index=False))
    try:
        joined = pa.concat_tables(parts, promote_options="permissive")
    except pa.ArrowException as error:
        raise TraceError(
            f"{paths[0]} … {paths[-1]}: columns differ in type ({error}); make them alike"
        ) from None
    joined = joined.replace_schema_metadata(None)
    factors = [name for name in joined.column_names if name not in parts[0].column_names]
    first = parts[0].column_names
    at = first.index("seed")
    with atomic(output) as temporary:
        pq.write_table(
            joined.select([*first[:at], *factors, *first[at:]]), temporary, compression="zstd"
        )


def models_of(runs: Sequence[Path_]) -> dict[str, Any]:
    """Return what the runs say of their models: by arm, ``parameters`` and ``options``.

    Parameters
    ----------
    runs : sequence of path
        The ``*.run.json``; those without are left out.
    """
    facts = [json.loads(Path(path).read_text(encoding="utf-8")) for path in runs]
    return {own["arm"]: own["model"] for own in facts if "model" in own}


def write_models(runs: Sequence[Path_], output: Path_) -> None:
    """Write what `models_of` returns as JSON."""
    write_text(json.dumps(models_of(runs), indent=2) + "\n", output)


def join_predictions(paths: Sequence[Path_], runs: Sequence[Path_], output: Path_) -> None:
    """Join the predictions of all blocks; a factor that a file lacks is missing there."""
    joined = read_predictions(paths, runs)
    with atomic(output) as temporary:
        pq.write_table(joined, temporary, compression="zstd")
