"""Every error of a study, one line each."""

import json

import pytest


def test_a_right_study_is_said_to_be(thresher):
    thresher("init", "mine", "--from", "program")
    said = thresher("check", "mine")
    assert (said.code, said.err) == (0, "")
    assert said.out == "mine/study.yaml: right; 3 arms, 16 seeds each\n"


def test_each_error_is_a_line_with_file_key_and_remedy(thresher, tmp_path):
    thresher("init", "mine", "--from", "data")
    file = tmp_path / "mine" / "study.yaml"
    text = file.read_text().replace("units: 20", "units: -3", 1).replace("seeds: 16", "seeds: no")
    file.write_text(text)
    said = thresher("check", "mine")
    assert said.code == 2
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 2
    assert "mine/study.yaml: variants.lstm.units must be positive, but was -3" in said.err
    assert "mine/study.yaml: seeds must be an integer, but was no" in said.err


def test_as_json_errors_are_a_list(thresher, tmp_path):
    thresher("init", "mine", "--from", "traces")
    file = tmp_path / "mine" / "study.yaml"
    file.write_text(file.read_text().replace("reference: sgd", "reference: sdg"))
    said = thresher("check", "mine", "--json")
    found = json.loads(said.out)
    assert (said.code, said.err, found["ok"]) == (2, "", False)
    assert found["errors"] == [
        "mine/study.yaml: reference must be one of adam, sgd, but was sdg; name an arm of the logs"
    ]


def test_logs_are_read(thresher, tmp_path):
    thresher("init", "mine", "--from", "traces")
    (tmp_path / "mine" / "runs" / "sgd" / "seed_3.csv").write_text("epoch,val_loss\n0,x\n")
    said = thresher("check", "mine")
    assert said.code == 2
    assert "runs/sgd/seed_3.csv, line 2, column val_loss" in said.err


def test_data_are_read_and_memory_that_they_and_the_models_take_is_said(
    thresher, tmp_path, monkeypatch
):
    thresher("init", "mine", "--from", "data")
    monkeypatch.setattr("thresher.machine.memory", lambda: 64 * 10**9)
    said = thresher("check", "mine")
    assert (said.code, said.err) == (0, "")
    monkeypatch.setattr("thresher.machine.memory", lambda: 10**9)
    said = thresher("check", "mine")
    (line,) = said.err.splitlines()
    assert said.code == 0
    assert line.startswith("study.yaml: arm bilstm concat: 32 lanes will need about ")
    assert line.endswith("has 1 GB; lower training.lane_width (32) or batch_size (32)")
    (tmp_path / "mine" / "series.npz").write_bytes(b"damaged")
    said = thresher("check", "mine")
    assert said.code == 2
    assert said.err.startswith("series.npz: ")


@pytest.mark.slow
def test_models_of_ones_own_are_tried(thresher, tmp_path):
    thresher("init", "mine", "--from", "model")
    file = tmp_path / "mine" / "model.py"
    file.write_text(file.read_text().replace("Dense(head.units", "Dense(head.units + 1"))
    said = thresher("check", "mine")
    assert said.code == 2
    assert all("mine" in line or "model.py" in line for line in said.err.splitlines())
    assert "model.py, line " in said.err


def test_a_study_that_is_not_there(thresher):
    said = thresher("check", "nothing")
    assert said.code == 2
    assert said.err == "nothing: no such study; thresher list names those that are here\n"
