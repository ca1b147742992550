"""Sacred's metrics.json."""

import json

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b'"oops"')


def sample(folder):
    for run, seed in ((1, 11), (2, 12)):
        (folder / str(run)).mkdir()
        metrics = {
            "val.loss": {
                "steps": [0, 10],
                "timestamps": ["2020-01-01T00:00:00", "2020-01-01T00:00:01"],
                "values": [
                    {"dtype": "float64", "py/object": "numpy.float64", "value": 0.5},
                    0.375,
                ],
            }
        }
        (folder / f"{run}/metrics.json").write_text(json.dumps(metrics))
        (folder / f"{run}/config.json").write_text(json.dumps({"seed": seed, "lr": 0.1}))
    return {"files": "*/metrics.json", "metric": "val.loss", "axis": "step"}


def test_a_run_has_its_seed_in_config_json(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table.to_numpy().tolist() == [
        ["all runs", 11, 0, 0.5],
        ["all runs", 11, 10, 0.375],
        ["all runs", 12, 0, 0.5],
        ["all runs", 12, 10, 0.375],
    ]


def test_runs_without_a_seed_keep_their_numbers(tmp_path):
    arguments = sample(tmp_path)
    for path in tmp_path.glob("*/config.json"):
        path.unlink()
    imported = read(**arguments, folder=tmp_path)
    assert imported.table["seed"].unique().tolist() == [1, 2]
    assert not imported.has_seeds


def test_values_without_steps_are_refused(tmp_path):
    arguments = sample(tmp_path)
    path = tmp_path / "1/metrics.json"
    path.write_text(path.read_text().replace("[0, 10]", "[0]"))
    with pytest.raises(ReadError, match="2 values, but 1 steps"):
        read(**arguments, folder=tmp_path)
