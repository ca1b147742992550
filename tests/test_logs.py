"""A job's output goes to its log."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from thresher.logs import logged


def test_output_of_python_and_of_child_processes_is_in_the_log(tmp_path: Path, capfd):
    log = tmp_path / "deep" / "job.log"
    with logged(log):
        os.write(2, b"from C\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    assert log.read_text() == "from C\nfrom a child\n"
    assert capfd.readouterr().out == ""


def test_an_error_is_in_the_log_and_still_raised(tmp_path: Path):
    program = (
        "import sys; from thresher.logs import logged\n"
        "with logged(sys.argv[1]):\n    raise ValueError('too short')"
    )
    log = tmp_path / "job.log"
    ended = subprocess.run([sys.executable, "-c", program, log], capture_output=True, text=True)
    assert ended.returncode == 1
    assert log.read_text().count("ValueError: too short") == 1


def test_output_returns_to_where_it_was(tmp_path: Path, capfd):
    with logged(tmp_path / "job.log"):
        os.write(1, b"inside\n")
    os.write(1, b"outside\n")
    assert capfd.readouterr().out == "outside\n"


def test_an_interrupt_is_raised_as_itself(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), logged(tmp_path / "job.log"):
        raise KeyboardInterrupt


def test_what_the_user_can_mend_is_in_the_log_without_a_traceback(tmp_path: Path):
    program = (
        "import sys; from thresher.logs import UserError, logged\n"
        "with logged(sys.argv[1]):\n    raise UserError('my_models.py, line 3: too wide')"
    )
    log = tmp_path / "job.log"
    ended = subprocess.run([sys.executable, "-c", program, log], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert log.read_text() == "my_models.py, line 3: too wide\n"
