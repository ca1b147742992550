"""Which files a script depends on, and the digest of their content."""

import shutil
from pathlib import Path

import pytest

from thresher import analyses, code

SCRIPTS = code.PACKAGE.parents[1] / "scripts"
FIRST = """import os
from thresher import __version__, tables
import thresher.code
"""


def names(*arguments) -> set[str]:
    return {file.relative_to(code.PACKAGE).as_posix() for file in code.files(*arguments)}


def test_training_depends_on_the_engine_and_not_on_the_report():
    files = names(SCRIPTS / "train_block.py", "thresher.models.lstm")
    assert {"models/lstm.py", "training/block.py", "training_options.py"} <= files
    shown = ("report/", "statistics/", "analyses/", "format/", "readers/")
    assert not any(name.startswith(shown) for name in files)


def test_training_depends_on_no_table_of_the_analysis_and_not_on_the_study_s_parts():
    files = names(SCRIPTS / "train_block.py", "thresher.tasks.cumulative_sum")
    assert "trace.py" in files
    assert not {"tables.py", "registry.py", "fields.py"} & files
    assert not any(name.startswith("study/") for name in files)


def test_training_one_model_does_not_depend_on_another():
    files = names(SCRIPTS / "train_block.py", "thresher.models.lstm")
    assert "models/bilstm.py" not in files


def test_the_report_depends_on_its_template_and_not_on_the_engine():
    files = names(SCRIPTS / "report.py")
    assert any(file.endswith(".html") for file in files)
    assert any(file.endswith(".css") for file in files)
    assert not any(name.startswith("training/") for name in files)


@pytest.mark.parametrize("name", analyses.NAMES)
def test_an_analysis_depends_on_itself_and_not_on_how_it_is_drawn_or_trained(name):
    files = names(SCRIPTS / "analyse.py", f"thresher.analyses.{name}")
    assert f"analyses/{name}.py" in files
    folders = {file.split("/")[0] for file in files}
    assert not {"training", "report", "figures", "drawing"} & folders


def test_every_file_named_exists_and_the_version_is_none_of_them(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(FIRST)
    files = code.files(script)
    assert all(file.is_file() for file in files)
    assert {"tables.py", "code.py"} <= names(script)
    assert "__init__.py" not in names(script)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the package that `code` takes for the package, and a script beside it."""
    package = tmp_path / "here" / "thresher"
    shutil.copytree(code.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "PACKAGE", package)
    script = package.parent / "script.py"
    script.write_text(FIRST)
    return script


def digest(script: Path) -> str:
    for kept in (code.digest, code._content, code._imported, code._file):
        kept.cache_clear()
    return code.digest(script)


def test_a_digest_is_of_content_and_neither_of_place_nor_of_time(copied, monkeypatch):
    first = digest(copied)
    assert len(first) == 16
    for path in copied.parent.rglob("*.py"):
        path.touch()
    assert digest(copied) == first
    moved = copied.parent.rename(copied.parents[1] / "there")
    monkeypatch.setattr(code, "PACKAGE", moved / "thresher")
    assert digest(moved / "script.py") == first


@pytest.mark.parametrize(
    ("file", "same"),
    [
        ("script.py", False),
        ("thresher/tables.py", False),
        ("thresher/fields.py", False),
        ("thresher/events.py", True),
        ("thresher/__init__.py", True),
    ],
)
def test_a_digest_changes_with_the_files_that_are_reached_only(copied, file, same):
    first = digest(copied)
    path = copied.parent / file
    path.write_text(path.read_text() + "\n# An edit.\n")
    assert (digest(copied) == first) is same


def test_a_digest_changes_when_a_file_is_renamed(tmp_path, copied):
    first = digest(copied)
    copied.write_text(FIRST.replace("tables", "tabelles"))
    (code.PACKAGE / "tables.py").rename(code.PACKAGE / "tabelles.py")
    assert digest(copied) != first
