"""Tables are checked and written whole or not at all."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from thresher.files import atomic, write_text
from thresher.tables import (
    TABLES,
    TableError,
    check,
    read_table,
    write_table,
)


def survival() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": "smoke",
            "arm": "none",
            "epoch": [0, 5],
            "at_risk": [3, 2],
            "events": [1, 0],
            "censored": [0, 2],
            "survival": [2 / 3, 1 / 3],
            "lower": [0.1, 0.0],
            "upper": [0.9, 0.8],
        }
    )


def test_what_is_written_is_read_back_bit_by_bit(tmp_path: Path):
    write_table(survival(), "survival", tmp_path / "survival.csv")
    pd.testing.assert_frame_equal(read_table(tmp_path / "survival.csv"), survival())


def test_the_word_none_is_a_word_and_not_a_missing_value(tmp_path: Path):
    write_table(survival(), "survival", tmp_path / "survival.csv")
    assert read_table(tmp_path / "survival.csv")["arm"].tolist() == ["none", "none"]


def test_factor_columns_follow_the_columns_of_the_schema(tmp_path: Path):
    table = pd.concat([pd.DataFrame({"units": [10, 20]}), survival()], axis=1)
    write_table(table, "survival", tmp_path / "survival.csv")
    assert list(read_table(tmp_path / "survival.csv")) == [*TABLES["survival"], "units"]


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match=r"x\.csv: column events is missing"):
        check(survival().drop(columns="events"), TABLES["survival"], "x.csv")


def test_a_missing_value_is_named_with_its_row():
    table = survival().assign(survival=[1.0, np.nan])
    with pytest.raises(TableError, match=r"survival must have a value, but row 1 has none"):
        check(table, TABLES["survival"], "x.csv")


def test_a_wrong_kind_is_named():
    with pytest.raises(TableError, match=r"x\.csv: epoch must be int"):
        check(survival().assign(epoch=["a", "b"]), TABLES["survival"], "x.csv")


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "a.txt"
    write_text("old", target)
    with pytest.raises(FileNotFoundError), atomic(target) as temporary:
        temporary.write_text("half") and (tmp_path / "missing").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"


def test_a_process_killed_while_writing_leaves_no_file_of_that_name(tmp_path: Path):
    program = (
        "import sys, time; from thresher.files import atomic\n"
        "with atomic(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half'); print('writing', flush=True); time.sleep(60)"
    )
    target = tmp_path / "trace.parquet"
    process = subprocess.Popen(
        [sys.executable, "-c", program, target], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not target.exists()


def test_a_written_file_has_the_usual_permissions(tmp_path: Path):
    write_text("a", tmp_path / "a.txt")
    plain = tmp_path / "b.txt"
    plain.write_text("b")
    assert (tmp_path / "a.txt").stat().st_mode == plain.stat().st_mode


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path):
    program = (
        "import sys; from thresher.files import write_text\n"
        "for _ in range(50): write_text(sys.argv[2] * 100_000, sys.argv[1])"
    )
    target = tmp_path / "a.txt"
    writers = [subprocess.Popen([sys.executable, "-c", program, target, letter]) for letter in "ab"]
    while any(writer.poll() is None for writer in writers):
        if target.exists():
            assert len(set(target.read_text())) == 1
        time.sleep(0.01)
    assert all(writer.returncode == 0 for writer in writers)
    assert len(target.read_text()) == 100_000


def test_every_column_has_a_meaning():
    assert all(column.meaning for schema in TABLES.values() for column in schema.values())
