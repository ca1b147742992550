"""What an own file depends on: itself and the modules beside it that it imports, by content."""

import shutil

import pytest

from thresher import own


def edit(path, text="\n# another line\n"):
    with open(path, "a") as file:
        file.write(text)


@pytest.mark.parametrize(
    ("file", "changes"),
    [("my_models.py", True), ("blocks.py", True), ("my_task.py", False), ("notes.txt", False)],
)
def test_an_edit_changes_the_digest_of_what_needs_the_file(folder, file, changes):
    before = own.digest("my_models.py:gru", folder)
    edit(folder / file)
    assert (own.digest("my_models.py:gru", folder) != before) == changes


def test_a_digest_does_not_depend_on_where_the_folder_lies(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(folder, other)
    assert own.digest("my_models.py:gru", folder) == own.digest("my_models.py:gru", other)


def test_imports_are_followed_through_packages_and_relative_ones(folder):
    package = folder / "lib"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from .inner import b\n")
    (package / "inner" / "b.py").write_text("from ..c import d\n")
    (package / "c.py").write_text("d = 1\n")
    (package / "unused.py").write_text("")
    edit(folder / "blocks.py", "\nfrom lib import a\n")
    for file, changes in (("c.py", True), ("__init__.py", True), ("unused.py", False)):
        before = own.digest("my_models.py:gru", folder)
        edit(package / file)
        assert (own.digest("my_models.py:gru", folder) != before) == changes, file


def test_files_that_a_task_names_are_part_of_it(folder):
    text = "loss = 'huber'\nfiles = 'x.npz'\n\n\ndef draw(generator, n): ...\n"
    (folder / "t.py").write_text(text)
    with pytest.raises(own.OwnError, match=r"names the file x\.npz, which is not there; add it"):
        own.digest("t.py", folder)
    (folder / "x.npz").write_bytes(b"1")
    before = own.digest("t.py", folder)
    (folder / "x.npz").write_bytes(b"2")
    assert own.digest("t.py", folder) != before


def test_a_file_that_is_no_python_has_a_digest_too(folder):
    (folder / "my_models.py").write_text("def (")
    assert own.digest("my_models.py:gru", folder)
