"""A study is run, stopped, run again, and watched on a terminal; exit codes say how it ended."""

import fcntl
import hashlib
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow

ROOT = Path(__file__).parents[2]


def environment(**own: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), **own}


def started(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Call the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "thresher", *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
    )


PROGRAM = """\
import argparse, time
parser = argparse.ArgumentParser()
for name in ("--speed", "--seed", "--out"):
    parser.add_argument(name)
given = parser.parse_args()
time.sleep(0.05)
with open(given.out, "w") as trace:
    print("epoch,loss", file=trace)
    for epoch in range(21):
        speed = float(given.speed) * (1 + int(given.seed) / 50)
        print(f"{epoch},{1 / (1 + epoch * speed)}", file=trace)
"""
STUDY = """\
command: "{python} program.py --speed {speed} --seed {seed} --out {trace}"
variants: {slow: {speed: 1}, fast: {speed: 2}}
metric: {name: loss, better: lower}
endpoint: {threshold: 0.2, sustain: 1, budget: 20}
reference: slow
seeds: 6
seeds_per_job: 3
"""
# Only what makes runs, and the first of what follows: the rest is tested elsewhere.
UNTIL = ("--", "--until", "collect")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "Größe #1" / "mine"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY)
    (folder / "program.py").write_text(PROGRAM)
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def test_stopped_and_run_again_it_gives_the_same_bytes(study, tmp_path):
    whole = started("run", str(study), "--cores", "2", *UNTIL, cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    expected = digests(study / "results" / "mine" / "traces")
    assert len(expected) == 8
    moved = study.rename(study.with_name("first"))
    study.mkdir()
    for name in ("study.yaml", "program.py"):
        (study / name).write_bytes((moved / name).read_bytes())
    slow = study / "program.py"
    slow.write_text(PROGRAM.replace("sleep(0.05)", "sleep(2)"))
    call = [sys.executable, "-m", "thresher", "run", str(study), "--cores", "2", *UNTIL]
    process = subprocess.Popen(
        call, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    )
    runs = study / "results" / "mine" / "traces"
    deadline = time.monotonic() + 120
    while not list(runs.rglob("*.runs")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("stopped; what is finished is kept: thresher run ")
    assert "Traceback" not in said
    assert "failed" not in said
    assert not list((study / ".snakemake").rglob("locks/*"))
    assert str(study) not in subprocess.run(["ps", "-ef"], capture_output=True, text=True).stdout
    slow.write_text(PROGRAM)
    again = started("run", str(study), "--cores", "2", *UNTIL, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert digests(runs) == expected


def test_runs_that_fail_are_named_with_their_log(study, tmp_path):
    program = study / "program.py"
    program.write_text(PROGRAM.replace("time.sleep(0.05)", "assert given.speed != '2', 'too fast'"))
    ended = started("run", str(study), "--cores", "2", *UNTIL, cwd=tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    failed = [line for line in ended.stderr.splitlines() if line.startswith("failed: ")]
    assert failed
    for line in failed:
        assert re.match(
            r"failed: fast, seeds \d\D+\d: .*arm fast, seed \d: the program ended", line
        )
        log = re.search(r"its output is in (\S+\.log);", line)
        assert log
        assert "too fast" in (study / log[1]).read_text()


def test_what_is_wrong_is_said_before_anything_starts(study, tmp_path):
    (study / "study.yaml").write_text(STUDY.replace("seeds: 6", "seeds: -6"))
    ended = started("run", str(study), cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr == f"{study}/study.yaml: seeds must be positive, but was -6\n"
    assert sorted(path.name for path in study.iterdir()) == ["program.py", "study.yaml"]


def on_terminal(call: list[str], width: int, cwd: Path) -> tuple[int, str]:
    """Run a call on a terminal of some width; return its exit code and all that it wrote."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        own = environment(TERM="xterm-256color")
        for name in ("NO_COLOR", "COLUMNS", "LINES", "CI"):
            own.pop(name, None)
        time.sleep(0.2)
        os.execvpe(call[0], call, own)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    written = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), written.decode()


@pytest.mark.parametrize("width", [80, 160])
def test_on_a_terminal_there_is_one_view(width, study, tmp_path):
    program = study / "program.py"
    program.write_text(PROGRAM.replace("sleep(0.05)", "sleep(0.7)"))
    call = [sys.executable, "-m", "thresher", "run", str(study), "--cores", "2", *UNTIL]
    code, written = on_terminal(call, width, tmp_path)
    assert code == 0
    frames = re.split(r"(?:\x1b\[1A\x1b\[2K)+|\x1b\[2K", written)
    plain = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", frame) for frame in frames]
    views = [frame.splitlines() for frame in plain if frame.startswith("mine  jobs")]
    assert views
    assert all(len(line) <= width for view in views for line in view)
    assert any(line.startswith("runs 0 of 12") for view in views for line in view)
    assert any(
        re.match(r"  (slow|fast), seeds [03] to [25] +\d+%  \d+ s", line)
        for view in views
        for line in view
    )
    last = written.rstrip().splitlines()[-1]
    assert "5 of 5 jobs done, 12 runs made" in last
    assert len(written) < 100_000
