"""JSON lines."""

import json

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b'"oops"')


def sample(folder):
    for seed in (1, 2):
        records = [
            {"step": 0, "loss": 1.0},
            {"step": 0, "val": {"loss": 0.5}},
            {"step": 1, "loss": 0.9},
            {"step": 1, "val": {"loss": 0.375}},
        ]
        text = "".join(json.dumps(record) + "\n" for record in records)
        (folder / f"seed_{seed}.jsonl").write_text(text)
    return {"files": "seed_{seed}.jsonl", "metric": "val/loss", "axis": "step"}


def test_the_metrics_own_records_count(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["step"].tolist() == [0, 1, 0, 1]
    assert imported.table["val/loss"].tolist() == [0.5, 0.375, 0.5, 0.375]


def test_a_last_line_that_was_cut_off_is_left_out_others_are_named(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"step": 0, "loss": 2}\n{"step": 1, "loss": 1}\n{"step": 2, "lo')
    imported = read("run.jsonl", metric="loss", folder=tmp_path)
    assert len(imported.table) == 2
    assert any("line 3: the last line was cut off" in note for note in imported.notes)
    path.write_text('{"step": 0, "loss": 2}\n{"step": 1, "lo\n{"step": 2, "loss": 1}\n')
    with pytest.raises(ReadError, match=r"run.jsonl, line 2: is no JSON record"):
        read("run.jsonl", metric="loss", folder=tmp_path)


def test_a_long_table_names_arm_and_seed_in_each_record(tmp_path):
    rows = [("a", 1, 0, 5), ("a", 1, 1, 4), ("b", 1, 0, 3), ("b", 1, 1, 2)]
    records = [dict(zip(("arm", "seed", "step", "loss"), row, strict=True)) for row in rows]
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    imported = read("all.jsonl", metric="loss", folder=tmp_path)
    assert imported.table.to_numpy().tolist() == [list(row) for row in rows]
