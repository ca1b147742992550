"""Stable-Baselines3."""

import numpy as np
import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")


def sample(folder):
    orders = (
        "rollout/ep_rew_mean,time/total_timesteps,train/loss\n0.125,2048,\n0.375,4096,1\n",
        "time/total_timesteps,train/loss,rollout/ep_rew_mean\n2048,,0.25\n4096,1,0.5\n",
    )
    for seed, text in enumerate(orders):
        (folder / f"seed_{seed}").mkdir()
        (folder / f"seed_{seed}/progress.csv").write_text(text)
    return {
        "files": "seed_{seed}/progress.csv",
        "metric": "rollout/ep_rew_mean",
        "axis": "step",
    }


def monitor(path, start, episodes):
    path.parent.mkdir(exist_ok=True, parents=True)
    rows = "".join(f"{r},{length},{t}\n" for r, length, t in episodes)
    path.write_text(f'#{{"t_start": {start}, "env_id": "X-v1"}}\nr,l,t\n{rows}')


def test_columns_may_stand_in_another_order_in_each_file(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["rollout/ep_rew_mean"].tolist() == [0.125, 0.375, 0.25, 0.5]
    assert imported.table["step"].tolist() == [2048, 4096, 2048, 4096]


def test_monitors_of_one_folder_are_environments_of_one_run(tmp_path):
    monitor(tmp_path / "ppo/1/0.monitor.csv", 100.0, [(1, 10, 1.0), (3, 20, 3.0)])
    monitor(tmp_path / "ppo/1/1.monitor.csv", 100.5, [(2, 15, 1.5), (4, 25, 4.0)])
    imported = read("{arm}/{seed}/*.monitor.csv", metric="r", axis="step", folder=tmp_path)
    assert imported.table["r"].tolist() == [1, 2, 3, 4]
    assert imported.table["step"].tolist() == [10, 25, 45, 70]  # cumulated over environments
    assert imported.summary["runs"].tolist() == [1]
    assert any("2 environments of one run" in note for note in imported.notes)
    assert len(imported.digests) == 2


def test_an_environment_without_a_finished_episode_adds_none(tmp_path):
    monitor(tmp_path / "ppo/1/0.monitor.csv", 100.0, [(1, 10, 1.0), (3, 20, 3.0)])
    monitor(tmp_path / "ppo/1/1.monitor.csv", 100.0, [])
    imported = read("{arm}/{seed}/*.monitor.csv", metric="r", axis="step", folder=tmp_path)
    assert imported.table["step"].tolist() == [10, 30]


def test_an_evaluation_is_the_mean_of_its_episodes(tmp_path):
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        np.savez(
            tmp_path / f"{seed}/evaluations.npz",
            timesteps=[1000, 2000],
            results=[[1.0, 2.0], [3.0, 5.0]],
            ep_lengths=[[5, 5], [5, 5]],
        )
    imported = read("{seed}/evaluations.npz", columns={"value": "results"}, folder=tmp_path)
    assert imported.table["timesteps"].tolist() == [1000, 2000] * 2
    assert imported.table["results"].tolist() == [1.5, 4.0] * 2


def test_a_monitor_that_was_cut_off_keeps_whole_episodes(tmp_path):
    monitor(tmp_path / "a/monitor.csv", 0, [(1, 10, 1.0), (2, 10, 2.0)])
    with (tmp_path / "a/monitor.csv").open("a") as file:
        file.write("3,1")
    imported = read("{arm}/monitor.csv", metric="r", folder=tmp_path)
    assert imported.table["r"].tolist() == [1, 2]


def test_another_axis_than_its_own_is_asked_for(tmp_path):
    with pytest.raises(ReadError, match="has no column epoch for the axis"):
        read(**sample(tmp_path) | {"axis": "epoch"}, folder=tmp_path)
