"""How many jobs a study has, and which of them a change runs again."""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow


def test_the_default_study_has_a_job_for_each_arm(project):
    jobs = project.jobs("merge_modes")
    assert jobs["train_block"] == 8
    assert jobs["report"] == 1


def test_one_seed_a_job_gives_a_trace_file_for_each_variant_merge_mode_and_seed(project):
    project.change("smoke", lambda study: study.update(seeds_per_job=1))
    ended = project.snakemake(
        "--dry-run", "--detailed-summary", "--config", "study=config/studies/smoke.yaml"
    )
    traces = {
        line.split("\t")[0]
        for line in ended.stdout.splitlines()
        if "/traces/" in line and line.split("\t")[0].removesuffix(".parquet")[-5:].isdigit()
    }
    arms = ["lstm_forward/none", "bilstm/sum", "bilstm/concat"]
    assert traces == {
        f"results/smoke/traces/{arm}/default/seeds_{seed:05d}.parquet"
        for arm in arms
        for seed in range(8)
    }
    assert project.jobs("smoke")["train_block"] == 3 * 8


def test_a_list_valued_option_fans_out(project):
    project.change("smoke", lambda study: study["variants"]["lstm_forward"].update(units=[10, 20]))
    project.change("smoke", lambda study: study.update(reference="bilstm sum"))
    assert project.jobs("smoke")["train_block"] == 4


def test_a_finished_study_has_nothing_to_do_though_it_was_moved(after):
    assert after.jobs("smoke") == {}


def test_a_fresh_checkout_beside_old_results_reruns_nothing(after):
    for path in [*after.root.glob("src/**/*.py"), *after.root.glob("scripts/*.py")]:
        path.touch()
    assert after.jobs("smoke") == {}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("analysis", {"alpha": 0.01}),
        ("endpoint", {"threshold": 0.5}),
        ("report", {"labels": {"lstm_forward": "LSTM"}}),
    ],
)
def test_changing_the_analysis_retrains_nothing(after, key, values):
    after.change("smoke", lambda study: study.setdefault(key, {}).update(values))
    jobs = after.jobs("smoke")
    assert "train_block" not in jobs
    assert jobs["report"] == 1


def test_changing_a_label_runs_no_statistics(after):
    after.change(
        "smoke", lambda study: study.update(report={"labels": {"lstm_forward": "Forward"}})
    )
    assert set(after.jobs("smoke")) <= {"figures", "report", "paper"}


def test_changing_the_training_of_one_arm_retrains_that_arm_only(after):
    def change(study):
        study["variants"]["lstm_forward"]["training"] = {"learning_rate": 0.01}

    after.change("smoke", change)
    assert after.jobs("smoke")["train_block"] == 1


def test_raising_seeds_trains_only_new_blocks(after):
    after.change("smoke", lambda study: study.update(seeds=32))
    assert after.jobs("smoke")["train_block"] == 3
    after.change("smoke", lambda study: study.update(seeds=8))
    assert after.jobs("smoke") == {}


def test_another_study_shares_nothing(after):
    after.derive("smoke", "other", lambda study: None)
    assert after.jobs("other")["train_block"] == 3
    assert after.jobs("smoke") == {}


def edit(path: Path) -> None:
    path.write_text(path.read_text() + "\n# An edit.\n")


def test_editing_a_model_retrains_its_arms_only(after):
    edit(after.root / "src" / "thresher" / "models" / "lstm.py")
    assert after.jobs("smoke")["train_block"] == 1


def test_editing_a_statistic_retrains_nothing(after):
    edit(after.root / "src" / "thresher" / "statistics" / "luck.py")
    jobs = after.jobs("smoke")
    assert jobs["luck"] == 1
    assert not {"train_block", "events", "contrasts"} & set(jobs)


def test_editing_the_style_sheet_renders_the_report_only(after):
    sheet = next((after.root / "src" / "thresher" / "report").rglob("*.css"))
    sheet.write_text(sheet.read_text() + "\n/* An edit. */\n")
    assert set(after.jobs("smoke")) <= {"report", "paper"}


def test_a_lost_trace_is_trained_again_alone_when_it_is_needed(after):
    os.remove(next(after.root.glob("results/smoke/traces/bilstm/sum/default/seeds_00000.parquet")))
    assert "train_block" not in after.jobs("smoke")
    after.change("smoke", lambda study: study["endpoint"].update(threshold=0.5))
    assert after.jobs("smoke")["train_block"] == 1
