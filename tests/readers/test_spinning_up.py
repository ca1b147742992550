"""Spinning Up's progress.txt."""

import json

from thresher.readers import read

OOPS = (b"0.375", b"oops")


def sample(folder):
    for seed in (0, 10):
        path = folder / f"ppo/ppo_s{seed}/progress.txt"
        path.parent.mkdir(parents=True)
        path.write_text(
            "Epoch\tAverageEpRet\tStdEpRet\tMaxEpRet\tTotalEnvInteracts\tTime\n"
            "0\t0.125\t1\t9\t4000\t3.5\n1\t0.375\t1\t9\t8000\t7\n"
        )
        (path.parent / "config.json").write_text(json.dumps({"exp_name": "ppo", "seed": seed}))
    return {"files": "{arm}/*/progress.txt", "metric": "AverageEpRet", "axis": "step"}


def test_seeds_stand_in_config_json_and_an_epochs_mean_is_no_mean_over_runs(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["seed"].tolist() == [0, 0, 10, 10]
    assert imported.table["step"].tolist() == [4000, 8000] * 2
    assert imported.table["AverageEpRet"].tolist() == [0.125, 0.375] * 2
