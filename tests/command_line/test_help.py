"""Every command has a help, the manual is made of them, and they are there at once."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from thresher import __version__
from thresher.command_line import commands
from thresher.command_line._page import page

ROOT = Path(__file__).parents[2]
NAMES = [
    "init", "check", "plan", "run", "import", "compare", "report", "list", "clean", "cite",
    "version", "completion",
]  # fmt: skip


def test_the_commands_are_the_files_in_the_order_of_use():
    assert list(commands()) == NAMES


def test_the_page_of_the_manual_is_made_of_the_helps():
    made = "make it by: python -m thresher.command_line._page > docs/command.md"
    assert (ROOT / "docs" / "command.md").read_text(encoding="utf-8") == page(), made


@pytest.mark.parametrize("name", NAMES)
def test_each_command_says_what_it_does(name, thresher):
    said = thresher(name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: thresher {name}")


def test_help_takes_a_fifth_of_a_second_of_work():
    """Of the processor's time, whatever else the machine does; measured alone it is 0.09 s."""
    call = [sys.executable, "-m", "thresher", "--help"]
    took = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(call, check=True, capture_output=True, cwd=ROOT / "src")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(took) < 0.2


def test_nothing_heavy_is_imported_for_a_help():
    code = "import sys; from thresher.command_line import parser; parser(); print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT / "src"
    )
    heavy = {"numpy", "pandas", "yaml", "tensorflow", "snakemake", "rich", "scipy", "matplotlib"}
    assert not heavy & set(ended.stdout.split())


def test_without_a_command_the_help_is_an_error(thresher):
    said = thresher()
    assert said.code == 2
    assert "COMMAND" in said.err


def test_an_unknown_command_is_wrong_input(thresher):
    said = thresher("trian", "x")
    assert said.code == 2
    assert "invalid choice: 'trian'" in said.err


def test_nothing_is_passed_on_by_a_command_that_does_not(thresher):
    said = thresher("check", "x", "--", "--keep-going")
    assert said.code == 2
    assert "check passes nothing on" in said.err


def test_versions_as_json(thresher):
    found = json.loads(thresher("version", "--json").out)
    assert found["thresher"] == __version__
    assert found["snakemake"]
    assert Path(found["workflow"], "Snakefile").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_knows_commands_and_options(shell, thresher):
    script = thresher("completion", shell).out
    assert all(name in script for name in (*NAMES, "--threshold", "--json"))
