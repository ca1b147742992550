"""The smoke study on a real Slurm: the same bytes as on one machine, whatever happens to jobs."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

SOON = ["--slurm-init-seconds-before-status-checks", "1"]
PROFILES = {"slurm": SOON, "slurm-gpu": SOON, "cluster-generic": []}
TRACE = "traces/lstm_forward/default/seeds_00000.parquet"
HUNGRY = """import sys, time

out, seed, megabytes = sys.argv[1:]
held = b"1" * (int(megabytes) * 1_000_000)
time.sleep(5)
open(out, "w").write(f"epoch,loss\\n0,1\\n1,0.{len(held) + int(seed)}\\n")
"""
COMMANDED = {
    "command": "{python} hungry.py {trace} {seed} {megabytes}",
    "metric": {"name": "loss", "better": "lower"},
    "endpoint": {"threshold": 0.5, "budget": 1},
    "variants": {"hungry": {"megabytes": 600}},
    "seeds": 1,
    "code": "hungry.py",
}
MODEL = """import keras


def net(inputs, head, units: int = 3):
    x = keras.Input(inputs)
    h = keras.layers.Dense(units, "tanh")(x)
    return keras.Model(x, keras.layers.Dense(head.units, head.activation)(h))
"""


class Login:
    """The node from which a project is run on the cluster, by the profiles as they are shipped."""

    def __init__(self, project, slurm):
        self.project, self.slurm = project, slurm
        path = {"PYTHONPATH": project.environment["PYTHONPATH"]}
        self.environment = slurm.environment | path
        self.started = []

    def start(self, profile, *arguments, study="smoke"):
        often = ["--seconds-between-status-checks", "2", "--max-status-checks-per-second", "50"]
        started = subprocess.Popen(
            [
                *(self.project.python, "-m", "snakemake", "--workflow-profile"),
                *(f"profiles/{profile}", *PROFILES[profile], *often, *arguments),
                *("--config", f"study=config/studies/{study}.yaml"),
            ],
            cwd=self.project.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(started)
        return started

    def finish(self, started):
        said = started.communicate()[0]
        assert started.returncode == 0, said[-5000:] + self.slurm.logs()
        return said

    def make(self, profile, target, study="smoke"):
        return self.finish(self.start(profile, f"results/{study}/{target}", study=study))


@pytest.fixture
def login(project, slurm):
    login = Login(project, slurm)
    yield login
    for started in login.started:
        if started.poll() is None:
            started.kill()
            started.communicate()


def results(project, study="smoke"):
    """Return the bytes of every trace and table."""
    folder = project.results(study)
    return {
        path.relative_to(folder): path.read_bytes()
        for pattern in ("tables/*.csv", "traces/**/*.parquet")
        for path in folder.glob(pattern)
        if not path.name.startswith(".")
    }


def test_the_smoke_study_gives_the_same_bytes_as_here(login, finished):
    before = login.slurm.last()
    login.finish(login.start("slurm"))
    here = results(finished)
    assert len(here) > 20
    assert results(login.project) == here
    assert (login.project.results() / "report.html").is_file()
    jobs = login.slurm.ended(before)
    assert len(jobs) > 20
    assert {job["State"] for job in jobs} == {"COMPLETED"}


def test_traces_and_contrasts_are_the_same_through_a_scheduler_s_commands(login, finished):
    before, here = login.slurm.last(), results(finished)
    login.make("cluster-generic", "tables/contrasts.csv")
    there = results(login.project)
    assert Path("tables/contrasts.csv") in there
    assert {path for path in here if path.parts[0] == "traces"} <= set(there)
    assert there.items() <= here.items()
    assert {job["State"] for job in login.slurm.ended(before)} == {"COMPLETED"}


@pytest.mark.parametrize("profile", ["slurm", "cluster-generic"])
def test_a_job_that_is_cancelled_runs_again(login, finished, profile):
    slurm, before = login.slurm, login.slurm.last()
    started = login.start(profile, f"results/smoke/{TRACE}")
    slurm.until(lambda: bool(slurm.running()), "a job runs")
    slurm.ask("scancel", *slurm.running())
    login.finish(started)
    states = [job["State"].split()[0] for job in slurm.ended(before)]
    assert states == ["CANCELLED", "COMPLETED"]
    made = (login.project.results() / TRACE).read_bytes()
    assert made == (finished.results() / TRACE).read_bytes()


def test_a_program_beyond_its_memory_runs_again_with_more(login):
    studies, slurm, before = login.project.path("smoke").parent, login.slurm, login.slurm.last()
    (studies / "hungry.py").write_text(HUNGRY)
    (studies / "own.yaml").write_text(yaml.safe_dump({**COMMANDED, "resources": {"mem_mb": 700}}))
    trace = "traces/hungry/default/seeds_00000.parquet"
    login.make("slurm", trace, study="own")
    first, *others = slurm.ended(before)
    assert (first["State"], first["ReqMem"]) in {("FAILED", "700M"), ("OUT_OF_MEMORY", "700M")}
    assert (others[0]["ReqMem"], others[-1]["State"]) == ("1400M", "COMPLETED")
    there = (login.project.results("own") / trace).read_bytes()
    shutil.rmtree(login.project.results("own"))
    ended = login.project.make("own", trace)
    assert ended.returncode == 0, ended.stderr
    assert (login.project.results("own") / trace).read_bytes() == there


def test_a_node_that_is_drained_delays_what_waits_and_loses_nothing(login, finished):
    slurm = login.slurm
    more = "traces/bilstm/merge_mode=sum/seeds_00000.parquet"
    targets = [f"results/smoke/{trace}" for trace in (TRACE, more)]
    started = login.start("slurm", *targets, "--jobs", "1")
    slurm.until(lambda: bool(slurm.running()), "a job runs")
    slurm.ask("scontrol", "update", "NodeName=node", "State=DRAIN", "Reason=test")
    try:
        slurm.until(lambda: slurm.state() == "drained", "the running job ends", 300)
        slurm.until(lambda: any("PENDING" in job for job in slurm.waiting().values()), "one waits")
        assert started.poll() is None
    finally:
        slurm.ask("scontrol", "update", "NodeName=node", "State=RESUME")
    login.finish(started)
    for trace in (TRACE, more):
        made = (login.project.results() / trace).read_bytes()
        assert made == (finished.results() / trace).read_bytes()


def test_an_own_model_is_checked_and_trained_there_with_a_gpu_where_the_profile_says(login):
    project, before = login.project, login.slurm.last()
    (project.path("smoke").parent / "mine.py").write_text(MODEL)

    def own(study):
        study["variants"] = {"mine": {"model": "mine.py:net"}}
        study.pop("reference")

    project.derive("smoke", "own", own)
    trace = "traces/mine/default/seeds_00000.parquet"
    login.make("slurm-gpu", trace, study="own")
    checked, trained = login.slurm.ended(before)
    assert "gpu" not in checked["AllocTRES"]
    assert "gres/gpu=1" in trained["AllocTRES"]
    there = (project.results("own") / trace).read_bytes()
    (project.results("own") / trace).unlink()
    ended = project.make("own", trace)
    assert ended.returncode == 0, ended.stderr
    assert (project.results("own") / trace).read_bytes() == there
