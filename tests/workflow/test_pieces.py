"""Pieces of results that are lost or damaged: noticed, named, made again."""

import json
import os
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow

TRACE = "traces/bilstm/merge_mode=sum/seeds_00000"


@pytest.mark.parametrize(
    ("piece", "maker"),
    [
        (f"{TRACE}.parquet", "train_block"),
        (f"{TRACE}.run.json", "train_block"),
        (f"{TRACE}.predictions.parquet", "train_block"),
        ("evaluations.parquet", "collect"),
        ("predictions.parquet", "join_predictions"),
        ("tables/events.csv", "events"),
        ("tables/pairs.csv", "contrasts"),
        ("canary.json", "canary"),
        ("study.json", "study"),
        ("figures", "figures"),
        ("phone", "phone"),
        ("paper", "paper"),
        ("report.html", "report"),
    ],
)
def test_a_lost_piece_is_made_again_by_its_rule(after, piece, maker):
    lost = after.results() / piece
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    assert after.jobs("smoke")[maker] == 1


def test_a_lost_picture_is_named_with_the_remedy_which_helps(after):
    os.remove(after.results() / "figures" / "forest.svg")
    ended = after.snakemake("--config", "study=config/studies/smoke.yaml")
    assert ended.returncode == 1
    assert (
        "results/smoke/figures/forest.svg: is missing; delete results/smoke/figures and run again"
        in ended.stderr
    )
    shutil.rmtree(after.results() / "figures")
    assert set(after.jobs("smoke")) == {"figures", "report"}


def flip(path: Path, at: float) -> None:
    """Turn one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("at", [0.0, 0.3, 0.999])
def test_a_flipped_bit_in_a_trace_is_named_and_a_deleted_trace_is_made_again(after, at):
    trace = after.results() / f"{TRACE}.parquet"
    flip(trace, at)
    ended = after.make("smoke", "evaluations.parquet")
    assert ended.returncode == 1
    said = ended.stdout + ended.stderr
    assert f"results/smoke/{TRACE}.parquet: " in said
    assert "delete it and run again: only its block is made again" in said
    assert not (after.results() / "evaluations.parquet").exists()
    trace.unlink()
    jobs = after.jobs("smoke")
    assert jobs["train_block"] == 1
    assert {"collect", "canary"} & set(jobs)


def test_a_trace_of_other_runs_than_the_study_s_is_refused(after):
    # Another run's files, with their own digests, copied over.
    other = after.results() / "traces" / "bilstm" / "merge_mode=concat"
    for ending in ("parquet", "run.json"):
        shutil.copyfile(other / f"seeds_00000.{ending}", after.results() / f"{TRACE}.{ending}")
    ended = after.make("smoke", "evaluations.parquet")
    assert ended.returncode == 1
    said = ended.stdout + ended.stderr
    assert "is of other runs than the study's" in said
    assert f"results/smoke/{TRACE}.parquet: " in said


def test_a_table_that_was_edited_by_hand_is_named_and_made_again_once_deleted(after):
    table = after.results() / "tables" / "events.csv"
    table.write_text(table.read_text().replace("reached", "reached,", 1))
    ended = after.make("smoke", "tables/survival.csv")
    assert ended.returncode == 1
    assert "results/smoke/tables/events.csv: can't be used: " in ended.stdout + ended.stderr
    table.unlink()
    assert {"events", "survival"} <= set(after.jobs("smoke"))


def test_the_run_file_keeps_the_digest_of_each_trace(finished):
    from thresher.files import digest

    for run in finished.results().glob("traces/*/*/seeds_*.run.json"):
        kept = json.loads(run.read_text())["digests"]
        base = str(run).removesuffix(".run.json")
        assert kept["traces"] == digest(f"{base}.parquet")
        assert kept["predictions"] == digest(f"{base}.predictions.parquet")
