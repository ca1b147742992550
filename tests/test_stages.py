"""The stages between files find what the analysis in memory finds, and refuse what is not whole."""

from dataclasses import replace

import pandas as pd
import pytest

import made_up
from thresher import analyses
from thresher.matrices import arms_in, rows_of
from thresher.reduction import collect, collect_files, join_predictions
from thresher.stages import analyse_all, analyse_files, read_results
from thresher.study import parse_part
from thresher.tables import TableError


@pytest.fixture(scope="module")
def study():
    made = made_up.study(arms=5, seeds=6, budget=200)
    return replace(made, analysis=replace(made.analysis, flips=99))


@pytest.fixture(scope="module")
def collected(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made_up")
    files = made_up.write_blocks(study, folder, diverged=1)
    paths = {name: folder / f"{name}.parquet" for name in ("evaluations", "predictions")}
    collect_files(files["traces"], files["runs"], study, paths["evaluations"])
    join_predictions(files["predictions"], files["runs"], paths["predictions"])
    return paths


def test_stages_between_files_find_what_the_analysis_in_memory_finds(study, collected, tmp_path):
    paths = dict(collected)
    for name, analysis in analyses.every().items():
        outputs = {table: tmp_path / f"{table}.csv" for table in analysis.tables}
        inputs = {need: paths[need] for need in analyses.read_by(analysis)}
        analyse_files(name, inputs, parse_part(study.part(*analysis.uses)), outputs)
        paths = {**outputs, **paths}
    tables = {name: tmp_path / f"{name}.csv" for name in analyses.schemas()}
    found = read_results(study, tables, collected["evaluations"])
    frame = collect(made_up.traces(study, diverged=1), study)
    expected = analyse_all(study, frame, made_up.predictions(study))
    assert arms_in(found.evaluations) == arms_in(frame) == [arm.label for arm in study.arms]
    columns = list(frame.columns[frame.columns.get_loc("seed") + 1 :])
    for arm in arms_in(frame):
        own, its = (rows_of(where, arm, columns) for where in (found.evaluations, frame))
        pd.testing.assert_frame_equal(own, its.reset_index(drop=True))
    for name, schema in analyses.schemas().items():
        own = list(schema)
        pd.testing.assert_frame_equal(found.table(name)[own], expected.table(name)[own])
    assert found.table("events")["merge_mode"].dropna().unique().tolist() == ["sum", "mul"]


def test_a_table_that_is_missing_or_damaged_is_named_with_the_remedy(study, collected, tmp_path):
    tables = {name: tmp_path / f"{name}.csv" for name in analyses.schemas()}
    with pytest.raises(TableError, match=r"\.csv: can't be used: .*; delete it and run again"):
        read_results(study, tables, collected["evaluations"])
    tables["events"].write_text("study,arm\ns,a\n")
    wanted = {"omnibus": tmp_path / "omnibus.csv"}
    with pytest.raises(TableError, match=r"events\.csv: can't be used: column variant is missing"):
        analyse_files("omnibus", {"events": tables["events"]}, study, wanted)
    assert not wanted["omnibus"].exists()
