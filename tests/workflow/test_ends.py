"""Snakemake's process ends when its work is done."""

import subprocess

import pytest

pytestmark = pytest.mark.workflow

PROGRAM = """
import sys, threading
from snakemake.cli import main

try:
    main(sys.argv[1:])
except SystemExit as ended:
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    print(ended.code, sum(not timer.finished.is_set() for timer in timers))
"""


@pytest.mark.parametrize("failing", [False, True])
def test_no_timer_of_its_own_is_waited_for(after, failing):
    # The last job is a short one, so that a timer of the round that started it still runs.
    if failing:
        (after.results() / "tables" / "events.csv").write_text("study,arm\n")
    (after.results() / "tables" / "survival.csv").unlink()
    arguments = ["results/smoke/tables/survival.csv", "--cores", "2", "--nocolor"]
    ended = subprocess.run(
        [after.python, "-c", PROGRAM, *arguments, "--config", "study=config/studies/smoke.yaml"],
        cwd=after.root,
        env=after.environment,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.splitlines()[-1:] == [f"{int(failing)} 0"], ended.stdout + ended.stderr
