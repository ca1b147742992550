"""Blocks of runs reduced between files: what is in them, and what is refused by name."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

import made_up
from thresher.evaluations import TraceProblem
from thresher.reduction import collect, collect_files, join_predictions
from thresher.study import parse_part
from thresher.trace import TraceError

FIELDS = ("name", "metrics", "axis", "arms", "task", "training", "pairing", "entropy", "command")


@pytest.fixture(scope="module")
def study():
    return made_up.study(arms=5, seeds=6, budget=200)


@pytest.fixture(scope="module")
def files(study, tmp_path_factory):
    return made_up.write_blocks(study, tmp_path_factory.mktemp("made_up"), diverged=1)


def test_evaluations_collected_from_files_are_those_of_the_table(study, files, tmp_path):
    output = tmp_path / "evaluations.parquet"
    collect_files(files["traces"], files["runs"], parse_part(study.part(*FIELDS)), output)
    expected = collect(made_up.traces(study, diverged=1), study)
    pd.testing.assert_frame_equal(pd.read_parquet(output)[list(expected)], expected)
    again = tmp_path / "again.parquet"
    collect_files(files["traces"], files["runs"], study, again)
    assert again.read_bytes() == output.read_bytes()


def test_predictions_of_all_blocks_are_joined_and_a_factor_that_one_lacks_is_missing(
    study, files, tmp_path
):
    join_predictions(files["predictions"], files["runs"], tmp_path / "predictions.parquet")
    found = pd.read_parquet(tmp_path / "predictions.parquet")
    assert len(found) == 5 * 6 * 10
    modes = found.groupby("arm", sort=False)["merge_mode"].first()
    assert modes.dropna().to_dict() == {"bilstm sum": "sum", "bilstm mul": "mul"}


def test_a_study_collects_each_run_up_to_its_budget_and_its_training_loss_may_diverge(study):
    frame = collect(made_up.traces(study, diverged=2, diverged_at=50), study)
    gone = frame[np.isfinite(frame["diverged_at"])]
    assert gone["arm"].unique().tolist() == [study.arms[-1].label]
    assert gone["diverged_at"].unique().tolist() == [55]
    short = pc.less(made_up.traces(study)["epoch"], 200)
    with pytest.raises(TraceProblem, match="ends at 195, but the budget is 200"):
        collect(made_up.traces(study).filter(short), study)


def test_traces_of_another_specification_are_refused_by_name(study, files, tmp_path):
    other = replace(study, training=replace(study.training, learning_rate=0.5), entropy=1)
    with pytest.raises(TraceError, match=r"seeds_00000\.parquet: .* entropy is 20261123, in the s"):
        collect_files(files["traces"], files["runs"], other, tmp_path / "evaluations.parquet")
    assert not (tmp_path / "evaluations.parquet").exists()
