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
    keys = _keys([files[0][0] for files in own.values()])
    # An arm at a time: nothing is compared across arms, and all of them are too much at once.
    with atomic(output) as temporary, _Writer(temporary, keys) as writer:
        for files in own.values():
            traces = read_traces([path for path, _ in files], columns, [run for _, run in files])
            writer.write(collect(traces, study))


def write_evaluations(frame: pd.DataFrame, output: Path_) -> None:
    """Write evaluations as Parquet, as `matrices.Stored` reads them: an arm after the other."""
    named = frame.loc[:, :"seed"]
    keys = pa.Schema.from_pandas(named, preserve_index=False).remove_metadata()
    with atomic(output) as temporary, _Writer(temporary, keys) as writer:
        for _, rows in frame.groupby("arm", sort=False, observed=True):
            writer.write(rows)


def _keys(paths: Sequence[Path_]) -> pa.Schema:
    """Return the columns that name a run, with the factors of all arms before the seed."""
    schemas = [pq.read_schema(path).remove_metadata() for path in paths]
    named = [pa.schema(list(own)[: own.get_field_index("seed") + 1]) for own in schemas]
    try:
        fields = list(pa.unify_schemas(named, promote_options="permissive"))
    except pa.ArrowException as error:
        raise TraceError(
            f"{paths[0]} … {paths[-1]}: columns differ in type ({error}); make them alike"
        ) from None
    seed = next(field for field in fields if field.name == "seed")
    return pa.schema([*(field for field in fields if field is not seed), seed])


class _Writer:
    """Writes evaluations as Parquet, a row group or several an arm, factors it lacks as missing."""

    def __init__(self, path: Path_, keys: pa.Schema) -> None:
        self._path, self._keys = path, keys
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        measured = list(table.schema)[table.schema.get_field_index("seed") + 1 :]
        schema = pa.schema([*self._keys, *measured])
        columns = [
            table[field.name].cast(field.type)
            if field.name in table.column_names
            else pa.nulls(len(table), field.type)
            for field in schema
        ]
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")
        self._writer.write_table(pa.table(columns, schema=schema))


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
