"""CSV and other tables of text: what people's files look like."""

import gzip

import numpy as np
import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")


def sample(folder):
    for arm in ("adam", "sgd"):
        for seed in (1, 2):
            path = folder / arm / f"seed_{seed}.csv"
            path.parent.mkdir(exist_ok=True)
            rows = [f"{i},{0.5 - 0.125 * i}\n" for i in range(4)]
            path.write_text("step,loss\n" + "".join(rows))
    return {"files": "{arm}/seed_{seed}.csv", "metric": "loss", "axis": "step"}


def one(tmp_path, text, **arguments):
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "run.csv").write_bytes(data)
    return read("run.csv", **{"metric": "loss", "folder": tmp_path} | arguments)


def rows(imported):
    return imported.table.iloc[:, 2:].to_numpy().tolist()


def test_a_file_a_run_takes_arm_and_seed_from_its_path(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    runs = imported.table[["arm", "seed"]].drop_duplicates().to_numpy().tolist()
    assert runs == [["adam", 1], ["adam", 2], ["sgd", 1], ["sgd", 2]]
    assert imported.table["loss"].tolist() == [0.5, 0.375, 0.25, 0.125] * 4
    assert imported.has_seeds


def test_a_long_table_takes_arm_and_seed_from_its_columns(tmp_path):
    text = "agent,run_id,t,loss\na,x,0,1\na,x,1,2\na,y,0,3\na,y,1,4\nb,x,0,5\nb,x,1,6\n"
    columns = {"arm": "agent", "seed": "run_id", "axis": "t"}
    imported = one(tmp_path, text, columns=columns, axis="step")
    assert imported.table.to_numpy().tolist() == [
        ["a", "x", 0, 1.0],
        ["a", "x", 1, 2.0],
        ["a", "y", 0, 3.0],
        ["a", "y", 1, 4.0],
        ["b", "x", 0, 5.0],
        ["b", "x", 1, 6.0],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "step,loss\n0,1.5\n1,0.5\n",
        "loss,step\n1.5,0\n0.5,1\n",
        '"step" , "loss"\n"0", "1.5"\n"1", "0.5"\n',
        ",step,loss\n0,0,1.5\n1,1,0.5\n",
        "step,loss\n1,0,1.5\n2,1,0.5\n",
        "step,loss\n0,1.5,\n1,0.5,\n",
        "step\tloss\n0\t1.5\n1\t0.5\n",
        "step;loss\n0;1,5\n1;0,5\n",
        "step loss\n0   1.5\n1   0.5\n",
        "# step loss\n0 1.5\n1 0.5\n",
        "# made by hand\nstep,loss\n\n0,1.5\n\n1,0.5\n\n",
        "step,loss\r\n0,1.5\r\n1,0.5\r\n",
        "\ufeffstep,loss\n0,1.5\n1,0.5\n",
        "step,loss\n0,1.5\n1,0.5\n".encode("utf-16"),
        gzip.compress(b"step,loss\n0,1.5\n1,0.5\n", mtime=0),
        'step,note,loss\n0,"a, b",1.5\n1,"two\nlines",0.5\n',
        "step,loss\n0,1.5\n1,0.5",
        "step,loss\n0,1.5\n1,0.5\n2,0.2",
    ],
)
def test_one_table_in_many_spellings(tmp_path, text):
    imported = one(tmp_path, text, axis="step")
    assert rows(imported)[:2] == [[0, 1.5], [1, 0.5]]


def test_a_gzip_file_may_keep_its_ending(tmp_path):
    (tmp_path / "run.csv.gz").write_bytes(gzip.compress(b"step,loss\n0,1.5\n1,0.5\n"))
    imported = read("run.csv.gz", metric="loss", folder=tmp_path)
    assert rows(imported) == [[0, 1.5], [1, 0.5]]


def test_steps_may_be_fractions_and_seeds_words(tmp_path):
    text = "seed,epoch,loss\nfirst,0.5,1\nfirst,1.0,2\n"
    imported = one(tmp_path, text)
    assert imported.table.iloc[:, 1:].to_numpy().tolist() == [["first", 0.5, 1], ["first", 1, 2]]


def test_whole_seeds_written_as_fractions_are_whole(tmp_path):
    imported = one(tmp_path, "seed,step,loss\n3.0,0,1\n3.0,1,2\n")
    assert imported.table["seed"].tolist() == [3, 3]
    assert imported.table["seed"].dtype == np.int64


def test_rows_are_counted_where_the_user_says_so(tmp_path):
    imported = one(tmp_path, "loss\n3\n2\n1\n", columns={"axis": "index"}, axis="epoch")
    assert rows(imported) == [[0, 3.0], [1, 2.0], [2, 1.0]]


def test_a_table_without_axis_is_no_trace(tmp_path):
    with pytest.raises(ReadError, match="which column is the axis") as error:
        one(tmp_path, "Name,State,loss\nrun-1,finished,0.3\nrun-2,finished,0.2\n")
    assert "a table with one row a run is a summary" in str(error.value)


def test_a_misspelt_column_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(ReadError, match=r"run.csv: has no column los; did you mean loss\?"):
        one(tmp_path, "step,loss\n0,1\n1,2\n", metric="los")


def test_text_is_named_with_file_line_column_and_value(tmp_path):
    with pytest.raises(ReadError) as error:
        one(tmp_path, "step,loss\n0,1\n1,n.a.\n2,x\n", axis="step")
    assert error.value.problems == (
        "run.csv, line 3, column loss: 'n.a.' is not a number; correct it, or leave the cell blank "
        "where nothing was measured",
        "run.csv, line 4, column loss: 'x' is not a number; correct it, or leave the cell blank "
        "where nothing was measured",
    )


def test_numbers_with_underscores_are_text(tmp_path):
    with pytest.raises(ReadError, match="'1_000' is not a number"):
        one(tmp_path, "step,loss\n0,1\n1_000,2\n")


def test_a_short_line_within_the_file_is_named_a_last_one_was_cut_off(tmp_path):
    with pytest.raises(ReadError, match=r"run.csv, line 3: 1 cells, but the header names 2"):
        one(tmp_path, "step,loss\n0,1\n1\n2,3\n")
    imported = one(tmp_path, "step,loss\n0,1\n1,2\n2")
    assert rows(imported) == [[0, 1.0], [1, 2.0]]
    assert any("run.csv, line 4: the last line was cut off" in note for note in imported.notes)


def test_a_value_without_its_step_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"run.csv, line 3, column step: is no place on the axis"):
        one(tmp_path, "step,loss\n0,1\n,2\n")


def test_a_blank_seed_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"run.csv, line 3: seed is blank"):
        one(tmp_path, "seed,step,loss\n1,0,1\n,1,2\n")


def test_two_columns_of_one_name_are_refused_where_they_matter(tmp_path):
    with pytest.raises(ReadError, match="column loss: two columns have this name"):
        one(tmp_path, "step,loss,loss\n0,1,2\n1,2,3\n")
    assert rows(one(tmp_path, "step,loss,x,x\n0,1,2,2\n1,2,3,3\n")) == [[0, 1.0], [1, 2.0]]


def test_a_curve_averaged_over_runs_is_refused(tmp_path):
    for header in ("step,loss_mean,loss_std", "step,mean_loss,std_loss", "step,loss_mean,n_seeds"):
        with pytest.raises(ReadError, match="looks averaged over runs"):
            one(tmp_path, f"{header}\n0,1,0.1\n1,2,0.1\n", metric=header.split(",")[1])


def test_a_mean_within_a_run_is_none_of_an_average_over_runs(tmp_path):
    text = "step,ep_rew_mean,ep_len_mean\n0,1,10\n1,2,12\n"
    assert rows(one(tmp_path, text, metric="ep_rew_mean")) == [[0, 1.0], [1, 2.0]]


def test_an_archive_is_not_opened(tmp_path):
    with pytest.raises(ReadError, match=r"run.csv: is a zip archive, which is not opened"):
        one(tmp_path, b"PK\x03\x04" + b"\0" * 40)


def test_a_pickle_is_never_opened(tmp_path):
    (tmp_path / "run.pkl").write_bytes(b"\x80\x04\x95")
    with pytest.raises(ReadError, match="a pickle can run code"):
        read("run.pkl", metric="loss", folder=tmp_path)


def test_a_gzip_bomb_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("thresher.readers._files.MAX_BYTES", 10_000)
    with pytest.raises(ReadError, match="more than 10000 bytes when unpacked"):
        one(tmp_path, gzip.compress(b"step,loss\n" + b"0,1\n" * 100_000))


def test_too_large_a_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("thresher.readers._files.MAX_BYTES", 100)
    with pytest.raises(ReadError, match="more than the 100 that are read"):
        one(tmp_path, "step,loss\n" + "0,1\n" * 100)


def test_a_header_longer_than_the_head_is_read_whole(tmp_path):
    names = [f"a_rather_long_column_name_{i}" for i in range(4000)]
    text = ",".join(["step", *names, "loss"]) + "\n"
    text += "".join(",".join([str(step), *["1"] * 4000, "7"]) + "\n" for step in range(3))
    assert rows(one(tmp_path, text)) == [[0, 7.0], [1, 7.0], [2, 7.0]]
