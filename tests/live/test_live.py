"""What is known while a study runs, and what a terminal of 80 or 160 columns shows of it."""

import io
import json
import re
from dataclasses import replace

import pytest
from rich.console import Console

from thresher.live.happening import Happening
from thresher.live.showing import Lines, View
from thresher.progress import FOLDER, file_of, reporter
from thresher.project import root
from thresher.study import Study, load


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def study() -> Study:
    """Three arms of eight seeds in two blocks each, 60 epochs."""
    smoke = load(root() / "config" / "studies" / "smoke.yaml", root())
    return replace(smoke, seeds_per_job=5)


@pytest.fixture
def happening(study, tmp_path) -> Happening:
    found = Happening(study, str(tmp_path), Clock())
    found.plan({"all": 1, "train_block": 6, "collect": 1, "report": 1, "total": 9})
    return found


def begin(happening: Happening, number: int, block: str, factors: str = "merge_mode=sum") -> None:
    happening.begin(
        {
            "jobid": number,
            "rule_name": "train_block",
            "wildcards": {
                "study": "smoke",
                "variant": "bilstm",
                "factors": factors,
                "block": block,
            },
            "output": [f"traces/{factors}/seeds_{block}.parquet"],
            "log": [f"logs/{block}.log"],
        }
    )


def tell(happening: Happening, share: float, block: str, factors: str = "merge_mode=sum") -> None:
    output = f"traces/{factors}/seeds_{block}.parquet"
    content = json.dumps({"output": output, "share": share})
    file_of(happening.folder, output).write_text(content)


def test_runs_and_epochs_are_counted_over_all_jobs(happening):
    begin(happening, 1, "00000")
    begin(happening, 2, "00005")
    happening.clock.now = 10
    tell(happening, 0.5, "00000")
    tell(happening, 0.25, "00005")
    found = happening.progress()
    assert (found.jobs, found.all_jobs, found.runs, found.all_runs) == (0, 8, 0, 24)
    assert found.epochs == 60 * (5 * 0.5 + 3 * 0.25)
    assert found.all_epochs == 24 * 60
    assert found.rate == found.epochs / 10
    assert found.left == pytest.approx(10 * (1 - found.share) / found.share)
    happening.finish(1)
    assert happening.progress().runs == 5


def test_what_was_there_is_not_counted(happening):
    happening.plan({"all": 1, "train_block": 2, "total": 3})
    assert happening.progress().all_runs == 24 - 4 * 5


def test_time_counts_from_the_first_run_and_not_from_the_workflows_start(happening):
    happening.clock.now = 100
    begin(happening, 1, "00000")
    happening.clock.now = 104
    assert happening.progress().seconds == 4


def test_nothing_is_foretold_before_anything_is_done(happening):
    begin(happening, 1, "00000")
    happening.clock.now = 5
    assert happening.progress().left is None


def test_a_job_is_called_by_its_arm_and_seeds(happening):
    begin(happening, 1, "00005")
    assert happening.running[1].name == "bilstm sum, seeds 5 to 7"


def test_a_failure_says_what_the_job_said_last(happening, tmp_path):
    (tmp_path / "x.log").write_text("begin\nstudy.yaml: units is wrong; mend it\n\n")
    begin(happening, 1, "00000")
    failure = happening.fail({"jobid": 1, "rule_name": "train_block", "log": [f"{tmp_path}/x.log"]})
    assert failure.line == (
        "failed: bilstm sum, seeds 0 to 4: study.yaml: units is wrong; mend it "
        f"(log: {tmp_path}/x.log)"
    )


def test_a_log_that_is_not_there_is_no_error(happening):
    begin(happening, 1, "00000")
    failure = happening.fail({"jobid": 1, "rule_name": "train_block", "log": ["nowhere.log"]})
    assert failure.line == "failed: bilstm sum, seeds 0 to 4 (log: nowhere.log)"


def test_a_job_that_is_tried_again_has_not_failed(happening):
    begin(happening, 1, "00000")
    happening.fail({"jobid": 1, "rule_name": "train_block", "log": []})
    begin(happening, 1, "00000")
    assert not happening.failures


def seen(happening: Happening, width: int) -> list[str]:
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=True, no_color=True)
    console.print(View(happening, console, "smoke").drawn())
    plain = io.StringIO(text.getvalue())

    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in plain.read().splitlines()]


@pytest.mark.parametrize("width", [80, 160])
def test_the_view(width, happening):
    for number, block in enumerate(("00000", "00005")):
        begin(happening, number, block)
        tell(happening, 0.5, block)
    begin(happening, 7, "00000", "merge_mode=concat")
    happening.fail({"jobid": 7, "rule_name": "train_block", "log": ["logs/00000.log"]})
    happening.clock.now = 30
    head, bar, facts, *rest = seen(happening, width)
    assert head == "smoke  jobs 0 of 8, 0 s"
    assert len(bar) == pytest.approx(width / 6, abs=1)  # without colours, what is done alone
    assert set(bar) <= set("━╸╺ ")
    assert facts == ("runs 0 of 24, epochs 240 of 1,440, 8.0 epochs/s, about 2 min left")
    assert rest[0].startswith("  bilstm sum, seeds 0 to 4 ")
    assert rest[0].endswith("50%  30 s")
    assert len(rest[0]) == width
    assert rest[2] == "failed: bilstm concat, seeds 0 to 4 (log: logs/00000.log)"


def test_the_view_has_room_for_so_many_jobs(happening):
    for number in range(20):
        begin(happening, number, "00000", f"merge_mode=m{number}")
    lines = seen(happening, 80)
    assert lines[-1] == "  and 12 more"
    assert len(lines) == 3 + 8 + 1


@pytest.mark.parametrize("width", [20, 80])
def test_names_of_any_length_stay_in_a_line(width, happening):
    begin(happening, 1, "00000", "merge_mode=" + "x" * 150)
    assert all(len(line) <= width for line in seen(happening, width))


def test_lines_elsewhere(happening):
    text = io.StringIO()
    shown = Lines(happening, Console(file=text, width=80))
    shown.planned()
    begin(happening, 1, "00000")
    happening.clock.now = 20
    shown.finished(happening.finish(1))
    begin(happening, 2, "00005")
    shown.failed(happening.fail({"jobid": 2, "rule_name": "train_block", "log": ["l"]}))
    shown.end()
    assert text.getvalue().splitlines() == [
        "8 jobs, 24 runs to be made",
        "done: bilstm sum, seeds 0 to 4, in 20 s; runs 5 of 24, epochs 300 of 1,440, 15.0 epochs/s,"
        " about 76 s left",
        "failed: bilstm sum, seeds 5 to 7 (log: l)",
        "1 of 8 jobs done, 5 runs made, 1 job failed",
    ]


def test_after_a_silence_lines_say_how_far_runs_and_then_jobs_are(happening):
    text = io.StringIO()
    shown = Lines(happening, Console(file=text, width=80))
    blocks = [(mode, b) for mode in ("sum", "mul", "ave") for b in ("00000", "00005")]
    for number, (mode, block) in enumerate(blocks):
        begin(happening, number, block, f"merge_mode={mode}")
        happening.finish(number)
        happening.clock.now += 61
        shown.stand_still(happening.clock.now)
        shown.stand_still(happening.clock.now + 59)
    lines = text.getvalue().splitlines()
    assert [line.partition(" of")[0] for line in lines] == [
        *("runs 5", "runs 8", "runs 13", "runs 16", "runs 21", "jobs 6")
    ]
    assert lines[-1] == "jobs 6 of 8"


def test_who_stops_everything_hears_of_no_failures(happening):
    text = io.StringIO()
    shown = Lines(happening, Console(file=text, width=80))
    shown.planned()
    begin(happening, 2, "00005")
    shown.failed(happening.fail({"jobid": 2, "rule_name": "train_block", "log": ["l"]}))
    happening.stopped = True
    shown.end()
    assert text.getvalue() == "8 jobs, 24 runs to be made\n"


def test_a_job_reports_only_to_whoever_looks(tmp_path, monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    reporter("x")(0.5)
    monkeypatch.setenv(FOLDER, str(tmp_path / "gone"))
    reporter("x")(0.5)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    report = reporter("x")
    report(0.1)
    report(0.2)  # too soon after the first
    assert [json.loads(path.read_text())["share"] for path in tmp_path.iterdir()] == [0.1]
    report(1.0)
    assert [json.loads(path.read_text())["share"] for path in tmp_path.iterdir()] == [1.0]
