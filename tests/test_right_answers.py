"""Traces that mislead, from small files to the answer: what a careless reading would get wrong."""

import sqlite3

import numpy as np
import pytest
import yaml

import thresher
from thresher.importing import import_files
from thresher.logs import UserError
from thresher.study import load

LOSS = {"metric": "loss", "axis": "step"}
CALL = {"better": "lower", "threshold": 0.2, "sustain": 1}


def write(folder, name, header, rows):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")


def test_a_nan_that_mlflow_stores_as_zero_never_reached_the_threshold(tmp_path):
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        store.executescript(
            "CREATE TABLE runs (run_uuid TEXT, name TEXT, lifecycle_stage TEXT, start_time INT);"
            "CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);"
            "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT,"
            " step BIGINT, is_nan BOOLEAN);"
        )
        values = {("a", 1): [0.9, 0.0], ("a", 2): [0.9, 0.1], ("b", 1): [0.9, 0.5]}
        for (model, seed), losses in values.items():
            run = f"{model}{seed}"
            store.execute("INSERT INTO runs VALUES (?, ?, 'active', 1)", (run, run))
            for key, word in (("model", model), ("seed", seed)):
                store.execute("INSERT INTO params VALUES (?, ?, ?)", (key, str(word), run))
            for step, loss in enumerate(losses):
                row = ("loss", loss, step, run, step, int(loss == 0))
                store.execute("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", row)
    store.close()
    runs = thresher.read("mlflow.db", columns={"arm": "model"}, folder=tmp_path, **LOSS)
    events = thresher.compare(runs, **CALL).events.set_index(["arm", "seed"])["outcome"]
    assert events.to_dict() == {("a", 1): "diverged", ("a", 2): "reached", ("b", 1): "censored"}


def test_blanks_were_not_measured_and_words_for_nan_diverged(tmp_path):
    for seed, cells in enumerate((["NA", "", 0.1], ["nan", 0.1, 0.1], [0.5, "inf", 0.1])):
        write(
            tmp_path, f"a/{seed}.csv", "step,loss", [(0, 0.9), *zip((1, 2, 3), cells, strict=True)]
        )
        write(tmp_path, f"b/{seed}.csv", "step,loss", [(0, 0.9), (1, 0.5), (2, 0.5), (3, 0.5)])
    runs = thresher.read("{arm}/{seed}.csv", folder=tmp_path, **LOSS)
    events = thresher.compare(runs, **CALL).events
    a = events[events["arm"] == "a"]
    assert a["outcome"].tolist() == ["reached", "diverged", "diverged"]
    assert a["time"].tolist()[0] == 3
    assert a["diverged_at"].tolist()[1:] == [1, 2]


def test_no_difference_below_the_coarser_spacing_is_called_one(tmp_path):
    # Every run passes 0.2 between 45 and 46; b was evaluated every 20 only, and seems slower.
    for seed in range(10):
        for arm, every in (("a", 1), ("b", 20)):
            steps = np.arange(0, 101, every)
            losses = np.where(steps > 45 + seed % 3, 0.1, 0.9).tolist()
            rows = zip(steps.tolist(), losses, strict=True)
            write(tmp_path, f"{arm}/{seed}.csv", "step,loss", rows)
    runs = thresher.read("{arm}/{seed}.csv", folder=tmp_path, **LOSS)
    assert any("a every 1, b every 20" in note for note in runs.notes)
    found = thresher.compare(runs, **CALL, reference="a", paired=True)
    row = found.contrasts.iloc[0]
    assert row["mean_difference"] == pytest.approx(60 - np.mean([46 + k % 3 for k in range(10)]))
    assert row["resolution"] == 20
    assert row["p"] < 0.01
    assert row["verdict"] == "inconclusive"
    assert "no difference below the 20 steps between evaluations is called one" in str(found)


def test_events_are_evaluations_and_never_lie_between_them(tmp_path):
    for seed in range(3):
        rows = [(0, 0.9), (10 + seed, 0.6), (30 + seed, 0.1), (50, 0.1)]
        write(tmp_path, f"a/{seed}.csv", "step,loss", rows)
        write(tmp_path, f"b/{seed}.csv", "step,loss", [(0, 0.9), (25, 0.3), (50, 0.3)])
    runs = thresher.read("{arm}/{seed}.csv", folder=tmp_path, **LOSS)
    found = thresher.compare(runs, better="lower", threshold=0.2, sustain=2)
    assert found.events["time"].tolist() == [30, 31, 32, 50, 50, 50]
    assert found.events["event"].tolist() == [True] * 3 + [False] * 3
    # Two evaluations of a run's own, though other runs have some in between.
    never = thresher.compare(runs, better="lower", threshold=0.2, sustain=3)
    assert not never.events["event"].any()


def test_seeds_that_only_one_arm_has_leave_the_pairs_and_are_counted(tmp_path):
    for arm, seeds in (("a", range(8)), ("b", range(2, 9))):
        for seed in seeds:
            reached = 20 + seed - 10 * (arm == "b")
            rows = [(step, 0.1 if step >= reached else 0.9) for step in range(0, 51, 2)]
            write(tmp_path, f"{arm}/{seed}.csv", "step,loss", rows)
    runs = thresher.read("{arm}/{seed}.csv", folder=tmp_path, **LOSS)
    found = thresher.compare(runs, **CALL, reference="a", paired=True)
    row = found.contrasts.iloc[0]
    assert (row["n_arm"], row["n_reference"], row["n_dropped"]) == (6, 6, 3)
    assert row["mean_difference"] == -10
    assert "6 paired seeds (3 without a partner left out)" in str(found)


def test_a_table_of_final_values_is_no_trace(tmp_path):
    # What Weights & Biases exports of the table of runs: a row a run, no history.
    rows = [("r1", "finished", 1, 500, 0.2), ("r2", "finished", 2, 500, 0.3)]
    write(tmp_path, "export.csv", "Name,State,seed,_step,loss", rows)
    with pytest.raises(thresher.ReadError, match="loss has a single value in each run: a result"):
        thresher.read("export.csv", folder=tmp_path, metric="loss")


@pytest.fixture
def study(tmp_path):
    def study(files, **changes):
        content = {
            "traces": {"files": files},
            "metric": {"name": "loss", "better": "lower"},
            "axis": {"name": "step"},
            "endpoint": {"threshold": 0.2, "sustain": 1},
            **changes,
        }
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content))
        outputs = [tmp_path / "out" / name for name in ("traces", "frame", "said", "facts")]
        return load(tmp_path / "mine.yaml"), outputs

    return study


def test_arms_that_are_really_seeds_are_asked_about_before_anything_is_tested(study, tmp_path):
    for k in range(14):
        rows = [(0, 0.9 + k / 100), (1, 0.5)]
        write(tmp_path, f"ppo,learning_starts={10_000 + k}.csv", "step,loss", rows)
    made, outputs = study("{arm}.csv")
    with pytest.raises(UserError, match=r"14 configurations of one run each") as found:
        import_files(made, *outputs)
    assert "is `learning_starts` the seed?" in str(found.value)
    assert not any(path.exists() for path in outputs)


def test_a_restart_is_one_line_with_the_study_s_name_and_the_choices(study, tmp_path):
    write(tmp_path, "a/1.csv", "step,loss", [(0, 0.9), (1, 0.5), (2, 0.4), (1, 0.45), (2, 0.1)])
    made, outputs = study("{arm}/{seed}.csv")
    with pytest.raises(UserError) as found:
        import_files(made, *outputs)
    (line,) = str(found.value).splitlines()
    assert "mine.yaml" in line
    assert "a/1.csv, line 5, column step: falls from 2 to 1" in line
    assert all(choice in line for choice in ("keep_last", "continue", "split"))
