"""What the pages on own models and programs show is run as it stands there."""

import json
import re
from pathlib import Path

import pytest
import tensorflow as tf

from thresher.command.job import run_command
from thresher.study import load
from thresher.testing import check_task
from thresher.trace import read_traces, values
from thresher.training import run_canary, run_job
from thresher.training.own_check import check_own

DOCS = Path(__file__).parents[1] / "docs"


def write_blocks(page: str, folder: Path) -> dict[str, Path]:
    """Write every block that begins with a file's name to that file."""
    text = (DOCS / page).read_text()
    found = {}
    for name, block in re.findall(r"^```\w+\n# (\S+\.\w+)\n(.*?)^```", text, re.M | re.S):
        found[name] = folder / name
        found[name].write_text(block)
    return found


def test_the_page_on_own_models_is_a_study_that_runs(tmp_path, monkeypatch):
    files = write_blocks("own-model.md", tmp_path)
    study = load(files["parity.yaml"])
    assert [arm.label for arm in study.arms] == ["gru units=4", "gru units=8", "convolution"]
    given = [study.specification(arm) for arm in study.arms]
    found = check_own(given, tmp_path)
    assert found["parameters"]["convolution"] == 3 * 8 + 8 + 9
    monkeypatch.chdir(tmp_path)
    exec(files["test_mine.py"].read_text(), {})


def test_a_job_trains_the_page_s_model(tmp_path):
    files = write_blocks("own-model.md", tmp_path)
    study = load(files["parity.yaml"])
    job = json.loads(study.specification(study.arms[2]))
    job["training"] |= {"epochs": 20, "lane_width": 2, "learning_rate": 0.05}
    # A process has as many threads as its first operation found.
    job["training"]["threads"] = tf.config.threading.get_intra_op_parallelism_threads()
    out = [str(tmp_path / name) for name in ("t.parquet", "p.parquet", "run.json")]
    run_job(json.dumps(job), [0, 1], *out, folder=str(tmp_path))
    loss, measured = values(read_traces([out[0]]), "eval_loss")
    ends = loss[measured].reshape(2, 3)
    assert (ends[:, -1] < ends[:, 0]).all()


def test_the_page_on_programs_is_a_study_that_runs(tmp_path):
    files = write_blocks("any-program.md", tmp_path)
    study = load(files["hidden_units.yaml"])
    assert len(study.arms) == 3
    for arm in study.arms[:2]:
        out = [tmp_path / f"{arm.variant}.{name}" for name in ("traces", "none", "json")]
        run_command(study.specification(arm), [0, 1], *out, str(tmp_path))
        loss, _ = values(read_traces([out[0]], runs=[out[2]]), "val_loss")
        assert loss.shape == (2 * 41,)
        assert loss[40] < loss[0]


def test_the_page_on_data_is_a_study_that_runs(tmp_path, monkeypatch):
    files = write_blocks("own-data.md", tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(files["make_data.py"].read_text(), {})
    study = load(files["series.yaml"])
    assert study.training.evaluation == "per_seed"
    job = json.loads(study.specification(study.arms[1]))
    job["training"] |= {"epochs": 8, "lane_width": 2, "learning_rate": 0.05}
    job["training"]["threads"] = tf.config.threading.get_intra_op_parallelism_threads()
    out = [str(tmp_path / name) for name in ("t.parquet", "p.parquet", "run.json")]
    monkeypatch.chdir("/")
    run_job(json.dumps(job), [0, 1], *out, folder=str(tmp_path))
    accuracy, measured = values(read_traces([out[0]]), "eval_accuracy")
    assert (accuracy[measured].reshape(2, 9)[:, -1] > 0.8).all()
    run_canary(out[0], str(tmp_path / "canary.json"), out[2], str(tmp_path))
    assert json.loads((tmp_path / "canary.json").read_text())["identical"]


def test_the_page_s_own_data_are_a_task(tmp_path, monkeypatch):
    files = write_blocks("own-data.md", tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(files["make_data.py"].read_text(), {})
    check_task("my_data.py:Slopes", folder=tmp_path, first=2)
    text = files["series.yaml"].read_text()
    text = text.replace("arrays, file: series.npz", "my_data.py:Slopes, first: 2")
    text = text.replace("metric: eval_accuracy, threshold: 0.9", "threshold: 0.1")
    files["series.yaml"].write_text(text)
    study = load(files["series.yaml"])
    assert study.task.options["first"] == 2
    found = check_own([study.specification(study.arms[0])], tmp_path)
    assert found["parameters"] == {"lstm units=4": 4 * 4 * (1 + 4 + 1) + 5}


def test_the_page_s_texts_are_a_study_in_which_both_arms_learn(tmp_path, monkeypatch):
    files = write_blocks("own-data.md", tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(files["make_reviews.py"].read_text(), {})
    study = load(files["reviews.yaml"])
    monkeypatch.chdir("/")
    for arm in study.arms:
        job = json.loads(study.specification(arm))
        job["training"] |= {"epochs": 8, "lane_width": 2, "learning_rate": 0.05}
        job["training"]["threads"] = tf.config.threading.get_intra_op_parallelism_threads()
        out = [str(tmp_path / f"{arm.label}.{name}") for name in ("t", "p", "json")]
        run_job(json.dumps(job), [0, 1], *out, folder=str(tmp_path))
        traces = read_traces([out[0]])
        accuracy, measured = values(traces, "eval_accuracy")
        # 192 texts to train on are 12 steps: 6 steps are half a pass.
        times = traces["epoch"].to_numpy()[measured].reshape(2, 17)
        assert (times == [place / 2 for place in range(17)]).all()
        learned = accuracy[measured].reshape(2, 17) > 0.8
        assert learned[:, -3:].all()
        assert not learned[:, 0].any()


@pytest.mark.parametrize("page", ["own-model.md", "any-program.md", "own-data.md"])
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", (DOCS / page).read_text()):
        assert (DOCS / target).exists(), target
