"""Memory that training takes is said beforehand where the machine has less, or lanes take much."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from thresher import machine
from thresher.study import load, memory
from thresher.training_options import Training

GB = 10**9
STUDY = {
    "task": {"name": "cumulative_sum", "timesteps": 28},
    "variants": {"small": {"model": "lstm", "units": 20}, "large": {"model": "lstm", "units": 500}},
    "training": {"epochs": 100, "batch_size": 64},
    "seeds": 32,
}


@pytest.fixture
def study(tmp_path):
    def study(**changed):
        path = tmp_path / "own.yaml"
        path.write_text(yaml.safe_dump({**STUDY, **changed}, sort_keys=False))
        return load(path)

    return study


def test_a_job_that_needs_more_than_the_machine_has_is_said_with_numbers_and_remedy(study):
    made = study()
    parameters = made.arms[1].parameters
    lanes = memory.lanes(made.training, parameters, 28) / GB
    (line,) = memory.warnings_of(made, has=3 * GB)
    job = lanes + 2.001  # what a scheduler is asked for
    assert line == (
        f"{made.path}: arm large: 32 lanes will need about {lanes:.3g} GB of memory and their job "
        f"{job:.3g} GB, but this machine has 3 GB; lower training.lane_width (32) or batch_size "
        "(64)"
    )
    (line,) = memory.warnings_of(made, has=64 * GB)
    assert line.endswith(
        f"32 lanes will need about {lanes:.3g} GB of memory, more than 2 GB; a lower "
        "training.lane_width (32) or batch_size (64) needs less"
    )


def test_a_study_that_fits_is_not_spoken_of(study):
    few = study(training={"epochs": 100, "batch_size": 64, "lane_width": 8})
    assert list(memory.warnings_of(few, has=8 * GB)) == []
    small = study(variants={"small": STUDY["variants"]["small"]})
    assert list(memory.warnings_of(small, has=8 * GB)) == []
    assert len(list(memory.warnings_of(small, has=2 * GB))) == 1


def test_the_machine_is_this_one_where_none_is_given(study, monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda: GB)
    assert "this machine has 1 GB" in next(memory.warnings_of(study()))
    monkeypatch.setattr(machine, "memory", lambda: None)
    assert "more than 2 GB" in next(memory.warnings_of(study()))


def test_this_machine_has_memory():
    assert 2**28 < machine.memory() < 2**60


def test_what_is_said_is_about_what_was_measured():
    assert memory.lanes(Training(), 2_283_010, 1) == pytest.approx(1.66 * GB, rel=0.25)
    recurrent = Training(batch_size=64, evaluation_size=64)
    assert memory.lanes(recurrent, 66_689, 28) == pytest.approx(0.69 * GB, rel=0.25)


def test_lanes_grow_with_width_batch_timesteps_and_parameters():
    common = Training(batch_size=100)
    least = memory.lanes(common, 10_000, 10)
    assert memory.lanes(replace(common, lane_width=64), 10_000, 10) == 2 * least
    assert memory.lanes(replace(common, batch_size=200), 10_000, 10) > 1.5 * least
    assert memory.lanes(common, 10_000, 20) > 1.5 * least
    assert memory.lanes(common, 40_000, 10) > 1.5 * least


def test_what_only_the_data_tell_is_judged_where_they_may_be_read(study, tmp_path):
    np.savez(tmp_path / "d.npz", x=np.zeros((40, 28, 100)), y=np.arange(40) % 2)
    made = study(
        task={"name": "arrays", "file": "d.npz"},
        endpoint={"metric": "eval_accuracy", "threshold": 0.9},
        training={"epochs": 100, "batch_size": 32},
    )
    assert list(memory.warnings_of(made, has=GB)) == []
    (line,) = memory.warnings_of(made, tmp_path, has=GB)
    assert "arm large: 32 lanes" in line
    rows = [f"{'word ' * 28},{place % 2}" for place in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]))
    made = study(
        task={"name": "text", "file": "t.csv"},
        endpoint={"metric": "eval_accuracy", "threshold": 0.9},
        variants={"wide": {"model": "mlp", "units": 4000}},
    )
    parameters = 3 * 32 + (28 * 32 + 1) * 4000 + 4000 * 4001 + 2 * 4001
    lanes = memory.lanes(made.training, parameters, 1) / GB
    assert f" about {lanes:.3g} GB of memory, more" in next(memory.warnings_of(made, tmp_path))


def test_a_model_of_ones_own_is_judged_once_its_parameters_are_counted(study, tmp_path):
    (tmp_path / "m.py").write_text("def net(inputs, outputs):\n    raise ValueError\n")
    made = study(variants={"own": {"model": "m.py:net"}})
    assert list(memory.warnings_of(made, tmp_path, has=GB)) == []
    (line,) = memory.warnings_of(made, tmp_path, {"own": 10**8}, has=GB)
    assert "arm own: 32 lanes" in line
