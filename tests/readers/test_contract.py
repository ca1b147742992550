"""What every reader keeps to, over whatever readers there are.

Each has a test file of its name beside this one, whose `sample` writes a small log into a folder
and returns the arguments for `read`, and whose `OOPS` says which bytes of it to replace, and by
what, so that text stands where a number belongs (empty for binary formats).
"""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from thresher.readers import NAMES, ReadError, load, read
from thresher.readers._files import LogFile
from thresher.readers._patterns import find
from thresher.readers._reader import choose

HERE = Path(__file__).parent


@cache
def beside(name: str):
    spec = importlib.util.spec_from_file_location(f"sample_{name}", HERE / f"test_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def logs(files, folder: Path) -> list[LogFile]:
    return [LogFile(found) for found in find(files, folder)]


def leaves(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def result_or_clean_error(folder: Path, arguments: dict) -> str:
    """Read; return the error's message, empty for a result. Anything else fails the test."""
    try:
        read(**arguments, folder=folder)
        return ""
    except ReadError as error:
        message = str(error)
    assert message, "an error without a word"
    return message


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_is_called_like_its_file_and_says_what_it_reads(name):
    assert load(name).name == name
    assert load(name).title


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_knows_its_own_sample_better_than_any_other_does(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    for file in logs(arguments["files"], tmp_path):
        scores = {other: load(other).sniff(file) for other in NAMES}
        assert scores.pop(name) > max(scores.values()), scores
        assert choose(file).name == name


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_becomes_the_long_table(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    imported = read(**arguments, folder=tmp_path)
    assert list(imported.table) == ["arm", "seed", imported.axis, imported.metric]
    assert imported.formats == (load(name).title,)
    assert imported.table.notna()[["arm", "seed", imported.axis]].all(axis=None)
    assert not imported.table.duplicated(["arm", "seed", imported.axis]).any()
    assert imported.summary["evaluations_most"].max() > 1
    assert all(len(digest) == 64 for digest in imported.digests.values())
    assert imported.digests


@pytest.mark.parametrize("name", NAMES)
def test_reading_twice_gives_the_same(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    first, second = (read(**arguments, folder=tmp_path) for _ in range(2))
    assert first.table.equals(second.table)
    assert (first.notes, first.digests) == (second.notes, second.digests)


@pytest.mark.parametrize("name", NAMES)
def test_empty_files_are_a_clean_error(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    for path in leaves(tmp_path):
        path.write_bytes(b"")
    with pytest.raises(ReadError, match=r"\S"):
        read(**arguments, folder=tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_files_that_were_cut_off_are_a_result_or_a_clean_error(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    whole = {path: path.read_bytes() for path in leaves(tmp_path)}
    for share in (0.01, 0.2, 0.5, 0.8, 0.95, 0.99):
        for path, data in whole.items():
            path.write_bytes(data[: int(len(data) * share)])
        result_or_clean_error(tmp_path, arguments)


@pytest.mark.parametrize("name", NAMES)
def test_text_where_a_number_belongs_names_file_and_value(name, tmp_path):
    module = beside(name)
    if not module.OOPS:
        return  # a binary format has no text where a number belongs
    arguments = module.sample(tmp_path)
    old, new = module.OOPS
    hit = [path for path in leaves(tmp_path) if old in path.read_bytes()]
    assert hit
    hit[0].write_bytes(hit[0].read_bytes().replace(old, new, 1))
    message = result_or_clean_error(tmp_path, arguments)
    assert "oops" in message
    assert hit[0].name in message


@pytest.mark.parametrize("name", NAMES)
def test_damaged_bytes_are_a_result_or_a_clean_error(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    whole = {path: path.read_bytes() for path in leaves(tmp_path)}
    generator = np.random.default_rng(0)
    for _ in range(40):
        for path, data in whole.items():
            damaged = bytearray(data)
            for at in generator.integers(0, len(data), size=3):
                damaged[at] = generator.integers(0, 256)
            path.write_bytes(bytes(damaged))
        result_or_clean_error(tmp_path, arguments)


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_that_is_not_there_is_named(name, tmp_path):
    arguments = beside(name).sample(tmp_path)
    arguments.pop("columns", None)
    message = result_or_clean_error(tmp_path, arguments | {"metric": "no such thing"})
    assert "no such thing" in message
