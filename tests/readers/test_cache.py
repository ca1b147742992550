"""Only changed files are read again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import thresher
from thresher.readers import csv_table, lightning, read

SOURCE = Path(thresher.__file__).parents[1]


@pytest.fixture
def parsed(monkeypatch):
    """The files that a reader parsed, in order."""
    seen = []
    for module in (csv_table, lightning):
        whole = module.read_table

        def counted(file, *arguments, whole=whole, **names):
            seen.append(file.shown)
            return whole(file, *arguments, **names)

        monkeypatch.setattr(module, "read_table", counted)
    return seen


def write(folder, seed, last):
    (folder / f"{seed}.csv").write_text(f"step,loss\n0,0.5\n1,nan\n2,\n3,{last}\n")


def imported(folder, **arguments):
    names = {"metric": "loss", "axis": "step", "folder": folder, "cache": folder / "kept.arrow"}
    return read("{seed}.csv", **names | arguments)


def test_a_second_reading_parses_only_what_changed(tmp_path, parsed):
    for seed in (1, 2, 3):
        write(tmp_path, seed, 0.25)
    first = imported(tmp_path)
    assert parsed == ["1.csv", "2.csv", "3.csv"]
    second = imported(tmp_path)
    assert parsed == ["1.csv", "2.csv", "3.csv"]
    assert second.table.equals(first.table)
    assert (second.notes, second.digests, second.formats) == (
        first.notes,
        first.digests,
        first.formats,
    )
    write(tmp_path, 2, 0.125)
    write(tmp_path, 4, 0.125)
    third = imported(tmp_path)
    assert parsed[3:] == ["2.csv", "4.csv"]
    assert third.table.equals(imported(tmp_path, cache=None).table)


def test_other_options_read_everything_again(tmp_path, parsed):
    for seed in (1, 2):
        write(tmp_path, seed, 0.25)
    imported(tmp_path)
    imported(tmp_path, columns={"value": "loss", "axis": "step"})
    assert parsed == ["1.csv", "2.csv"] * 2


def test_another_process_uses_it_too(tmp_path):
    for seed in (1, 2):
        write(tmp_path, seed, 0.25)
    program = (
        "from pathlib import Path; from thresher.readers import csv_table, read;"
        "names = {'metric': 'loss', 'axis': 'step', 'cache': 'kept.arrow'};"
        "whole = csv_table.read_table; seen = [];"
        "csv_table.read_table = lambda *a, **k: (seen.append(1), whole(*a, **k))[1];"
        "read('{seed}.csv', **names); print(len(seen))"
    )
    counts = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": str(number)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for number in (1, 2, 3)
    ]
    assert counts == ["2", "0", "0"]


def test_a_damaged_cache_is_no_cache(tmp_path, parsed):
    for seed in (1, 2):
        write(tmp_path, seed, 0.25)
    first = imported(tmp_path)
    whole = (tmp_path / "kept.arrow").read_bytes()
    for damaged in (b"", b"no cache", whole[:-3], whole[: len(whole) // 2], whole[:8] + whole[60:]):
        (tmp_path / "kept.arrow").write_bytes(damaged)
        assert imported(tmp_path).table.equals(first.table)
    assert parsed == ["1.csv", "2.csv"] * 6


def test_a_changed_file_beside_a_log_counts(tmp_path, parsed):
    for version in (0, 1):
        folder = tmp_path / f"version_{version}"
        folder.mkdir()
        (folder / "metrics.csv").write_text("epoch,step,loss\n0,1,0.5\n0,2,0.25\n")
        (folder / "hparams.yaml").write_text(f"seed: {version}\n")
    arguments = {"metric": "loss", "axis": "step", "folder": tmp_path, "cache": tmp_path / "kept"}
    assert read("*/metrics.csv", **arguments).table["seed"].tolist() == [0, 0, 1, 1]
    (tmp_path / "version_1/hparams.yaml").write_text("seed: 7\n")
    assert read("*/metrics.csv", **arguments).table["seed"].tolist() == [0, 0, 7, 7]
    assert len(parsed) == 3


def test_a_long_table_is_read_again(tmp_path):
    (tmp_path / "all.csv").write_text("seed,step,loss\n1,0,1\n1,1,2\n2,0,3\n2,1,4\n")
    arguments = {"metric": "loss", "axis": "step", "folder": tmp_path, "cache": tmp_path / "kept"}
    first, second = (read("all.csv", **arguments) for _ in range(2))
    assert first.table.equals(second.table)
