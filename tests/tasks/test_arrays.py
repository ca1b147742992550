"""Arrays of the user's own are read as they stand, and what is wrong with them is said."""

import numpy as np
import pandas as pd
import pytest

from thresher.logs import UserError
from thresher.tasks.arrays import TASK
from thresher.training.job import settled, source_of

X = np.arange(24, dtype=float).reshape(6, 2, 2)


def options(path, **given):
    defaults = {name: option.default for name, option in TASK.options.items()}
    return {**defaults, "file": str(path), **given}


@pytest.fixture
def npz(tmp_path):
    def save(**arrays):
        np.savez(tmp_path / "data.npz", **arrays)
        return tmp_path / "data.npz"

    return save


def test_words_and_numbers_are_classes_in_their_sorted_order(npz):
    for y in (np.array(["b", "a", "b", "c", "a", "c"]), np.array([5, 2, 5, 9, 2, 9])):
        chosen = options(npz(x=X, y=y))
        found, labels = TASK.data(chosen)
        np.testing.assert_array_equal(found, X)
        assert labels.ravel().tolist() == [1, 0, 1, 2, 0, 2]
        assert found.dtype == labels.dtype == np.float32
        assert TASK.classes(chosen) == tuple(map(str, np.unique(y)))
        source = source_of(settled(TASK, chosen), chosen)
        assert source.classes.tolist() == [1, 0, 1, 2, 0, 2]


@pytest.mark.parametrize(
    ("labels", "loss", "stratified"),
    [("binary", "binary_crossentropy", True), ("numbers", "mean_squared_error", False)],
)
def test_what_labels_are_decides_on_the_loss(npz, labels, loss, stratified):
    chosen = options(npz(x=X, y=[0, 1, 1, 0, 1, 0]), labels=labels)
    assert settled(TASK, chosen).loss == loss
    assert TASK.outputs(chosen) == (1,)
    assert (source_of(settled(TASK, chosen), chosen).classes is not None) == stratified


def test_classes_can_be_one_hot_whether_the_file_has_them_so_or_not(npz):
    for y in (np.array(["b", "a", "b", "c", "a", "c"]), np.eye(3)[[1, 0, 1, 2, 0, 2]]):
        chosen = options(npz(x=X, y=y), labels="one-hot")
        labels = TASK.data(chosen)[1]
        np.testing.assert_array_equal(labels, np.eye(3)[[1, 0, 1, 2, 0, 2]])
        assert settled(TASK, chosen).loss == "categorical_crossentropy"
        assert len(TASK.classes(chosen)) == 3
        assert source_of(settled(TASK, chosen), chosen).classes.tolist() == [1, 0, 1, 2, 0, 2]


def test_npy_and_parquet_are_read_too(tmp_path):
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", np.arange(6) % 2)
    found, labels = TASK.data(options(tmp_path / "x.npy"))
    assert (found.shape, labels.shape) == ((6, 2, 2), (6, 1))
    frame = pd.DataFrame({"a": range(6), "kind": list("uvuvuv"), "b": 2.5})
    frame.to_parquet(tmp_path / "t.parquet")
    found, labels = TASK.data(options(tmp_path / "t.parquet", y="kind"))
    np.testing.assert_array_equal(found, np.column_stack([np.arange(6), np.full(6, 2.5)]))
    assert labels.ravel().tolist() == [0, 1] * 3


def test_a_file_that_changes_is_read_anew(npz):
    for y in ([0, 1] * 3, [0, 1, 2] * 2):
        assert len(TASK.classes(options(npz(x=X, y=y, more=y * len(set(y)))))) == len(set(y))


WRONG = {
    "another name": ({"images": X, "y": [0] * 6}, {}, "has no array x; there are images, y; set"),
    "another length": ({"x": X, "y": [0, 1]}, {}, "has 6 inputs and 2 labels; give as many"),
    "one class": ({"x": X, "y": [3] * 6}, {}, "y has the one class 3; give at least two"),
    "one-hot labels": ({"x": X, "y": np.eye(6)}, {}, "labels: classes needs one class an example"),
    "rows that are not one-hot": (
        {"x": X, "y": np.ones((6, 3))},
        {"labels": "one-hot"},
        "labels: one-hot needs one 1 and else 0 in each row of y",
    ),
    "words as inputs": ({"x": np.full((6, 2), "a"), "y": [0, 1] * 3}, {}, "x holds <U1, not"),
    "not finite": (
        {"x": np.add(X, [[np.inf, 0]]), "y": [0, 1] * 3},
        {},
        "x is not finite in example 0; leave",
    ),
    "not binary": (
        {"x": X, "y": [0, 1, 2] * 2},
        {"labels": "binary"},
        "labels: binary needs 0 and 1, but y has 2",
    ),
}


@pytest.mark.parametrize(("arrays", "given", "line"), WRONG.values(), ids=WRONG)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_is_wrong_is_one_line(npz, arrays, given, line):
    with pytest.raises(UserError) as error:
        TASK.data(options(npz(**arrays), **given))
    assert str(error.value).startswith("data.npz: ")
    assert line in str(error.value)


def test_objects_are_never_unpickled(npz):
    with pytest.raises(UserError, match="needs pickle, which can run code"):
        TASK.data(options(npz(x=np.array([{}] * 6, dtype=object), y=[0, 1] * 3)))
    with pytest.raises(UserError, match=r"is no \.npz, \.npy or \.parquet file; convert it"):
        TASK.data(options(__file__))
