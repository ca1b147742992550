"""The analysis from traces to tables: all of it at once, or one stage between files."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from thresher import analyses
from thresher.canonical import canonical
from thresher.evaluations import evaluations
from thresher.files import atomic, write_text
from thresher.importing import described, facts_of, read_source, trace_table
from thresher.readers import ReadError
from thresher.registry import Table
from thresher.results import Results
from thresher.study.imported import in_study
from thresher.study.plan import Study
from thresher.tables import check, read_table, write_table
from thresher.trace import check_specification, read_predictions, read_traces, write_trace

Path_ = str | os.PathLike[str]


def collect(traces: pa.Table, study: Study) -> pd.DataFrame:
    """Reduce a study's traces to its evaluations; see `evaluations.evaluations`."""
    training = study.training
    return evaluations(
        traces,
        study.axis.name,
        [metric.name for metric in study.metrics],
        study.endpoint.budget if training is None else training.epochs,
        quantities=() if training is None else ("loss",),
        complete=training is not None,
    )


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
    for path in paths:
        check_specification(path, expected["/".join(Path(path).parts[-3:-1])])
    frame = collect(read_traces(paths, runs=runs), study)
    with atomic(output) as temporary:
        frame.to_parquet(temporary, index=False, compression="zstd")


def import_files(
    study: Study, traces: Path_, evaluations: Path_, predictions: Path_, facts: Path_
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
    for content, path in ((frame, evaluations), (pd.DataFrame(), predictions)):
        with atomic(path) as temporary:
            content.to_parquet(temporary, index=False, compression="zstd")
    write_text(json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n", facts)


def join_predictions(paths: Sequence[Path_], runs: Sequence[Path_], output: Path_) -> None:
    """Join the predictions of all blocks; a factor that a file lacks is missing there."""
    joined = read_predictions(paths, runs)
    with atomic(output) as temporary:
        pq.write_table(joined, temporary, compression="zstd")


def read_frame(path: Path_) -> pd.DataFrame:
    """Read evaluations or predictions."""
    return pd.read_parquet(path)


def analyse(name: str, needed: Mapping[str, pd.DataFrame], study: Study) -> dict[str, pd.DataFrame]:
    """Compute the tables of one analysis and check them against their schemas.

    Parameters
    ----------
    name : str
        A file of `analyses/`.
    needed : mapping of str to pandas.DataFrame
        At least what the analysis needs.
    study : Study
        At least what the analysis declares to use.
    """
    declared = analyses.every()[name]
    found = declared.compute({need: needed[need] for need in declared.needs}, study)
    return {name: _checked(found[name], name, table) for name, table in declared.tables.items()}


def _checked(table: pd.DataFrame, name: str, declared: Table) -> pd.DataFrame:
    checked = check(table, declared.schema, name)
    return checked if declared.factors else checked[list(declared.schema)]


def analyse_files(
    name: str,
    inputs: Mapping[str, Path_],
    study: Study,
    outputs: Mapping[str, Path_],
) -> None:
    """Compute one analysis from files to files."""
    schemas = analyses.schemas()
    needed = {
        need: read_frame(path) if need in analyses.SOURCES else read_table(path, schemas[need])
        for need, path in inputs.items()
    }
    for table, found in analyse(name, needed, study).items():
        write_table(found, schemas[table], outputs[table])


class _Asked(Mapping[str, pd.DataFrame]):
    """Every table of a study by name, each computed when it is first asked for."""

    def __init__(self, study: Study, sources: Mapping[str, pd.DataFrame]):
        self._study, self._sources = study, sources
        self._makers = {
            table: name for name, declared in analyses.every().items() for table in declared.tables
        }
        self._found: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self._found:
            name = self._makers[table]
            needed = {
                need: self._sources[need] if need in self._sources else self[need]
                for need in analyses.every()[name].needs
            }
            self._found.update(analyse(name, needed, self._study))
        return self._found[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def analyse_all(
    study: Study, frame: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> Results:
    """Analyse a study in memory; each analysis is done when one of its tables is asked for.

    Parameters
    ----------
    study : Study
    frame : pandas.DataFrame
        What `collect` returns.
    predictions : pandas.DataFrame or None
    """
    needed = {"evaluations": frame}
    needed["predictions"] = pd.DataFrame() if predictions is None else predictions
    return Results(study, _Asked(study, needed), frame)


def read_results(study: Study, tables: Mapping[str, Path_], frame: Path_) -> Results:
    """Read what the stages of a study wrote.

    Raises
    ------
    TableError
        Naming the file and what to do, if a table can't be read.
    """
    schemas = analyses.schemas()
    found = {name: read_table(Path(tables[name]), schema) for name, schema in schemas.items()}
    return Results(study, found, read_frame(frame))
