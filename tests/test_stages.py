"""The stages between files find what the analysis in memory finds, and refuse what is not whole."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import made_up
from thresher import analyses
from thresher.evaluations import TraceProblem
from thresher.stages import (
    analyse_all,
    analyse_files,
    collect,
    collect_files,
    import_files,
    join_predictions,
    read_frame,
    read_results,
)
from thresher.study import load, parse_part, read_facts
from thresher.tables import TableError
from thresher.trace import TraceError, read_traces, specification_of, write_predictions, write_trace

QUANTITIES = {
    **{"loss": "training", "accuracy": "training"},
    **{"eval_loss": "held-out", "eval_accuracy": "held-out"},
}
RAW = ["input", "output", "decoded", "expected"]


@pytest.fixture(scope="module")
def study():
    made = made_up.study(arms=5, seeds=6, budget=200)
    return replace(made, analysis=replace(made.analysis, flips=99))


def own_rows(table: pa.Table, arm) -> pa.Table:
    """The rows of an arm, with its own factors only, as a job writes them."""
    rows = table.filter(pc.equal(table["arm"], arm.label))
    factors = {"merge_mode", "units"} & set(table.column_names)
    return rows.drop_columns(sorted(factors - set(arm.factors)))


@pytest.fixture(scope="module")
def written(study, tmp_path_factory):
    """Write the traces and predictions of every arm, as jobs do."""
    folder = tmp_path_factory.mktemp("made_up")
    table = made_up.traces(study, diverged=1)
    answers = pa.Table.from_pandas(made_up.predictions(study), preserve_index=False)
    answers = answers.set_column(
        answers.column_names.index("wrong"), "wrong", answers["wrong"].cast(pa.bool_())
    )
    files: dict[str, list[Path]] = {"traces": [], "predictions": [], "runs": []}
    for arm in study.arms:
        path = folder / "traces" / arm.path / "seeds_00000.parquet"
        said, run = path.with_suffix(".predictions.parquet"), path.with_suffix(".run.json")
        path.parent.mkdir(parents=True)
        shared = {"specification": study.specification(arm)}
        digests = {
            "traces": write_trace(
                own_rows(table, arm), path, axis="epoch", quantities=QUANTITIES, **shared
            ),
            "predictions": write_predictions(own_rows(answers, arm), said, **shared),
        }
        run.write_text(json.dumps({"digests": digests}))
        for name, file in (("traces", path), ("predictions", said), ("runs", run)):
            files[name].append(file)
    return folder, files


@pytest.fixture(scope="module")
def collected(study, written):
    folder, files = written
    paths = {"evaluations": folder / "evaluations.parquet", "predictions": folder / "said.parquet"}
    fields = (
        "name",
        "metrics",
        "axis",
        "arms",
        "task",
        "training",
        "pairing",
        "entropy",
        "command",
    )
    seen = parse_part(study.part(*fields))
    collect_files(files["traces"], files["runs"], seen, paths["evaluations"])
    join_predictions(files["predictions"], files["runs"], paths["predictions"])
    return paths


def test_stages_between_files_find_what_the_analysis_in_memory_finds(study, collected, tmp_path):
    paths = dict(collected)
    for name, analysis in analyses.every().items():
        outputs = {table: tmp_path / f"{table}.csv" for table in analysis.tables}
        inputs = {need: paths[need] for need in analysis.needs}
        analyse_files(name, inputs, parse_part(study.part(*analysis.uses)), outputs)
        paths = {**outputs, **paths}
    tables = {name: tmp_path / f"{name}.csv" for name in analyses.schemas()}
    found = read_results(study, tables, collected["evaluations"])
    frame = collect(made_up.traces(study, diverged=1), study)
    expected = analyse_all(study, frame, made_up.predictions(study))
    columns = [*frame.columns.drop("merge_mode"), "merge_mode"]
    pd.testing.assert_frame_equal(found.evaluations[columns], frame[columns])
    for name, schema in analyses.schemas().items():
        own = list(schema)
        pd.testing.assert_frame_equal(found.table(name)[own], expected.table(name)[own])
    assert found.table("events")["merge_mode"].dropna().unique().tolist() == ["sum", "mul"]


def test_a_study_collects_each_run_up_to_its_budget_and_its_training_loss_may_diverge(study):
    frame = collect(made_up.traces(study, diverged=2, diverged_at=50), study)
    gone = frame[np.isfinite(frame["diverged_at"])]
    assert gone["arm"].unique().tolist() == [study.arms[-1].label]
    assert gone["diverged_at"].unique().tolist() == [55]
    short = pc.less(made_up.traces(study)["epoch"], 200)
    with pytest.raises(TraceProblem, match="ends at 195, but the budget is 200"):
        collect(made_up.traces(study).filter(short), study)


def test_traces_of_another_specification_are_refused_by_name(study, written, tmp_path):
    _, files = written
    other = replace(study, training=replace(study.training, learning_rate=0.5), entropy=1)
    with pytest.raises(TraceError, match=r"seeds_00000\.parquet: .* entropy is 20261123, in the s"):
        collect_files(files["traces"], files["runs"], other, tmp_path / "evaluations.parquet")
    assert not (tmp_path / "evaluations.parquet").exists()


def test_a_table_that_is_missing_or_damaged_is_named_with_the_remedy(study, collected, tmp_path):
    tables = {name: tmp_path / f"{name}.csv" for name in analyses.schemas()}
    with pytest.raises(TableError, match=r"\.csv: can't be used: .*; delete it and run again"):
        read_results(study, tables, collected["evaluations"])
    tables["events"].write_text("study,arm\ns,a\n")
    wanted = {"omnibus": tmp_path / "omnibus.csv"}
    with pytest.raises(TableError, match=r"events\.csv: can't be used: column variant is missing"):
        analyse_files("omnibus", {"events": tables["events"]}, study, wanted)
    assert not wanted["omnibus"].exists()


LOGS = """
question: Which agent learns faster?
traces:
  files: "{arm}/seed_{seed}.csv"
metric: {name: score, better: higher}
axis: {name: step, unit: steps}
pairing: data
reference: plain
endpoint: {threshold: 0.5, sustain: 1}
analysis: {flips: 999}
"""


def imported(folder: Path):
    """Write logs of two arms with four seeds, of which the slower ones end at 80 and 100."""
    for arm, speed, last in (("plain", 50, 80), ("better", 30, 100)):
        (folder / arm).mkdir()
        for seed in range(4):
            steps = range(0, last + 1, 10)
            lines = [f"{step},{min(1.0, step / (speed + 10 * seed) / 2)}" for step in steps]
            (folder / arm / f"seed_{seed}.csv").write_text("\n".join(["step,score", *lines]))
    (folder / "logs.yaml").write_text(LOGS)
    return load(folder / "logs.yaml")


def test_logs_become_evaluations_and_complete_their_study(tmp_path):
    study = imported(tmp_path)
    names = ("traces", "evaluations", "predictions")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    import_files(study, **paths, facts=tmp_path / "import.json")
    facts = read_facts(tmp_path / "import.json")
    assert {arm.arm: (arm.runs, arm.last) for arm in facts.arms} == {
        "better": (4, 100),
        "plain": (4, 80),
    }
    assert (facts.paired, facts.seeds, facts.files) == (True, 4, 8)
    whole = study.completed(facts)
    assert whole.endpoint.budget == facts.budget
    assert read_frame(paths["evaluations"])["time"].max() <= facts.budget
    assert read_frame(paths["predictions"]).empty
    assert json.loads(specification_of(paths["traces"]))["digests"]

    table = tmp_path / "events.csv"
    uses = analyses.every()["events"].uses
    inputs = {"evaluations": paths["evaluations"]}
    analyse_files("events", inputs, parse_part(study.part(*uses), facts), {"events": table})
    events = analyse_all(whole, read_frame(paths["evaluations"])).table("events")
    assert events["event_time"].tolist() == [30, 40, 50, 60, 50, 60, 70, 80]
    assert pd.read_csv(table)["event_time"].tolist() == events["event_time"].tolist()
    assert read_traces([paths["traces"]]).num_rows == 4 * 9 + 4 * 11


def test_importing_twice_gives_the_same_bytes(tmp_path):
    study = imported(tmp_path)
    kept = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        paths = {n: folder / f"{n}.parquet" for n in ("traces", "evaluations", "predictions")}
        import_files(study, **paths, facts=folder / "import.json")
        kept.append([path.read_bytes() for path in (*paths.values(), folder / "import.json")])
    assert kept[0] == kept[1]
