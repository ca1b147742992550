"""A job's files: what they hold, what they keep of each other, and the canary that repeats them."""

import json

import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from thresher.canonical import canonical
from thresher.decoding import Reading
from thresher.trace import (
    TraceError,
    check_digests,
    check_specification,
    format_of,
    read_predictions,
    read_traces,
    specification_of,
    values,
    write_trace,
)
from thresher.training import run_canary, run_job
from thresher.training.canary import _epochs
from thresher.training.job import predictions_table, quantities

pytestmark = pytest.mark.xdist_group("job")  # its blocks are trained once

NO_DROPOUT = {"dropout": 0.0, "recurrent_dropout": 0.0}
JOB = {
    "study": "made up",
    "arm": "bilstm sum units=3",
    "variant": "bilstm",
    "factors": [["merge_mode", "sum"], ["units", 3]],
    "task": {"name": "cumulative_sum", "options": {"timesteps": 4, "limit_fraction": 0.25}},
    "model": {"name": "bilstm", "options": {"merge_mode": "sum", "units": 3, **NO_DROPOUT}},
    "training": {"epochs": 4, "evaluate_every": 2, "evaluation_size": 8, "lane_width": 2},
    "pairing": "data+weights",
    "entropy": 1,
}
JOB["training"] |= {"loss": "binary_crossentropy", "learning_rate": 0.01}
SEEDS = [3, 0]


@pytest.fixture(scope="module", autouse=True)
def present_threads():
    """TensorFlow's pools are of one size for the whole process, chosen by its first operation."""
    JOB["training"] |= {"threads": tf.config.threading.get_intra_op_parallelism_threads()}


@pytest.fixture(scope="module")
def files(present_threads, tmp_path_factory):
    folder = tmp_path_factory.mktemp("job")
    names = {"traces": "s.parquet", "predictions": "s.predictions.parquet", "run": "s.run.json"}
    found = {kind: folder / name for kind, name in names.items()}
    run_job(canonical(JOB), SEEDS, **{kind: str(path) for kind, path in found.items()})
    return found


def test_traces_have_a_row_for_each_run_and_epoch_and_are_missing_where_nothing_is_due(files):
    table = read_traces([files["traces"]], runs=[files["run"]])
    assert table["seed"].to_pylist() == [3] * 5 + [0] * 5
    assert table["epoch"].to_pylist() == [0, 1, 2, 3, 4] * 2
    assert format_of(table).axis == "epoch"
    assert table.column_names[3:5] == ["merge_mode", "units"]
    assert set(table["merge_mode"].to_pylist()) == {"sum"}
    assert set(table["units"].to_pylist()) == {3}
    for name, data in format_of(table).quantities.items():
        found, measured = values(table, name)
        due = [False, True, True, True, True] if data == "training" else [True, False] * 2 + [True]
        assert measured.tolist() == due * 2
        assert np.isfinite(found[measured]).all()


def test_predictions_have_a_row_for_each_run_and_position(files):
    table = read_predictions([files["predictions"]], runs=[files["run"]])
    assert table["seed"].to_pylist() == [3] * 4 + [0] * 4
    assert table["position"].to_pylist() == [0, 1, 2, 3] * 2
    assert set(table["example"].to_pylist()) == {0}
    for row in table.to_pylist():
        assert row["decoded"] == (row["output"] > 0.5)
        assert row["wrong"] == (row["decoded"] != row["expected"])
    runs = np.asarray(table["input"].to_pylist()).reshape(2, 4)
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_array_equal(table["expected"].to_pylist()[:4], np.cumsum(runs[0]) >= 1)


def test_the_run_file_keeps_the_digests_and_each_file_its_specification(files):
    check_digests(files["run"], traces=files["traces"], predictions=files["predictions"])
    for kind in ("traces", "predictions"):
        assert specification_of(files[kind]) == canonical(JOB)
        check_specification(files[kind], canonical(JOB))
    facts = json.loads(files["run"].read_text())
    assert facts["run_epochs"] == 8
    assert set(facts["packages"]) == {"thresher", "tensorflow", "keras", "numpy"}


def canary(files, tmp_path, traces=None, run=None):
    run_canary(str(traces or files["traces"]), str(tmp_path / "canary.json"), run)
    return json.loads((tmp_path / "canary.json").read_text())


def test_the_canary_repeats_every_bit(files, tmp_path):
    found = canary(files, tmp_path, run=str(files["run"]))
    assert found == {
        "arm": "bilstm sum units=3",
        "seeds": [3, 0],
        "epochs": 4,
        "identical": True,
        "largest_deviation": 0.0,
    }


@pytest.mark.parametrize(("every", "epochs", "again"), [(2, 104, 100), (40, 120, 120)])
def test_the_canary_of_a_long_training_ends_early_with_an_evaluation(
    tmp_path, every, epochs, again
):
    training = {**JOB["training"], "epochs": epochs, "evaluate_every": every}
    names = [str(tmp_path / name) for name in ("s.parquet", "s.predictions.parquet", "s.run.json")]
    run_job(canonical({**JOB, "training": training}), SEEDS, *names)
    found = canary({}, tmp_path, names[0], names[2])
    assert (found["epochs"], found["identical"], found["largest_deviation"]) == (again, True, 0.0)


@pytest.mark.parametrize(("every", "epochs", "again"), [(0.5, 101, 100), (5, 2000, 200), (1, 9, 9)])
def test_the_canary_ends_with_a_whole_epoch(every, epochs, again):
    ends = np.arange(0, epochs + every, every)
    traces = pa.table({"epoch": ends, "eval_loss": np.ones(len(ends))})
    assert _epochs(traces, epochs) == again


@pytest.mark.parametrize("name", ["loss", "accuracy", "eval_loss", "eval_accuracy"])
def test_the_canary_notices_another_value_of_any_quantity(files, tmp_path, name):
    table = read_traces([files["traces"]])
    layout = format_of(table)
    changed = table[name].to_pylist()
    changed[2] += 0.125
    place = table.column_names.index(name)
    write_trace(
        table.set_column(place, name, pa.array(changed, pa.float64())),
        tmp_path / "t.parquet",
        specification=canonical(JOB),
        axis=layout.axis,
        quantities=layout.quantities,
    )
    found = canary(files, tmp_path, tmp_path / "t.parquet")
    assert found["identical"] is False
    assert found["largest_deviation"] == pytest.approx(0.125)


def test_the_canary_refuses_a_damaged_file_by_name(files, tmp_path):
    damaged = tmp_path / "t.parquet"
    content = bytearray(files["traces"].read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(TraceError, match=f"^{damaged}: is not what was written"):
        canary(files, tmp_path, damaged, str(files["run"]))
    assert not (tmp_path / "canary.json").exists()


def test_predictions_of_numbers_and_of_diverged_runs_are_missing_where_they_mean_nothing():
    nan = float("nan")
    reading = Reading(
        input=None,
        output=np.array([[[0.75, 0.5]], [[nan, 0.25]]]),
        decoded=np.array([[[2.0, 1.0]], [[nan, 0.0]]]),
        expected=np.array([[[2.0, 0.0]]] * 2),
        wrong=np.array([[[False, True]], [[True, False]]]),
    )
    rows = predictions_table(JOB, np.array([7, 5]), reading).to_pylist()
    found = [
        tuple(row[name] for name in ("seed", "position", "decoded", "expected", "wrong"))
        for row in rows
    ]
    assert found[0] == (7, 0, 2.0, 2.0, False)
    assert found[1] == (7, 1, 1.0, 0.0, True)
    assert str(found[2]) == "(5, 0, nan, 2.0, None)"
    assert found[3] == (5, 1, 0.0, 0.0, False)
    assert [row["input"] for row in rows] == [None] * 4
    assert {row["merge_mode"] for row in rows} == {"sum"}


def test_predictions_of_several_examples_have_a_row_each():
    said = np.array([[[1.5], [2.5]], [[3.5], [4.5]]])
    reading = Reading(said * 2, said, said, said - 1, None)
    rows = predictions_table(JOB, np.array([0, 3]), reading).to_pylist()
    names = ("seed", "example", "position", "input", "output", "expected", "wrong")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (0, 0, 0, 3.0, 1.5, 0.5, None),
        (0, 1, 0, 5.0, 2.5, 1.5, None),
        (3, 0, 0, 7.0, 3.5, 2.5, None),
        (3, 1, 0, 9.0, 4.5, 3.5, None),
    ]


def test_numbers_have_losses_and_no_accuracies():
    losses = {"loss": "training", "eval_loss": "held-out", "eval_loss_half": "held-out"}
    assert quantities("mean_squared_error") == losses
    assert set(quantities("categorical_crossentropy")) == {
        *(*losses, "accuracy", "eval_accuracy", "eval_accuracy_half")
    }
