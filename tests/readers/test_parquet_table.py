"""Parquet."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thresher.readers import ReadError, read

OOPS = ()


def sample(folder):
    table = pa.table(
        {
            "agent": ["a", "a", "a", "b", "b", "b"],
            "seed": [1, 1, 1, 1, 1, 1],
            "step": [0, 1, 2, 0, 1, 2],
            "reward": [0.5, None, float("nan"), 1.0, 2.0, float("inf")],
        }
    )
    pq.write_table(table, folder / "all.parquet")
    return {"files": "all.parquet", "columns": {"arm": "agent"}, "metric": "reward", "axis": "step"}


def test_null_was_not_measured_and_nan_diverged(tmp_path):
    table = read(**sample(tmp_path), folder=tmp_path).table
    assert table["step"].tolist() == [0, 2, 0, 1, 2]
    assert table["reward"].isna().tolist() == [False, True, False, False, True]
    assert table["seed"].tolist() == [1] * 5


def test_a_column_of_words_is_no_metric(tmp_path):
    with pytest.raises(ReadError, match="column agent: holds string, not numbers"):
        read("all.parquet", **without_files(sample(tmp_path), "agent"), folder=tmp_path)


def without_files(arguments, metric):
    return {"axis": arguments["axis"], "metric": metric}
