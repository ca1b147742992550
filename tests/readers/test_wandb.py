"""Weights & Biases' exports."""

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")


def chart(runs, rows):
    names = [f"{run} - val_loss{end}" for run in runs for end in ("", "__MIN", "__MAX")]
    lines = [",".join(f'"{name}"' for name in ["Step", *names])]
    for step, *values in rows:
        cells = [f'"{value}"' for value in values for _ in range(3)]
        lines.append(",".join([f'"{step}"', *cells]))
    return "\n".join(lines) + "\n"


RUNS = ("lstm-seed1", "lstm-seed2", "gru-seed1")
ROWS = [(0, 0.5, 0.625, 0.75), (10, 0.375, 0.5, ""), (25, "NaN", "", "")]


def sample(folder):
    (folder / "chart.csv").write_text(chart(RUNS, ROWS))
    return {
        "files": "chart.csv",
        "columns": {"run": "{arm}-seed{seed}"},
        "metric": "val_loss",
        "axis": "step",
    }


def test_a_column_a_run_and_blanks_of_shorter_runs_are_no_zeros(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    table = imported.table
    assert table[["arm", "seed", "step"]].to_numpy().tolist() == [
        ["lstm", 1, 0],
        ["lstm", 1, 10],
        ["lstm", 1, 25],
        ["lstm", 2, 0],
        ["lstm", 2, 10],
        ["gru", 1, 0],
    ]
    assert table["val_loss"].isna().tolist() == [False, False, True, False, False, False]


def test_missing_steps_are_said_to_be_sampled(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert any("holds a sample of the logged steps" in note for note in imported.notes)
    assert any("up to 15 lie between two" in note for note in imported.notes)


def test_an_aggregate_is_refused(tmp_path):
    text = chart(RUNS, ROWS).splitlines()
    text[2] = text[2].replace('"0.375","0.375","0.375"', '"0.375","0.25","0.5"')
    (tmp_path / "chart.csv").write_text("\n".join(text) + "\n")
    with pytest.raises(ReadError, match=r"chart.csv, line 3, column lstm-seed1 - val_loss: is an"):
        read("chart.csv", metric="val_loss", axis="step", folder=tmp_path)


def test_run_names_can_be_grouped_to_arms(tmp_path):
    sample(tmp_path)
    imported = read(
        "chart.csv",
        columns={"arm": "run"},
        arms={"lstm-*": "LSTM", "gru-*": "GRU"},
        metric="val_loss",
        axis="step",
        folder=tmp_path,
    )
    assert imported.summary["arm"].tolist() == ["LSTM", "GRU"]
    assert imported.summary["runs"].tolist() == [2, 1]
    assert not imported.has_seeds


def test_a_run_name_that_does_not_fit_is_named(tmp_path):
    arguments = sample(tmp_path) | {"columns": {"run": "{arm}_s{seed}"}}
    with pytest.raises(ReadError, match="the run lstm-seed1 does not fit"):
        read(**arguments, folder=tmp_path)


def test_a_history_is_read_at_its_steps(tmp_path):
    (tmp_path / "history.csv").write_text(
        "run,seed,_step,_runtime,train,val_loss\n"
        "a,1,0,0.5,1,\na,1,1,1.5,,0.5\na,1,7,2,1,\na,1,8,3,,0.25\n"
    )
    imported = read("history.csv", metric="val_loss", axis="step", folder=tmp_path)
    assert imported.table.iloc[:, 1:].to_numpy().tolist() == [[1, 1, 0.5], [1, 8, 0.25]]
