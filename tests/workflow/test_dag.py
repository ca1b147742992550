"""How many jobs a study has, and which of them a change runs again."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow

SHOWN = {"figures", "phone", "paper", "report"}
TRAINED = {"train_block", "canary", "collect", "join_predictions"}


def test_the_default_study_has_a_job_for_each_arm(project):
    jobs = project.jobs("merge_modes")
    assert jobs["train_block"] == 8
    assert jobs["report"] == 1


def test_one_seed_a_job_gives_a_trace_file_for_each_arm_and_seed(project):
    project.change("smoke", lambda study: study.update(seeds_per_job=1))
    ended = project.snakemake(
        "--dry-run", "--detailed-summary", "--config", "study=config/studies/smoke.yaml"
    )
    traces = {
        line.split("\t")[0]
        for line in ended.stdout.splitlines()
        if "/traces/" in line and line.split("\t")[0].removesuffix(".parquet")[-5:].isdigit()
    }
    arms = ["lstm_forward/default", "bilstm/merge_mode=sum", "bilstm/merge_mode=concat"]
    assert traces == {
        f"results/smoke/traces/{arm}/seeds_{seed:05d}.parquet" for arm in arms for seed in range(8)
    }
    assert project.jobs("smoke")["train_block"] == 3 * 8


def test_a_list_valued_option_fans_out(project):
    project.change("smoke", lambda study: study["variants"]["lstm_forward"].update(units=[10, 20]))
    project.change("smoke", lambda study: study.update(reference="bilstm sum"))
    assert project.jobs("smoke")["train_block"] == 4


def test_a_finished_study_has_nothing_to_do_though_it_was_moved(after):
    assert after.jobs("smoke") == {}
    absolute = str(after.path("smoke"))
    assert after.planned("--config", f"study={absolute}") == {}


def test_a_fresh_checkout_or_a_reinstall_beside_old_results_reruns_nothing(after):
    for path in [*after.root.glob("src/**/*.py"), *after.root.glob("scripts/*.py")]:
        path.touch()
    assert after.jobs("smoke") == {}


def test_a_python_at_another_place_reruns_nothing(after, tmp_path):
    made = [sys.executable, "-m", "venv", "--without-pip", "--system-site-packages"]
    subprocess.run([*made, str(tmp_path / "venv")], check=True)
    libraries = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (libraries / "those.pth").write_text(sysconfig.get_path("purelib") + "\n")
    moved = type(after)(after.root, str(tmp_path / "venv" / "bin" / "python"))
    assert moved.jobs("smoke") == {}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("analysis", {"alpha": 0.01}),
        ("endpoint", {"threshold": 0.5}),
        ("endpoint", {"smooth": 10}),
        ("report", {"labels": {"lstm_forward": "LSTM"}}),
    ],
)
def test_changing_the_analysis_retrains_nothing(after, key, values):
    after.change("smoke", lambda study: study.setdefault(key, {}).update(values))
    jobs = after.jobs("smoke")
    assert not TRAINED & set(jobs)
    assert jobs["report"] == 1
    assert ("events" in jobs) == (key == "endpoint")


def test_changing_a_label_runs_no_statistics(after):
    after.change(
        "smoke", lambda study: study.update(report={"labels": {"lstm_forward": "Forward"}})
    )
    assert set(after.jobs("smoke")) == {*SHOWN, "study"}


def test_the_plan_of_before_training_is_kept_whatever_changes_later(after):
    after.change("smoke", lambda study: study.update(seeds=16, analysis={"alpha": 0.01}))
    jobs = after.jobs("smoke")
    assert "plan" not in jobs
    assert jobs["train_block"] == 3


def test_changing_the_training_of_one_arm_retrains_that_arm_only(after):
    def change(study):
        study["variants"]["lstm_forward"]["training"] = {"learning_rate": 0.01}

    after.change("smoke", change)
    assert after.jobs("smoke")["train_block"] == 1


def test_another_arm_trains_that_arm_only_together_with_all_else_that_changed(after):
    def change(study):
        study["variants"]["more"] = {"model": "lstm", "units": 5}
        study["analysis"] = {"alpha": 0.01}
        study["report"] = {"title": "More"}

    after.change("smoke", change)
    jobs = after.jobs("smoke")
    assert jobs["train_block"] == 1
    computed = {"events", "arms", "contrasts", "curves", "thresholds", "luck", "final"}
    assert {*computed, *SHOWN, "study", "collect", "join_predictions"} <= set(jobs)


def test_raising_seeds_trains_new_blocks_and_the_last_anew_where_it_was_not_full(after):
    after.change("smoke", lambda study: study.update(seeds=32))
    assert after.jobs("smoke")["train_block"] == 3
    after.change("smoke", lambda study: study.update(seeds=8))
    assert after.jobs("smoke") == {}


def test_another_study_shares_nothing(after):
    after.derive("smoke", "other", lambda study: None)
    assert after.jobs("other")["train_block"] == 3
    assert after.jobs("smoke") == {}


def test_editing_a_model_retrains_its_arms_only(after):
    after.edit("models/lstm.py")
    assert after.jobs("smoke")["train_block"] == 1


@pytest.mark.parametrize("file", ["training/block.py", "trace.py", "tasks/cumulative_sum.py"])
def test_editing_the_engine_retrains_everything(after, file):
    after.edit(file)
    assert after.jobs("smoke")["train_block"] == 3


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("statistics/luck.py", "", "\n# An edit.\n"),
        # A column, a default of the analysis, how tables are written, what is declared.
        (
            "analyses/luck.py",
            '"tie": Field(',
            '"more": Field("float?", "", "another column"),\n    "tie": Field(',
        ),
        ("tables.py", "", "\n# An edit.\n"),
        ("analyses/luck.py", "", "\n# An edit.\n"),
        ("registry.py", "", "\n# An edit.\n"),
        ("report/page.py", "", "\n# An edit.\n"),
    ],
)
def test_editing_the_analysis_reads_no_trace_again(after, file, old, new):
    after.edit(file, old, new)
    jobs = after.jobs("smoke")
    assert not TRAINED & set(jobs)
    assert jobs["report"] == 1


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("evaluations.py", "", "\n# An edit.\n"),
        ("study/plan.py", "alpha: float = 0.05", "alpha: float = 0.06"),
    ],
)
def test_editing_how_traces_are_reduced_or_what_a_study_is_retrains_nothing(after, file, old, new):
    after.edit(file, old, new)
    jobs = after.jobs("smoke")
    assert jobs["collect"] == jobs["report"] == 1
    assert not {"train_block", "canary"} & set(jobs)


def test_editing_one_statistic_runs_what_needs_it(after):
    after.edit("statistics/luck.py")
    assert set(after.jobs("smoke")) == {"luck", *SHOWN}


def test_editing_how_a_study_file_is_read_runs_nothing(after):
    for file in ("loading", "reading", "arms", "structure"):
        after.edit(f"study/{file}.py")
    assert after.jobs("smoke") == {}


def test_another_version_changes_nothing(after):
    version = after.root / "src" / "thresher" / "__init__.py"
    version.write_text(version.read_text() + '\n__version__ = "9.9.9"\n')
    assert after.jobs("smoke") == {}


def test_editing_the_style_sheet_renders_the_report_only(after):
    sheet = next((after.root / "src" / "thresher" / "report").rglob("*.css"))
    sheet.write_text(sheet.read_text() + "\n/* An edit. */\n")
    assert set(after.jobs("smoke")) <= {"report", "paper"}


def test_results_may_lie_elsewhere(project, tmp_path):
    elsewhere = tmp_path / "else where"
    arguments = ["--directory", str(elsewhere), "--config", "study=config/studies/smoke.yaml"]
    assert project.planned(*arguments)["train_block"] == 3
    ended = project.snakemake("results/smoke/study.json", *arguments)
    assert ended.returncode == 0, ended.stderr
    assert (elsewhere / "results" / "smoke" / "study.json").is_file()
    assert not (project.root / "results").exists()
    # Called from there, by the Snakefile's path.
    arguments = ["--snakefile", str(project.root / "Snakefile"), *arguments[2:]]
    assert "study" not in project.planned(*arguments, cwd=elsewhere)


def digests(root: Path, python: str) -> str:
    program = (
        "from thresher import code; import sys;"
        "print(code.digest(sys.argv[1], 'thresher.models.lstm'))"
    )
    script = str(root / "scripts" / "train_block.py")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "src")}
    ended = subprocess.run(
        [python, "-c", program, script], env=environment, capture_output=True, text=True
    )
    return ended.stdout.strip() if ended.returncode == 0 else f"{python}: {ended.stderr}"


def test_a_digest_of_code_is_the_same_under_every_python_of_this_machine(project):
    found = {digests(project.root, sys.executable)}
    assert len(found.copy().pop()) == 16
    for minor in range(11, 16):
        answer = digests_if_there(project.root, f"python3.{minor}")
        found |= {answer} if answer else set()
    assert len(found) == 1


def digests_if_there(root: Path, python: str) -> str:
    try:
        there = subprocess.run([python, "-c", ""], capture_output=True).returncode == 0
    except FileNotFoundError:
        return ""
    return digests(root, python) if there else ""
