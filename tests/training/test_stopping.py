"""A job that is stopped leaves nothing that a later run would take for a result."""

import os
import signal
import subprocess
import sys

from thresher.study import load

JOB = "from thresher.training import run_job; run_job(sys.argv[1], range(3), *sys.argv[2:5])"
# The process is killed when it has written a file, and is about to give it its name.
KILL_AT = """
import os, signal, sys
from thresher import files
class Deadly(type(files.Path())):
    def replace(self, target):
        if target.name == sys.argv[5]:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().replace(target)
files.Path = Deadly
"""


def start(folder, program, epochs, *further):
    study = load("config/studies/merge_modes.yaml")
    job = study.specification(study.arms[0]).replace('"epochs":1000', f'"epochs":{epochs}')
    files = [str(folder / name) for name in ("traces.parquet", "predictions.parquet", "run.json")]
    command = [sys.executable, "-c", f"import sys\n{program}\n{JOB}", job, *files, *further]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **pipes, text=True, preexec_fn=_heed_interrupts)


def _heed_interrupts():
    """A shell has its background jobs, and all that they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def visible(folder):
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_job_stopped_while_it_trains_leaves_no_file(tmp_path):
    numbers = (signal.SIGINT, signal.SIGKILL)
    jobs = {number: start(tmp_path, "", 1_000_000) for number in numbers}
    try:
        for number, job in jobs.items():
            assert "of 1000000 epochs" in job.stdout.readline()
            job.send_signal(number)
            _, errors = job.communicate(timeout=60)
            assert job.returncode == -number
            assert (number == signal.SIGINT) == ("KeyboardInterrupt" in errors)
    finally:
        for job in jobs.values():
            job.kill()
    assert not os.listdir(tmp_path)


def test_a_job_killed_while_it_writes_leaves_no_traces(tmp_path):
    jobs = {}
    for name in ("traces.parquet", "predictions.parquet"):
        (tmp_path / name).mkdir()
        jobs[name] = start(tmp_path / name, KILL_AT, 5, name)
    for name, job in jobs.items():
        _, errors = job.communicate(timeout=300)
        assert job.returncode == -signal.SIGKILL, errors
        assert name not in visible(tmp_path / name)
        assert "traces.parquet" not in visible(tmp_path / name)
