"""The analysis from evaluations to tables: all of it at once, or one stage between files."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from thresher import analyses
from thresher.matrices import Evaluations, Stored, within
from thresher.registry import Table
from thresher.results import Results
from thresher.study.plan import Study
from thresher.tables import check, read_table, write_table

Path_ = str | os.PathLike[str]


def read_frame(path: Path_) -> pd.DataFrame:
    """Read predictions; texts as categories, since there may be millions of rows."""
    texts = [
        field.name
        for field in pq.read_schema(path)
        if pa.types.is_large_string(field.type) or pa.types.is_string(field.type)
    ]
    return pq.read_table(path, read_dictionary=texts).to_pandas(
        split_blocks=True, self_destruct=True
    )


def analyse(name: str, needed: Mapping[str, Evaluations], study: Study) -> dict[str, pd.DataFrame]:
    """Compute the tables of one analysis and check them against their schemas.

    Parameters
    ----------
    name : str
        A file of `analyses/`.
    needed : mapping of str to pandas.DataFrame
        At least what the analysis needs; `evaluations` all of them, those beyond the budget marked,
        as a table or `matrices.Stored`.
    study : Study
        At least what the analysis declares to use.
    """
    declared = analyses.every()[name]
    found = declared.compute({need: _given(need, needed) for need in declared.needs}, study)
    return {name: _checked(found[name], name, table) for name, table in declared.tables.items()}


def _given(need: str, needed: Mapping[str, Evaluations]) -> Evaluations:
    """Return what an analysis needs: evaluations end at the budget, unless runs are followed on."""
    table = needed[analyses.SOURCES.get(need, need)]
    return within(table) if need == "evaluations" else table


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
    readers: Mapping[str, Callable[[Path_], Evaluations]]
    readers = {"evaluations": Stored, "predictions": read_frame}
    needed = {
        need: readers[need](path) if need in readers else read_table(path, schemas[need])
        for need, path in inputs.items()
    }
    for table, found in analyse(name, needed, study).items():
        write_table(found, schemas[table], outputs[table])


class _Asked(Mapping[str, pd.DataFrame]):
    """Every table of a study by name, each computed when it is first asked for."""

    def __init__(self, study: Study, sources: Mapping[str, Evaluations]):
        self._study, self._sources = study, sources
        self._makers = {
            table: name for name, declared in analyses.every().items() for table in declared.tables
        }
        self._found: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self._found:
            name = self._makers[table]
            needs = analyses.read_by(analyses.every()[name])
            needed = {
                need: self._sources[need] if need in self._sources else self[need] for need in needs
            }
            self._found.update(analyse(name, needed, self._study))
        return self._found[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def analyse_all(
    study: Study, frame: Evaluations, predictions: pd.DataFrame | None = None
) -> Results:
    """Analyse a study in memory; each analysis is done when one of its tables is asked for.

    Parameters
    ----------
    study : Study
    frame : pandas.DataFrame or Stored
        What `collect` returns, or `importing.facts_of`; or a file of it.
    predictions : pandas.DataFrame or None
    """
    needed = {"evaluations": frame}
    needed["predictions"] = pd.DataFrame() if predictions is None else predictions
    return Results(study, _Asked(study, needed), within(frame))


def read_results(study: Study, tables: Mapping[str, Path_], frame: Path_) -> Results:
    """Read what the stages of a study wrote.

    Raises
    ------
    TableError
        Naming the file and what to do, if a table can't be read.
    """
    schemas = analyses.schemas()
    found = {name: read_table(Path(tables[name]), schema) for name, schema in schemas.items()}
    return Results(study, found, within(Stored(frame)))
