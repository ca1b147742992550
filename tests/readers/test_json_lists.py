"""JSON with lists."""

import json

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b'"oops"')


def sample(folder):
    for optimizer in ("Adam", "SGD"):
        for seed in (42, 43):
            path = folder / optimizer / f"lr__0.1/random_seed__{seed}__2019-02-13.json"
            path.parent.mkdir(exist_ok=True, parents=True)
            content = {
                "test_losses": [0.5, 0.375, 0.25],
                "minibatch_train_losses": [1.0, 2.0, 3.0, 4.0, 5.0],
                "num_epochs": 2,
                "random_seed": seed,
            }
            path.write_text(json.dumps(content))
    return {
        "files": "{optimizer}/*/random_seed__{seed}__*.json",
        "columns": {"value": "test_losses", "arm": "optimizer"},
        "metric": "test_loss",
        "axis": "epoch",
    }


def one(tmp_path, content, **arguments):
    (tmp_path / "run.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return read("run.json", **{"metric": "loss", "folder": tmp_path} | arguments)


def rows(imported):
    return imported.table.iloc[:, 2:].to_numpy().tolist()


def test_a_list_without_an_axis_counts_from_0(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["epoch"].tolist() == [0, 1, 2] * 4
    assert imported.table["test_loss"].tolist() == [0.5, 0.375, 0.25] * 4
    assert imported.table["arm"].unique().tolist() == ["Adam", "SGD"]
    assert imported.table["seed"].unique().tolist() == [42, 43]


def test_an_axis_of_the_same_length_is_taken(tmp_path):
    content = {"loss": [3, 2], "epoch": [10, 20], "other": [1, 2, 3]}
    assert rows(one(tmp_path, content, axis="epoch")) == [[10, 3.0], [20, 2.0]]
    with pytest.raises(ReadError, match="column other: has 3 values, but loss has 2"):
        one(tmp_path, content, columns={"axis": "other"})


def test_null_was_not_measured_and_nan_diverged(tmp_path):
    imported = one(tmp_path, '{"loss": [1, null, NaN, Infinity, 1e999, "nan"]}', axis="epoch")
    assert imported.table["epoch"].tolist() == [0, 2, 3, 4, 5]
    assert imported.table["loss"].isna().tolist() == [False, True, True, True, True]


def test_lists_within_objects_are_named_by_their_path(tmp_path):
    content = {"history": {"val": {"loss": [2, 1]}}, "config": {"seed": 7}}
    imported = one(
        tmp_path, content, metric="history/val/loss", columns={"seed": "config/seed"}, axis="epoch"
    )
    assert rows(imported) == [[0, 2.0], [1, 1.0]]
    assert imported.table["seed"].tolist() == [7, 7]


def test_a_list_of_records_is_a_table(tmp_path):
    records = [{"step": 0, "loss": 2}, {"step": 5, "lr": 0.1}, {"step": 10, "loss": 1}]
    assert rows(one(tmp_path, records)) == [[0, 2.0], [10, 1.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"loss": [1, 2', "run.json, line 1: is no valid JSON"),
        ('{"loss": 3}', "single|no list|has no column|not a list|holds no lists|no lists"),
        ('{"loss": [[1, 2], [3]]}', r"value 1 is \[1, 2\], not a number"),
        ("[" * 100_000, "nested too deeply|no valid JSON"),
        ('{"loss": [1, 2], "seed": ' + "9" * 5000 + "}", "run.json"),
    ],
)
def test_what_is_no_log_is_said_in_a_line(tmp_path, content, message):
    with pytest.raises(ReadError, match=message):
        one(tmp_path, content, axis="epoch")
