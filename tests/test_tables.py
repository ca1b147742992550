"""Tables are checked and written whole or not at all."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from thresher import analyses
from thresher.fields import Field
from thresher.files import atomic, write_text
from thresher.tables import TableError, check, read_table, write_table

SURVIVAL = {
    "study": Field("str", "", "study"),
    "arm": Field("str", "", "arm"),
    "time": Field("time", "axis", "time"),
    "at_risk": Field("int", "runs", "runs at risk"),
    "survival": Field("float", "fraction", "estimate"),
    "lower": Field("float?", "fraction", "limit"),
}


def survival() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": "smoke",
            "arm": "none",
            "time": [0, 5],
            "at_risk": [3, 2],
            "survival": [2 / 3, 1 / 3],
            "lower": [0.1, np.nan],
        }
    )


def written(table: pd.DataFrame, path: Path, schema=SURVIVAL) -> pd.DataFrame:
    write_table(table, schema, path)
    return read_table(path, schema)


def test_what_is_written_is_read_back_bit_by_bit(tmp_path: Path):
    pd.testing.assert_frame_equal(written(survival(), tmp_path / "survival.csv"), survival())


def test_the_word_none_is_a_word_and_not_a_missing_value(tmp_path: Path):
    assert written(survival(), tmp_path / "a.csv")["arm"].tolist() == ["none", "none"]


def test_factor_columns_follow_the_columns_of_the_schema(tmp_path: Path):
    table = pd.concat([pd.DataFrame({"units": [10, 20]}), survival()], axis=1)
    assert list(written(table, tmp_path / "a.csv")) == [*SURVIVAL, "units"]


def test_times_are_written_as_integers_where_all_are_and_as_fractions_elsewhere(tmp_path: Path):
    path = tmp_path / "a.csv"
    assert written(survival().assign(time=[0.0, 5.0]), path)["time"].tolist() == [0, 5]
    assert path.read_text().splitlines()[1].startswith("smoke,none,0,")
    assert written(survival().assign(time=[0.25, 5]), path)["time"].tolist() == [0.25, 5.0]
    kept = {**SURVIVAL, "time": Field("time?", "axis", "time")}
    times = written(survival().assign(time=[np.nan, 5.0]), path, kept)["time"]
    assert times.tolist() == [pd.NA, 5]


def test_seeds_are_numbers_where_all_of_them_are_and_words_elsewhere(tmp_path: Path):
    schema = {"seed": Field("seed", "", "seed")}
    for seeds in ([3, 12], ["r1", "12"], ["007", "7"]):
        table = pd.DataFrame({"seed": seeds})
        assert written(table, tmp_path / "a.csv", schema)["seed"].tolist() == seeds


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match=r"x\.csv: column at_risk is missing"):
        check(survival().drop(columns="at_risk"), SURVIVAL, "x.csv")


def test_a_missing_value_is_named_with_its_row():
    table = survival().assign(survival=[1.0, np.nan])
    with pytest.raises(TableError, match=r"survival must have a value, but row 1 has none"):
        check(table, SURVIVAL, "x.csv")


def test_a_wrong_kind_is_named():
    with pytest.raises(TableError, match=r"x\.csv: at_risk must be int"):
        check(survival().assign(at_risk=["a", "b"]), SURVIVAL, "x.csv")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"study,arm\n",
        b"study,arm,time,at_risk,survival,lower\na,b,x,1,0.5,0.1\n",
        b"study,arm,time,at_risk,survival,lower\na,b,1,one,0.5,0.1\n",
        b"study,arm,time,at_risk,survival,lower\na,\xff,1,1,0.5,0.1\n",
        b'study,arm,time,at_risk,survival,lower\na,"b,1,1,0.5,0.1\n',
    ],
)
def test_a_damaged_table_is_named_with_the_remedy_in_one_line(tmp_path: Path, content):
    path = tmp_path / "survival.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_table(path, SURVIVAL)
    assert str(caught.value).startswith(f"{path}: can't be used: ")
    assert str(caught.value).endswith("; delete it and run again, it is made anew")
    assert "\n" not in str(caught.value)


def test_a_missing_table_is_named_with_the_remedy(tmp_path: Path):
    with pytest.raises(TableError, match=r"gone\.csv: can't be used: .*run again"):
        read_table(tmp_path / "gone.csv", SURVIVAL)


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


@pytest.mark.parametrize(("name", "schema"), analyses.schemas().items())
def test_every_column_of_every_table_has_a_meaning(name, schema):
    assert schema, name
    assert all(field.meaning and not field.meaning.endswith(".") for field in schema.values())


@pytest.mark.parametrize(
    "word", ["=1+1", "+a", "-a", "@a", "\ta", "'a", "'=a", "''", "a=1", "none"]
)
def test_no_cell_is_a_formula_and_every_word_comes_back(tmp_path, word):
    schema = {"arm": Field("str", "", "a word"), "n": Field("int", "", "a number")}
    table = pd.DataFrame({"arm": [word, "b"], "n": [-1, 2], "level": [word, "=2"]})
    path = tmp_path / "t.csv"
    write_table(table, schema, path)
    cells = pd.read_csv(path, keep_default_na=False)
    assert not cells[["arm", "level"]].apply(lambda c: c.str.match(r"[=+\-@\t]")).any(axis=None)
    assert cells["n"].to_list() == [-1, 2]
    assert read_table(path, schema).to_dict("list") == table.to_dict("list")


def test_a_table_with_another_number_in_it_is_refused(tmp_path):
    schema = {"n": Field("int", "", "a number")}
    path = tmp_path / "t.csv"
    write_table(pd.DataFrame({"n": [1, 2]}), schema, path)
    path.write_text(path.read_text().replace("2", "3"))
    with pytest.raises(TableError, match="is not what was written; delete it and run again"):
        read_table(path, schema)
    write_table(pd.DataFrame({"n": [1, 3]}), schema, path)
    assert read_table(path, schema)["n"].to_list() == [1, 3]
