"""Traces come back as they were written, or not at all."""

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thresher.trace import (
    TraceError,
    TraceFormat,
    check_digests,
    check_specification,
    factors_of,
    format_of,
    read_predictions,
    read_traces,
    specification_of,
    values,
    verify,
    write_predictions,
    write_trace,
)

AXIS = "epoch"
QUANTITIES = {"loss": "training", "eval_loss": "held-out"}
FORMAT = {"axis": AXIS, "quantities": QUANTITIES}
SPECIFICATION = json.dumps(
    {"arm": "a sum", "factors": [["merge_mode", "sum"], ["units", 8]], "training": {"epochs": 4}}
)


def traces(seeds: int = 3, **changed) -> pa.Table:
    """Three points of each run: nothing, a value, diverged or another value."""
    rows = 3 * seeds
    columns = {
        "eval_loss": [0.7, None, math.nan] * seeds,
        "loss": [None, *(0.1 + 0.2,) * 2] * seeds,
        "epoch": [0, 1, 2] * seeds,
        "seed": np.repeat(np.arange(seeds), 3),
        "units": [8] * rows,
        "variant": ["a"] * rows,
        "arm": ["a sum"] * rows,
        "study": ["made up"] * rows,
    }
    columns |= changed
    return pa.table({name: column for name, column in columns.items() if column is not None})


def predictions(**changed) -> pa.Table:
    columns = {
        "study": ["made up"] * 2,
        "arm": ["a"] * 2,
        "variant": ["a"] * 2,
        "seed": [0, 0],
        "example": [0, 0],
        "position": [0, 1],
        "input": [0.25, 0.5],
        "output": [0.75, math.nan],
        "decoded": [1.0, math.nan],
        "expected": [0.0, 1.0],
        "wrong": [True, None],
    }
    columns |= changed
    return pa.table({name: column for name, column in columns.items() if column is not None})


def write(table: pa.Table, path, **changed) -> str:
    return write_trace(table, path, **{"specification": SPECIFICATION, **FORMAT, **changed})


@pytest.fixture
def block(tmp_path):
    """A block's files, and the digests that its run file keeps."""
    digests = {
        "traces": write(traces(), tmp_path / "b.parquet"),
        "predictions": write_predictions(
            predictions(), tmp_path / "b.predictions.parquet", specification=SPECIFICATION
        ),
    }
    (tmp_path / "b.run.json").write_text(json.dumps({"seconds": 1.5, "digests": digests}))
    return tmp_path


def test_what_is_written_is_read_back_bit_by_bit_in_the_documented_order(block):
    table = read_traces([block / "b.parquet"], runs=[block / "b.run.json"])
    assert table.column_names == [
        *("study", "arm", "variant", "units", "seed", "epoch", "loss", "eval_loss")
    ]
    assert format_of(table) == TraceFormat(AXIS, QUANTITIES)
    assert factors_of(table) == ["units"]
    for name in table.column_names:
        assert str(table[name].to_pylist()) == str(traces()[name].to_pylist())


def test_a_missing_value_and_a_diverged_one_stay_apart(block):
    found, measured = values(read_traces([block / "b.parquet"]), "eval_loss")
    np.testing.assert_array_equal(found[:3], [0.7, np.nan, np.nan])
    assert measured[:3].tolist() == [True, False, True]


def test_the_same_content_is_the_same_bytes(tmp_path):
    first, second = (write(traces(), tmp_path / name) for name in ("one", "two"))
    assert first == second
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert write(traces(seeds=4), tmp_path / "three") != first


def test_only_the_quantities_asked_for_are_read_with_all_that_names_the_run(block):
    table = read_traces([block / "b.parquet"], columns=["eval_loss"])
    assert table.column_names == ["study", "arm", "variant", "units", "seed", "epoch", "eval_loss"]
    assert format_of(table).quantities == {"eval_loss": "held-out"}


def test_files_are_joined_and_a_factor_or_quantity_that_one_lacks_is_missing_there(tmp_path):
    write(traces(seeds=1), tmp_path / "a")
    more = traces(seeds=1, arm=["b"] * 3, units=None, steps=[0.5] * 3, accuracy=[None, 0.5, 1.0])
    write(more, tmp_path / "b", quantities={**QUANTITIES, "accuracy": ""})
    table = read_traces([tmp_path / "a", tmp_path / "b"])
    assert table["units"].to_pylist() == [8, 8, 8, None, None, None]
    assert table["steps"].to_pylist() == [None, None, None, 0.5, 0.5, 0.5]
    assert set(factors_of(table)) == {"units", "steps"}
    assert table["arm"].to_pylist() == ["a sum"] * 3 + ["b"] * 3
    assert values(table, "accuracy")[1].tolist() == [False, False, False, False, True, True]
    assert format_of(table).quantities == {**QUANTITIES, "accuracy": ""}


def test_another_axis_and_words_for_seeds_are_traces_too(tmp_path):
    table = traces(epoch=None, seed=["x", "x", "y"] * 3, hours=[0.0, 0.5, 0.0] * 3)
    write(table, tmp_path / "t", axis="hours")
    found = read_traces([tmp_path / "t"])
    assert format_of(found).axis == "hours"
    assert found["seed"].to_pylist() == ["x", "x", "y"] * 3


def test_whole_numbers_are_stored_as_the_floats_they_are(tmp_path):
    write(traces(loss=[3] * 9), tmp_path / "t")
    found, measured = values(read_traces([tmp_path / "t"]), "loss")
    assert found.dtype == np.float64
    assert found.tolist() == [3.0] * 9
    assert measured.all()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"seed": None}, "has no column seed"),
        ({"arm": None}, "has no column arm"),
        ({"epoch": None}, "has no column epoch"),
        ({"loss": None}, "has no column loss"),
        ({"epoch": ["0", "1", "2"] * 3}, "column epoch must hold numbers, but holds string"),
        ({"loss": ["0", "1", "2"] * 3}, "column loss must hold numbers, but holds string"),
        ({"seed": [0.5, 1, 2] * 3}, "column seed must hold seeds, but holds double"),
        ({"arm": [1] * 9}, "column arm must hold words, but holds int64"),
        ({"epoch": [0, None, 2] * 3}, "column epoch lacks values"),
        ({"epoch": [0, math.nan, 2] * 3}, "column epoch lacks values"),
        ({"variant": [None] * 8 + ["a"]}, "column variant lacks values"),
    ],
)
def test_a_table_that_is_no_table_of_traces_is_refused_and_nothing_is_written(
    changed, reason, tmp_path
):
    with pytest.raises(TraceError, match=reason):
        write(traces(**changed), tmp_path / "t.parquet")
    assert not list(tmp_path.iterdir())


def test_predictions_are_read_back_with_what_is_missing(block):
    table = read_predictions([block / "b.predictions.parquet"], runs=[block / "b.run.json"])
    assert str(table.to_pydict()) == str(predictions().to_pydict())
    assert factors_of(table) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"output": None}, "has no column output"),
        ({"expected": [0.0, None]}, "column expected lacks values"),
        ({"wrong": [0.0, 1.0]}, "column wrong must hold bool, but holds double"),
    ],
)
def test_predictions_have_their_columns(changed, reason, tmp_path):
    with pytest.raises(TraceError, match=reason):
        write_predictions(predictions(**changed), tmp_path / "p", specification="{}")


def test_a_file_says_what_made_it_and_what_differs_from_the_study(block):
    path = block / "b.parquet"
    assert specification_of(path) == SPECIFICATION
    assert specification_of(block / "b.predictions.parquet") == SPECIFICATION
    check_specification(path, SPECIFICATION)
    other = json.loads(SPECIFICATION)
    other["training"] = {"epochs": 9, "batch_size": 1}
    other["factors"][1] = ["units", 16]
    with pytest.raises(TraceError) as caught:
        check_specification(path, json.dumps(other))
    line = str(caught.value)
    assert line.startswith(f"{path}: is of other runs than the study's: ")
    assert "factors.units is 8, in the study 16" in line
    assert "training.epochs is 4, in the study 9" in line
    assert "training.batch_size is missing, in the study 1" in line
    assert "merge_mode" not in line
    assert "delete it and run again" in line


def test_files_along_two_axes_are_not_joined(tmp_path):
    write(traces(), tmp_path / "a")
    write(traces(epoch=None, step=[0, 1, 2] * 3), tmp_path / "b", axis="step")
    with pytest.raises(TraceError, match=r"b: its axis is step, but that of .*a is epoch"):
        read_traces([tmp_path / "a", tmp_path / "b"])


def test_columns_that_can_not_be_joined_are_named(tmp_path):
    write(traces(), tmp_path / "a")
    write(traces(units=["few"] * 9), tmp_path / "b")
    with pytest.raises(TraceError, match=r"columns differ in type .*units"):
        read_traces([tmp_path / "a", tmp_path / "b"])


def test_no_files_are_no_traces():
    with pytest.raises(TraceError, match="no traces to read"):
        read_traces([])


def test_any_flipped_bit_is_noticed_with_the_name_of_the_file(block):
    generator = np.random.default_rng(20261123)
    for name, kind, read in (
        ("b.parquet", "traces", read_traces),
        ("b.predictions.parquet", "predictions", read_predictions),
    ):
        path, run = block / name, block / "b.run.json"
        right = path.read_bytes()
        for bit in generator.choice(8 * len(right), 400, replace=False):
            wrong = bytearray(right)
            wrong[bit // 8] ^= 1 << (bit % 8)
            path.write_bytes(wrong)
            with pytest.raises(TraceError) as caught:
                read([path], runs=[run])
            with pytest.raises(TraceError):
                check_digests(run, **{kind: path})
            line = str(caught.value)
            assert line.startswith(f"{path}: is not what was written")
            assert "delete it and run again" in line
            assert "\n" not in line
        path.write_bytes(right)
        check_digests(run, **{kind: path})


def test_a_flipped_bit_of_the_values_is_noticed_without_a_digest_too(tmp_path):
    path = tmp_path / "t.parquet"
    write(traces(seeds=50), path)
    right = path.read_bytes()
    group = pq.ParquetFile(path).metadata.row_group(0)
    for index in range(group.num_columns):
        column = group.column(index)
        # The last byte of a chunk is the last of its last page's values.
        wrong = bytearray(right)
        begin = min(filter(None, (column.dictionary_page_offset, column.data_page_offset)))
        wrong[begin + column.total_compressed_size - 1] ^= 4
        path.write_bytes(wrong)
        with pytest.raises(TraceError, match=r"t\.parquet: is not readable as Parquet"):
            read_traces([path])


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("known", [True, False], ids=["digest", "no digest"])
def test_a_truncated_file_is_named(block, kept, known):
    path = block / "b.parquet"
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(TraceError, match=rf"{path}: .*; delete it and run again"):
        read_traces([path], runs=[block / "b.run.json"] if known else None)


def test_what_is_no_trace_at_all_is_named(block):
    folder, text, missing = (block / name for name in ("folder", "text.parquet", "missing"))
    folder.mkdir()
    text.write_text("epoch,loss\n0,1\n" * 40)
    foreign = block / "foreign.parquet"
    pq.write_table(traces(), foreign)
    for path, reason in (
        (folder, "is a folder"),
        (text, "is not readable as Parquet"),
        (missing, "is missing; run again"),
        (foreign, "does not say its axis and quantities"),
    ):
        with pytest.raises(TraceError, match=f"^{path}: {reason}"):
            read_traces([path])
    with pytest.raises(TraceError, match="has no specification"):
        specification_of(foreign)


@pytest.mark.parametrize("content", ["{}", "[]", "{", '{"digests": {"traces": 3}}', "\xff"])
def test_a_run_file_without_digests_is_named(block, content):
    run = block / "b.run.json"
    run.write_text(content, encoding="latin-1")
    with pytest.raises(TraceError, match=rf"{run}: has no digest of the block's traces"):
        read_traces([block / "b.parquet"], runs=[run])


def test_a_file_is_verified_by_itself(block):
    digest = json.loads((block / "b.run.json").read_text())["digests"]["traces"]
    verify(block / "b.parquet", digest)
    with pytest.raises(TraceError, match="but was 000000000000…"):
        verify(block / "b.parquet", "0" * 64)
