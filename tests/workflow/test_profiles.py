"""Profiles: each repeats the default's lines, asks for memory and time, and is called rightly."""

import re
import time

import pytest
import yaml

from thresher.study import read_document

pytestmark = pytest.mark.workflow


def profile(project, name):
    return yaml.safe_load((project.root / "profiles" / name / "profile.yaml").read_text())


@pytest.mark.parametrize("name", ["slurm", "slurm-gpu", "cluster-generic"])
def test_each_profile_repeats_the_default_s_lines_and_retries(project, name):
    default, found = profile(project, "default"), profile(project, name)
    assert {key: found[key] for key in default} == default
    assert (found["retries"], found["latency-wait"], found["keep-going"]) == (2, 60, True)


def test_the_gpu_profile_differs_in_what_training_asks_for(project):
    plain, found = profile(project, "slurm"), profile(project, "slurm-gpu")
    asked = found.pop("set-resources")
    assert found == plain
    assert {rule: needs["gpu"] for rule, needs in asked.items()} == {"train_block": 1, "canary": 1}


def test_every_rule_asks_for_memory_and_time(project):
    for study in ("smoke", "own"):
        if study == "own":
            commanded(project)
        ended = project.snakemake("--dry-run", "--config", f"study=config/studies/{study}.yaml")
        rules = re.findall(r"^rule (\w+):\n(.*?)\n\n?(?=\[|Job stats)", ended.stdout, re.M | re.S)
        asked = {name: re.findall(r"^ +resources: (.*)$", text, re.M) for name, text in rules}
        asked.pop("all", None)
        assert len(asked) > 15
        for name, (line,) in asked.items():
            assert re.search(r"\bmem_mb=\d+", line), name
            assert re.search(r"\bruntime=\d+", line), name
            assert ("accelerator=1" in line) == (name in {"train_block", "canary"})
            if name == "run_command":
                assert {"mem_mb=300", "gpu=2"} <= set(line.split(", "))


def commanded(project):
    study = {
        "command": "{python} x.py {seed} {size} {trace}",
        "metric": {"name": "loss", "better": "lower"},
        "endpoint": {"threshold": 1, "budget": 10},
        "variants": {"a": {"size": [1, 2]}},
        "seeds": 2,
        "resources": {"mem_mb": 300, "gpus": 2},
    }
    project.path("own").write_text(yaml.safe_dump(study))


def test_a_profile_called_by_the_wrong_option_is_said_and_nothing_runs(project):
    ended = project.snakemake("--profile", "profiles/slurm")
    assert ended.returncode == 1
    assert "call it by --workflow-profile profiles/slurm" in ended.stderr
    assert not (project.root / "results").exists()


def test_two_hundred_thousand_runs_are_planned_as_few_jobs_and_soon(project):
    def huge(study):
        study["variants"] = {"lstm": {"model": "lstm", "units": list(range(1, 21))}}
        study.update(reference="lstm units=1", seeds=10_000, seeds_per_job="auto")

    project.derive("smoke", "huge", huge)
    begun = time.monotonic()
    jobs = project.jobs("huge")
    assert sum(jobs.values()) < 3000
    assert jobs["train_block"] == 20 * 79
    # Six seconds of processor time were measured; here, other tests may run beside it.
    assert time.monotonic() - begun < 60


def test_auto_trains_what_the_lane_width_would(after):
    after.change("smoke", lambda study: study.update(seeds_per_job="auto"))
    assert "train_block" not in after.jobs("smoke")
    assert after.make("smoke", "study.json").returncode == 0
    assert read_document(after.results() / "study.json").seeds_per_job == 32
