"""Which files a script depends on."""

from pathlib import Path

from thresher.code import PACKAGE, code

SCRIPTS = PACKAGE.parents[1] / "scripts"


def names(files: list[str]) -> set[str]:
    return {Path(file).relative_to(PACKAGE.parents[1]).as_posix() for file in files}


def test_training_depends_on_the_engine_and_not_on_the_report():
    files = names(code(SCRIPTS / "train_block.py", "thresher.models.lstm"))
    assert {"scripts/train_block.py", "src/thresher/models/lstm.py"} <= files
    assert any(file.startswith("src/thresher/training/") for file in files)
    assert not any("/report/" in file or "/statistics/" in file for file in files)


def test_training_depends_on_no_table_of_the_analysis_and_not_on_the_study_s_parts():
    files = names(code(SCRIPTS / "train_block.py", "thresher.tasks.cumulative_sum"))
    assert "src/thresher/trace.py" in files
    assert "src/thresher/tables.py" not in files
    assert not any("/study/" in file for file in files)


def test_training_one_model_does_not_depend_on_another():
    files = names(code(SCRIPTS / "train_block.py", "thresher.models.lstm"))
    assert "src/thresher/models/bilstm.py" not in files


def test_the_report_depends_on_its_template_and_not_on_the_engine():
    files = names(code(SCRIPTS / "report.py"))
    assert any(file.endswith(".html") for file in files)
    assert any(file.endswith(".css") for file in files)
    assert not any("/training/" in file for file in files)


def test_every_file_named_exists(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text("import os\nfrom thresher import __version__, tables\nimport thresher.code\n")
    files = code(script)
    assert all(Path(file).is_file() for file in files)
    assert str(PACKAGE / "tables.py") in files
    assert str(PACKAGE / "code.py") in files
