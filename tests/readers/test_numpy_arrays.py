"""npy and npz."""

import numpy as np
import pytest

from thresher.readers import ReadError, read

OOPS = ()


def sample(folder):
    losses = np.array([[0.5, 0.375, 0.25], [0.625, 0.5, 0.375]])
    np.savez(folder / "adam.npz", loss=losses, epoch=[0, 10, 20], seed=[3, 4])
    np.savez_compressed(folder / "sgd.npz", loss=losses.T, epoch=[0, 10, 20], seed=[3, 4])
    return {"files": "{arm}.npz", "metric": "loss", "axis": "epoch"}


def test_the_axis_length_tells_runs_from_steps(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["loss"].tolist() == [0.5, 0.375, 0.25, 0.625, 0.5, 0.375] * 2
    assert imported.table["epoch"].tolist() == [0, 10, 20] * 4
    assert imported.table["seed"].tolist() == [3, 3, 3, 4, 4, 4] * 2


def test_runs_without_seeds_are_numbered(tmp_path):
    np.savez(tmp_path / "a.npz", loss=np.ones((2, 3)), epoch=[0, 1, 2])
    imported = read("{arm}.npz", metric="loss", folder=tmp_path)
    assert imported.table["seed"].unique().tolist() == [1, 2]
    assert not imported.has_seeds


def test_one_dimension_counts_from_0(tmp_path):
    np.save(tmp_path / "seed_1.npy", np.array([3.0, np.nan]))
    imported = read("seed_{seed}.npy", metric="loss", axis="epoch", folder=tmp_path)
    assert imported.table["epoch"].tolist() == [0, 1]
    assert imported.table["loss"].isna().tolist() == [False, True]


def test_two_dimensions_without_an_axis_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((2, 3)))
    with pytest.raises(ReadError, match="nothing says which of the two is the axis"):
        read("a.npy", metric="loss", folder=tmp_path)


def test_square_arrays_are_ambiguous(tmp_path):
    np.savez(tmp_path / "a.npz", loss=np.ones((3, 3)), epoch=[0, 1, 2])
    with pytest.raises(ReadError, match="which dimension is the axis"):
        read("a.npz", metric="loss", folder=tmp_path)


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", loss=np.array([{"a": 1}, None], dtype=object))
    with pytest.raises(ReadError, match="never unpickled"):
        read("a.npz", metric="loss", folder=tmp_path)


def test_an_array_that_claims_to_be_larger_than_its_file_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(8))
    data = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(data.replace(b"(8,), }          ", b"(99999999999,), }"))
    (tmp_path / "b.npy").write_bytes(data[:-8])
    for name in ("a.npy", "b.npy"):
        with pytest.raises(ReadError, match=f"{name}: says shape .* but ends before"):
            read(name, metric="loss", folder=tmp_path)
