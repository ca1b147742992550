"""MLflow's file and sqlite stores."""

import sqlite3

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")
RUNS = {"a1": ("run one", 1), "b2": ("run two", 2)}
ROWS = [(100, 0.5, 0, 0), (101, 0.375, 1, 0)]


def sample(folder):
    store = folder / "mlruns" / "12"
    store.mkdir(parents=True)
    (store / "meta.yaml").write_text("experiment_id: '12'\nname: e\n")
    for run, (name, seed) in RUNS.items():
        path = store / run
        (path / "metrics/val").mkdir(parents=True)
        (path / "params").mkdir()
        (path / "meta.yaml").write_text(
            f"run_id: {run}\nrun_name: {name}\nlifecycle_stage: active\nstart_time: 1\n"
        )
        (path / "params/seed").write_text(str(seed))
        (path / "metrics/val/loss").write_text(
            "".join(f"{time} {value} {step}\n" for time, value, step, _ in ROWS)
        )
    return {"files": "mlruns", "metric": "val/loss", "axis": "step"}


def database(path, rows, stage="active"):
    with sqlite3.connect(path) as store:
        store.executescript(
            "CREATE TABLE runs (run_uuid TEXT, name TEXT, lifecycle_stage TEXT, start_time INT);"
            "CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);"
            "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT,"
            " step BIGINT, is_nan BOOLEAN);"
        )
        for run, (name, seed) in RUNS.items():
            store.execute("INSERT INTO runs VALUES (?, ?, ?, 1)", (run, name, stage))
            store.execute("INSERT INTO params VALUES ('seed', ?, ?)", (str(seed), run))
            for time, value, step, is_nan in rows:
                store.execute(
                    "INSERT INTO metrics VALUES ('val/loss', ?, ?, ?, ?, ?)",
                    (value, time, run, step, is_nan),
                )
    store.close()


def from_database(folder, **arguments):
    return read("mlflow.db", metric="val/loss", axis="step", folder=folder, **arguments)


def test_a_file_store_and_a_sqlite_store_say_the_same(tmp_path):
    files = read(**sample(tmp_path), folder=tmp_path).table
    database(tmp_path / "mlflow.db", ROWS)
    assert files.equals(from_database(tmp_path).table)
    assert files["seed"].tolist() == [1, 1, 2, 2]
    assert files["val/loss"].tolist() == [0.5, 0.375] * 2


def test_nan_stored_as_zero_diverged_and_never_reached(tmp_path):
    largest = 1.7976931348623157e308  # how the store writes infinity
    rows = [*ROWS, (102, 0.0, 2, 1), (103, largest, 3, 0), (104, -largest, 4, 0)]
    database(tmp_path / "mlflow.db", rows)
    values = from_database(tmp_path).table["val/loss"]
    assert values.isna().tolist() == [False, False, True, True, True] * 2
    assert not (values <= 0.2).any()


def test_a_file_store_writes_nan_and_inf_in_words(tmp_path):
    arguments = sample(tmp_path)
    for path in tmp_path.glob("mlruns/12/*/metrics/val/loss"):
        path.write_text("1 0.5 0\n2 nan 1\n3 inf 2\n")
    values = read(**arguments, folder=tmp_path).table["val/loss"]
    assert values.isna().tolist() == [False, True, True] * 2


def test_a_step_logged_twice_is_named(tmp_path):
    database(tmp_path / "mlflow.db", [*ROWS, (105, 0.9, 0, 0)])
    with pytest.raises(ReadError, match=r"seed 1 has two values at 0, 0.5 and 0.9"):
        from_database(tmp_path)
    kept = from_database(tmp_path, on_restart="keep_last").table
    assert kept["val/loss"].tolist() == [0.9, 0.375] * 2


def test_a_metric_without_steps_is_named(tmp_path):
    database(tmp_path / "mlflow.db", [(1, 0.5, 0, 0), (2, 0.4, 0, 0)])
    with pytest.raises(ReadError, match="none elsewhere: was it logged without its axis"):
        from_database(tmp_path)


@pytest.mark.parametrize("store", ["sqlite", "folder"])
def test_an_unknown_metric_gets_the_list_of_those_that_runs_logged(tmp_path, store):
    if store == "sqlite":
        database(tmp_path / "mlflow.db", ROWS)
        files = "mlflow.db"
    else:
        files = sample(tmp_path)["files"]
    with pytest.raises(ReadError, match="which column is the metric\\? There are val/loss"):
        read(files, folder=tmp_path)
    with pytest.raises(ReadError, match="has no column val/los; did you mean val/loss"):
        read(files, columns={"value": "val/los"}, folder=tmp_path)


def test_deleted_runs_are_gone(tmp_path):
    database(tmp_path / "mlflow.db", ROWS, stage="deleted")
    with pytest.raises(ReadError, match="no run in it has logged a metric"):
        from_database(tmp_path)


def test_the_database_is_not_written_to(tmp_path):
    database(tmp_path / "mlflow.db", ROWS)
    (tmp_path / "mlflow.db").chmod(0o444)
    before = (tmp_path / "mlflow.db").read_bytes()
    from_database(tmp_path)
    assert (tmp_path / "mlflow.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


def test_a_metrics_name_does_not_lead_out_of_the_store(tmp_path):
    arguments = sample(tmp_path) | {"metric": "../../../../secret"}
    (tmp_path / "secret").write_text("1 0.5 0\n2 0.4 1\n")
    with pytest.raises(ReadError, match="has no column"):
        read(**arguments, folder=tmp_path)
