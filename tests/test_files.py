"""Files are whole or not there, on the disk before they count, and say what the disk refused."""

import errno
import os
from pathlib import Path

import pytest

from thresher.files import atomic, write_text
from thresher.logs import logged


def test_file_and_folder_are_on_the_disk_around_the_rename(tmp_path: Path, monkeypatch):
    done = []
    sync, rename = os.fsync, Path.replace

    def synced(handle):
        done.append(os.path.realpath(f"/proc/self/fd/{handle}"))
        sync(handle)

    def renamed(self, target):
        done.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_text("whole", tmp_path / "a.txt")
    file, between, folder = done
    assert Path(file).name.startswith(".a.txt.")
    assert (between, folder) == ("rename", str(tmp_path))


def test_nothing_is_left_of_what_failed(tmp_path: Path):
    write_text("old", tmp_path / "a.txt")

    def fail():
        with atomic(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_s_refusal_is_one_line_that_names_the_file(tmp_path: Path, capsys, number):
    with pytest.raises(SystemExit), logged(tmp_path / "log"), atomic(tmp_path / "a.txt"):
        raise OSError(number, "anything")
    assert capsys.readouterr().err == (
        f"{tmp_path / 'a.txt'}: {os.strerror(number)}; mend that and run again\n"
    )
