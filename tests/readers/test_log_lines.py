"""Log lines by the user's regular expression."""

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")
LINE = r"epoch (?P<epoch>\d+) .*loss=(?P<loss>\S+)"


def sample(folder):
    for seed in (1, 2):
        (folder / f"seed_{seed}.log").write_text(
            "starting up\n"
            "[10:00] epoch 0 of 2: acc=0.1 loss=0.5\n"
            "warning: something\n"
            "[10:01] epoch 1 of 2: acc=0.2 loss=0.375\n"
        )
    return {"files": "seed_{seed}.log", "metric": "loss", "axis": "epoch", "line": LINE}


def test_named_groups_are_columns(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["epoch"].tolist() == [0, 1, 0, 1]
    assert imported.table["loss"].tolist() == [0.5, 0.375, 0.5, 0.375]


def test_the_axis_may_stand_on_a_line_before(tmp_path):
    (tmp_path / "a.log").write_text("Epoch 1/2\nval 0.5\nEpoch 2/2\nval 0.25\n")
    line = r"Epoch (?P<epoch>\d+)|val (?P<val>\S+)"
    imported = read("a.log", metric="val", line=line, folder=tmp_path)
    assert imported.table.iloc[:, 2:].to_numpy().tolist() == [[1, 0.5], [2, 0.25]]


def test_it_asks_for_an_expression_and_refuses_a_wrong_one(tmp_path):
    arguments = sample(tmp_path)
    with pytest.raises(ReadError, match="give one with named groups"):
        read(**arguments | {"line": None}, folder=tmp_path)
    with pytest.raises(ReadError, match="is no regular expression"):
        read(**arguments | {"line": "(?P<loss>"}, folder=tmp_path)
