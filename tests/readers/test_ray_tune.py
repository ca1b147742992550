"""Ray Tune's progress.csv and result.json."""

import json

from thresher.readers import read

OOPS = (b"0.375", b'"oops"')


def sample(folder):
    for seed in (1, 2):
        path = folder / f"exp/train_{seed:05d}/result.json"
        path.parent.mkdir(parents=True)
        records = [
            {"training_iteration": 1, "mean_loss": 0.5, "config": {"seed": seed, "lr": 0.1}},
            {"training_iteration": 2, "mean_loss": 0.375, "config": {"seed": seed, "lr": 0.1}},
        ]
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return {"files": "exp/*/result.json", "metric": "mean_loss", "axis": "iteration"}


def test_the_seed_is_the_trials_own(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["seed"].tolist() == [1, 1, 2, 2]
    assert imported.table["iteration"].tolist() == [1, 2, 1, 2]


def test_progress_csv_says_the_same(tmp_path):
    for seed in (1, 2):
        path = tmp_path / f"trial_{seed}/progress.csv"
        path.parent.mkdir()
        path.write_text(
            f"mean_loss,training_iteration,config/seed\n0.5,1,{seed}\n,2,{seed}\n0.375,3,{seed}\n"
        )
    imported = read("*/progress.csv", metric="mean_loss", folder=tmp_path)
    assert imported.table["seed"].tolist() == [1, 1, 2, 2]
    assert imported.table["training_iteration"].tolist() == [1, 3, 1, 3]


def test_params_json_names_what_the_log_does_not(tmp_path):
    for lr in (0.1, 0.2):
        path = tmp_path / f"trial_{lr}/progress.csv"
        path.parent.mkdir()
        path.write_text("mean_loss,training_iteration\n0.5,1\n0.375,2\n")
        (path.parent / "params.json").write_text(json.dumps({"lr": lr, "seed": 3}))
    imported = read("*/progress.csv", columns={"arm": "lr"}, metric="mean_loss", folder=tmp_path)
    assert imported.table["arm"].unique().tolist() == ["0.1", "0.2"]
    assert imported.table["seed"].unique().tolist() == [3]
