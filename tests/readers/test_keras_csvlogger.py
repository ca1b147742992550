"""Keras' CSVLogger."""

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")
TEXT = """epoch,loss,mae,val_loss,val_mae
0,1.5,1,NA,NA
1,1.25,1,0.5,1
2,1.125,1,NA,NA
3,1,1,0.375,1
"""


def sample(folder):
    for seed in (1, 2):
        (folder / f"{seed}.csv").write_text(TEXT)
    return {"files": "{seed}.csv", "metric": "val_loss", "axis": "epoch"}


def test_na_was_not_measured(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["epoch"].tolist() == [1, 3, 1, 3]
    assert imported.table["val_loss"].tolist() == [0.5, 0.375, 0.5, 0.375]


def test_a_training_that_was_appended_to_restarts_at_epoch_0(tmp_path):
    (tmp_path / "run.csv").write_text(TEXT + "0,1,1,0.25,1\n1,1,1,0.125,1\n")
    arguments = {"metric": "val_loss", "axis": "epoch", "folder": tmp_path}
    with pytest.raises(ReadError, match=r"run.csv, line 6, column epoch: falls from 3 to 0"):
        read("run.csv", **arguments)
    went_on = read("run.csv", on_restart="continue", **arguments).table
    assert went_on["epoch"].tolist() == [1, 3, 4, 5]
    last = read("run.csv", on_restart="keep_last", **arguments).table
    assert last["val_loss"].tolist() == [0.25, 0.125]
    split = read("run.csv", on_restart="split", **arguments).table
    assert split["seed"].tolist() == ["1", "1", "1/2", "1/2"]


def test_a_first_session_without_validation_still_counts(tmp_path):
    text = "epoch,loss,val_loss\n0,2,NA\n1,2,NA\n0,1,0.5\n1,1,0.25\n"
    (tmp_path / "run.csv").write_text(text)
    arguments = {"metric": "val_loss", "axis": "epoch", "folder": tmp_path}
    with pytest.raises(ReadError, match="line 4, column epoch: falls from 1 to 0"):
        read("run.csv", **arguments)
    assert read("run.csv", on_restart="continue", **arguments).table["epoch"].tolist() == [2, 3]


def test_inf_and_nan_diverged(tmp_path):
    text = "epoch,loss,val_loss\n0,2,1\n1,inf,inf\n2,nan,nan\n"
    (tmp_path / "run.csv").write_text(text)
    imported = read("run.csv", metric="val_loss", axis="epoch", folder=tmp_path)
    assert imported.table["val_loss"].isna().tolist() == [False, True, True]
    assert imported.summary["diverged"].tolist() == [1]
