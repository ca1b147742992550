"""File patterns."""

import os

import pytest

from thresher.readers import ReadError
from thresher.readers._patterns import find, parse_name


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found(folder, patterns):
    return [(one.shown, dict(one.names)) for one in find(patterns, folder)]


def test_names_in_braces_become_columns(tmp_path):
    touch(tmp_path, "runs/Adam/lr__1/random_seed__42__2019-02-13.json")
    assert found(tmp_path, "runs/{optimizer}/*/random_seed__{seed}__*.json") == [
        (
            "runs/Adam/lr__1/random_seed__42__2019-02-13.json",
            {"optimizer": "Adam", "seed": "42"},
        )
    ]


def test_files_come_in_natural_order_folder_by_folder(tmp_path):
    touch(tmp_path, "a2/10.csv", "a2/9.csv", "a/1.csv", "a10/1.csv")
    assert [shown for shown, _ in found(tmp_path, "{arm}/*.csv")] == [
        "a/1.csv",
        "a2/9.csv",
        "a2/10.csv",
        "a10/1.csv",
    ]


def test_two_stars_go_through_all_folders_one_stays_within(tmp_path):
    touch(tmp_path, "x/1.csv", "x/y/2.csv", "x/y/z/3.csv")
    assert [shown for shown, _ in found(tmp_path, "x/**/*.csv")] == [
        "x/1.csv",
        "x/y/2.csv",
        "x/y/z/3.csv",
    ]
    assert [shown for shown, _ in found(tmp_path, "x/*.csv")] == ["x/1.csv"]


def test_a_list_of_patterns_keeps_its_order_and_takes_no_file_twice(tmp_path):
    touch(tmp_path, "a/1.csv", "b/1.csv")
    assert found(tmp_path, ["b/{seed}.csv", "{arm}/{seed}.csv"]) == [
        ("b/1.csv", {"seed": "1"}),
        ("a/1.csv", {"arm": "a", "seed": "1"}),
    ]


def test_a_path_that_fits_in_two_ways_is_refused_with_both(tmp_path):
    touch(tmp_path, "ppo_v2_3.csv")
    with pytest.raises(ReadError) as error:
        find("{arm}_{seed}.csv", tmp_path)
    assert "arm=ppo, seed=v2_3 or arm=ppo_v2, seed=3" in str(error.value)
    assert found(tmp_path, "{arm}_{seed:int}.csv") == [
        ("ppo_v2_3.csv", {"arm": "ppo_v2", "seed": "3"})
    ]


def test_a_name_that_stands_twice_must_say_the_same(tmp_path):
    touch(tmp_path, "1/run_1.csv", "1/run_2.csv")
    assert found(tmp_path, "{seed}/run_{seed}.csv") == [("1/run_1.csv", {"seed": "1"})]


def test_brackets_are_plain_characters_and_links_are_followed(tmp_path):
    touch(tmp_path, "a[1].csv", "elsewhere/b.csv")
    os.symlink(tmp_path / "elsewhere", tmp_path / "link")
    assert [shown for shown, _ in found(tmp_path, "a[1].csv")] == ["a[1].csv"]
    assert [shown for shown, _ in found(tmp_path, "link/*.csv")] == ["link/b.csv"]


def test_a_pattern_that_matches_nothing_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"files: runs/\*.csv matches nothing"):
        find(["runs/*.csv"], tmp_path)
    with pytest.raises(ReadError, match="files: no pattern is given"):
        find([], tmp_path)
    with pytest.raises(ReadError, match="files: a pattern is empty"):
        find(" ", tmp_path)


def test_run_names_are_read_by_the_same_templates():
    assert parse_name("{arm}-seed{seed:int}", "lstm-2-seed7") == {"arm": "lstm-2", "seed": "7"}
    assert parse_name("{arm}-seed{seed:int}", "lstm") is None


def test_what_is_no_regular_file_is_refused(tmp_path):
    from thresher.readers import read

    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(ReadError, match=r"a.csv: is not a regular file"):
        read("a.csv", metric="loss", folder=tmp_path)
