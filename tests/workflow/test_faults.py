"""What breaks while a study runs: afterwards the same call completes it, with the same bytes."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

BLOCK = "traces/bilstm/merge_mode=sum/seeds_00000"
ENDINGS = ("parquet", "predictions.parquet", "run.json")
CALL = ["--config", "study=config/studies/smoke.yaml"]
# The block, what it is reduced to, and some of what follows; nothing is drawn.
MADE = (f"{BLOCK}.parquet", "evaluations.parquet", "tables/events.csv", "tables/luck_pairs.csv")
TARGETS = [f"results/smoke/{name}" for name in MADE]


@pytest.fixture
def broken(after):
    """The finished smoke study, of which one block is to be trained again."""
    for ending in ENDINGS:
        (after.results() / f"{BLOCK}.{ending}").unlink()
    yield after
    for process in trainings(after):  # what was left behind on purpose
        os.kill(process, signal.SIGKILL)


def content(project) -> dict[str, bytes]:
    folder = project.results()
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for pattern in ("tables/*.csv", "traces/**/*.parquet")
        for path in folder.glob(pattern)
        if not path.name.startswith(".")
    }


def completed(project, finished, *arguments: str) -> None:
    """Call Snakemake again, unlocked where it asks for that; nothing has changed."""
    ended = project.snakemake(*(arguments or TARGETS), *CALL)
    if "--unlock" in ended.stderr:
        assert project.snakemake("--unlock", *CALL).returncode == 0
        ended = project.snakemake(*(arguments or TARGETS), *CALL)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert content(project) == content(finished)


def start(project, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        project.command(*(arguments or TARGETS), *CALL),
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A shell has its background jobs ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def until(holds: Callable[[], object], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def trainings(project) -> list[int]:
    """Find the processes that train for this project."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            inside = os.readlink(folder / "cwd") == str(project.root.resolve())
        except OSError:
            continue
        if inside and len(words) > 1 and words[1].endswith(b"train_block.py"):
            found.append(int(folder.name))
    return found


def training(project) -> int:
    """Wait until a block is being trained; return its process."""
    log = project.results() / f"logs/train_block/{BLOCK.removeprefix('traces/')}.log"
    log.unlink(missing_ok=True)
    until(lambda: log.is_file() and trainings(project))
    return trainings(project)[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_snakemake_is_stopped_with_jobs_running(broken, finished, number):
    started = start(broken)
    training(broken)
    started.send_signal(number)
    started.communicate(timeout=300)
    assert started.returncode != 0
    # After SIGKILL, the job that it leaves behind trains on, beside the one that is started now.
    completed(broken, finished)


def test_a_training_process_is_killed_as_for_too_much_memory(broken, finished):
    started = start(broken)
    os.kill(training(broken), signal.SIGKILL)
    said = started.communicate(timeout=300)[0]
    assert started.returncode != 0
    assert "failed: bilstm sum, seeds 0–7: " in said
    completed(broken, finished)


def test_a_job_s_folder_is_deleted_under_it(broken, finished):
    started = start(broken)
    training(broken)
    shutil.rmtree((broken.results() / BLOCK).parent)
    started.communicate(timeout=300)
    completed(broken, finished)


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount something on a folder for a while."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"nothing can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_the_disk_is_full_while_a_trace_is_written(broken, finished):
    folder = (broken.results() / BLOCK).parent
    with mounted(folder, "-t", "tmpfs", "-o", "size=8k", "tmpfs"):
        ended = broken.snakemake(*TARGETS, *CALL)
        assert ended.returncode != 0
        said = ended.stdout + ended.stderr
        assert re.search(rf"results/smoke/{BLOCK}\.\S*: No space left on device; mend that", said)
        assert not [path for path in folder.iterdir() if path.suffix in (".parquet", ".tmp")]
    completed(broken, finished)


def test_the_disk_is_full_while_the_report_is_written(after, finished):
    whole = shutil.copytree(after.results(), after.root / "elsewhere")
    with mounted(after.results(), "-t", "tmpfs", "-o", "size=64m", "tmpfs"):
        shutil.copytree(whole, after.results(), dirs_exist_ok=True)
        (after.results() / "report.html").unlink()
        ballast = after.results() / "ballast"
        with ballast.open("wb") as file:
            free = shutil.disk_usage(after.results()).free
            file.write(b"0" * (free - 100_000))
        ended = after.snakemake("results/smoke/report.html", *CALL)
        assert ended.returncode != 0
        assert "results/smoke/report.html: No space left on device" in ended.stdout + ended.stderr
        assert not (after.results() / "report.html").exists()
        ballast.unlink()
        completed(after, finished, "results/smoke/report.html")
        assert (after.results() / "report.html").stat().st_size > 100_000


def test_results_that_cannot_be_written_to_are_said_before_anything_runs(broken, finished):
    results = str(broken.results())
    with mounted(broken.results(), "--bind", results):
        subprocess.run(["mount", "-o", "remount,bind,ro", results], check=True)
        ended = broken.snakemake(*TARGETS, *CALL)
        assert ended.returncode != 0
        assert "results/smoke: can't be written to" in ended.stdout + ended.stderr
    completed(broken, finished)


@pytest.mark.parametrize("harm", ["cut off", "one bit"])
def test_a_damaged_trace_is_named_and_rebuilt_on_request(after, finished, harm):
    trace = after.results() / f"{BLOCK}.parquet"
    good = trace.read_bytes()
    middle = len(good) // 2
    cut = good[:middle]
    flipped = cut + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    trace.write_bytes(cut if harm == "cut off" else flipped)
    ended = after.snakemake(*TARGETS, *CALL)
    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert f"results/smoke/{BLOCK}.parquet: " in said
    assert "delete it and run again" in said
    trace.unlink()
    completed(after, finished)


def test_a_number_that_was_edited_in_a_table_is_named_and_made_again(after, finished):
    table = after.results() / "tables" / "events.csv"
    table.write_text(table.read_text().replace(",60,", ",59,", 1))
    assert table.read_bytes() != (finished.results() / "tables" / "events.csv").read_bytes()
    ended = after.snakemake(*TARGETS, *CALL)
    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert "results/smoke/tables/events.csv: can't be used: is not what was written" in said
    table.unlink()
    completed(after, finished, "results/smoke/tables/survival.csv", *TARGETS)


def test_two_calls_at_once_on_one_study_and_on_two(broken, finished):
    broken.derive("smoke", "other", lambda study: study.update(seeds=2))
    first = start(broken)
    training(broken)
    second = broken.snakemake(*TARGETS, *CALL)
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stdout + second.stderr
    other = broken.snakemake(
        "results/other/traces/lstm_forward/default/seeds_00000.parquet",
        *("--config", "study=config/studies/other.yaml"),
    )
    assert other.returncode == 0, other.stdout + other.stderr
    said = first.communicate(timeout=300)[0]
    assert first.returncode == 0, said
    completed(broken, finished)


@pytest.mark.parametrize("hours", [-48, 48], ids=["back", "ahead"])
def test_a_clock_that_jumps_changes_no_number(broken, finished, hours):
    dated(broken, time.time() + hours * 3600)
    if hours > 0:  # Snakemake refuses what would look older than what it was made from
        ended = broken.snakemake(*TARGETS, *CALL)
        assert ended.returncode
        assert "clock skew" in ended.stdout + ended.stderr
        dated(broken, time.time() - 60)
    completed(broken, finished)


def dated(project, when: float) -> None:
    """Give every file of the results this date."""
    for path in project.results().rglob("*"):
        os.utime(path, (when, when))
