"""Evaluations are the same from a table and from a file, of which no more than an arm is held."""

import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import made_up
from thresher import analyses
from thresher.matrices import Kept, Stored, arms_in, by_arm, marked, rows_of, within
from thresher.reduction import collect, write_evaluations
from thresher.stages import analyse, analyse_all

ARMS, RUNS = 16, 60
READERS = [name for name, own in analyses.every().items() if "evaluations" in own.needs]


@pytest.fixture(scope="module")
def study():
    return made_up.study(arms=ARMS, seeds=RUNS, pairing="data")


@pytest.fixture(scope="module")
def frame(study):
    return collect(made_up.traces(study, diverged=2), study)


@pytest.fixture(scope="module")
def file(frame, tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "evaluations.parquet"
    write_evaluations(frame, path)
    return path


def same(one, other):
    assert dict(one.keys) == pytest.approx(dict(other.keys), nan_ok=True)
    for name in ("seeds", "times", "diverged_at"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.matrices.keys() == other.matrices.keys()
    for name, matrix in one.matrices.items():
        np.testing.assert_array_equal(matrix, other.matrices[name])


def test_a_file_has_the_arms_of_its_table_with_all_that_names_them(frame, file):
    metrics = ["eval_loss", "eval_accuracy"]
    stored = Stored(file)
    assert len(stored) == len(frame)
    assert arms_in(stored) == arms_in(frame) == made_up.labels(ARMS)
    for one, other in zip(by_arm(stored, metrics), by_arm(frame, metrics), strict=True):
        same(one, other)


def test_arms_come_in_the_order_that_is_asked_for(frame, file):
    wanted = made_up.labels(ARMS)[5:2:-1]
    for evaluations in (frame, Stored(file)):
        found = [arm.keys["arm"] for arm in by_arm(evaluations, ["eval_loss"], wanted)]
        assert found == wanted
        with pytest.raises(ValueError, match="column arm: none has no evaluations; there are lstm"):
            list(by_arm(evaluations, ["eval_loss"], ["none"]))


def test_rows_are_of_the_seeds_that_are_asked_for(frame, file):
    arm = made_up.labels(1)[0]
    expected = frame[(frame["arm"] == arm) & frame["seed"].isin([3, 5])]["eval_loss"]
    for evaluations in (frame, Stored(file)):
        rows = rows_of(evaluations, arm, ["eval_loss"], [3, 5, "no such seed"])
        assert list(rows) == ["seed", "eval_loss"]
        assert rows["eval_loss"].tolist() == pytest.approx(expected.tolist(), nan_ok=True)


def test_what_lies_beyond_the_budget_stays_out_where_it_is_not_asked_for(frame, tmp_path):
    path = tmp_path / "evaluations.parquet"
    write_evaluations(marked(frame, 500), path)
    whole, cut = Stored(path), within(Stored(path))
    assert set(whole.columns) - set(cut.columns) == {"beyond"}
    expected = by_arm(frame[frame["time"] <= 500], ["eval_loss"])
    for one, other in zip(by_arm(cut, ["eval_loss"]), expected, strict=True):
        same(one, other)
    assert {float(arm.times[-1]) for arm in by_arm(whole, ["eval_loss"])} == {1000}


def test_a_file_whose_row_groups_mix_arms_is_named_with_the_remedy(frame, tmp_path):
    path = tmp_path / "evaluations.parquet"
    pq.write_table(pa.Table.from_pandas(frame), path)
    with pytest.raises(
        ValueError, match=r"evaluations\.parquet: row group 0 .*; delete it and run"
    ):
        Stored(path)


@pytest.mark.parametrize("name", READERS)
def test_an_analysis_finds_the_same_in_a_file_and_reads_an_arm_at_a_time(
    name, study, frame, file, monkeypatch
):
    results = analyse_all(study, frame)
    needed = {"events": results.table("events")} if "events" in analyses.load(name).needs else {}
    arm = frame.groupby("arm").size().max()
    sizes, read = [0], Stored.rows

    def counted(self, *arguments):
        rows = read(self, *arguments)
        sizes.append(len(rows))
        return rows

    monkeypatch.setattr(Stored, "rows", counted)
    found = analyse(name, {**needed, "evaluations": Stored(file)}, study)
    assert max(sizes) <= arm
    for table, rows in found.items():
        pd.testing.assert_frame_equal(rows, results.table(table)[list(rows)])


@pytest.mark.parametrize("most", [1, 3 * RUNS * 201])
def test_arms_that_are_kept_are_bounded(file, monkeypatch, most):
    monkeypatch.setattr("thresher.matrices.KEPT", most)
    kept = Kept(Stored(file), ["eval_loss"])
    labels = made_up.labels(ARMS)
    first = kept[labels[0]]
    for label in labels[1:]:
        assert kept[label].keys["arm"] == label
        assert sum(arm.size for arm in kept._arms.values()) <= max(most, RUNS * 201)
    assert kept[labels[-1]] is kept[labels[-1]]
    same(kept[labels[0]], first)


def test_reading_a_file_takes_the_memory_of_an_arm(frame, file):
    """The whole table has sixteen of them."""
    own = int(frame.groupby("arm").size().max()) * 8

    def most(evaluations):
        tracemalloc.start()
        for arm in by_arm(evaluations, ["eval_loss"]):
            assert arm.size
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    most(Stored(file))  # what is imported and cached on first use
    before = pa.total_allocated_bytes()
    assert most(Stored(file)) < 10 * own < ARMS * own
    assert pa.total_allocated_bytes() == before
