"""A run's trace depends on its specification and its seed alone."""

import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from keras import layers
from training_cases import SEQUENCE, lstm, options, sequential

from thresher.study import load
from thresher.training import Streams, train_block
from thresher.training.evaluation import EVALUATED
from thresher.training.lanes import TRAINED

pytestmark = pytest.mark.xdist_group("determinism")  # its blocks are trained once

MODEL = sequential(lstm(), lambda: layers.Dropout(0.2))
TRACES = (*TRAINED, *EVALUATED, "predictions")
PROGRAM = """
import os, sys
from thresher.training import run_job

if sys.argv[1] == "one core":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
run_job(sys.argv[2], [int(seed) for seed in sys.argv[3].split()], *sys.argv[4:])
"""


def train(seeds, width=4, **changed):
    given = options(**{"epochs": 6, "evaluate_every": 3, "lane_width": width, **changed})
    return train_block(MODEL, SEQUENCE, seeds, given, Streams(entropy=2))


@pytest.fixture(scope="module")
def full():
    return train(range(4))


@pytest.fixture(scope="module")
def shared():
    return train(range(4), evaluation="shared")


@pytest.mark.parametrize("seeds", [[2], [3, 1], range(9), range(4)], ids=str)
@pytest.mark.parametrize("evaluation", ["per_seed", "shared"])
def test_a_trace_is_bit_identical_whoever_shares_the_block(full, shared, evaluation, seeds):
    block = train(seeds, evaluation=evaluation)
    expected = shared if evaluation == "shared" else full
    for row, seed in enumerate(seeds):
        if seed < 4:
            for name in TRACES:
                assert np.array_equal(getattr(block, name)[row], getattr(expected, name)[seed])
    assert block.seeds.tolist() == list(seeds)


def test_width_1_is_bit_identical_among_its_own_and_close_to_a_block(full):
    alone, together = train([2], width=1), train([1, 2], width=1)
    for name in TRACES:
        assert np.array_equal(getattr(alone, name)[0], getattr(together, name)[1])
    np.testing.assert_allclose(alone.loss[0], full.loss[2], rtol=1e-5)


def test_a_longer_budget_repeats_the_shorter_one(full):
    longer = train(range(4), epochs=120, evaluate_every=3)
    assert np.array_equal(longer.loss[:, :6], full.loss)
    assert np.array_equal(longer.eval_loss[:, :3], full.eval_loss)


def test_another_entropy_is_another_trace(full):
    given = options(epochs=6, evaluate_every=3, lane_width=4)
    other = train_block(MODEL, SEQUENCE, range(4), given, Streams(entropy=3))
    assert not np.isclose(other.loss, full.loss).any()


def test_files_are_the_same_bytes_on_one_core_and_on_all(tmp_path):
    study = load("config/studies/merge_modes.yaml")
    specification = study.specification(study.arms[0]).replace('"epochs":1000', '"epochs":20')
    running = []
    for cores in ("one core", "all cores"):
        paths = [str(tmp_path / cores / name) for name in ("traces", "predictions", "run")]
        command = [sys.executable, "-c", PROGRAM, cores, specification, "0 1 2", *paths]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    for job in running:
        output, _ = job.communicate()
        assert job.returncode == 0, output.decode()
    for name in ("traces", "predictions"):
        one, other = ((tmp_path / cores / name).read_bytes() for cores in ("one core", "all cores"))
        assert one == other


def test_every_array_of_a_block_has_a_row_for_each_run(full):
    arrays = {f.name for f in fields(full) if isinstance(getattr(full, f.name), np.ndarray)}
    rows = arrays - {"evaluation_epochs", "example"}
    assert {len(getattr(full, name)) for name in rows} == {4}
