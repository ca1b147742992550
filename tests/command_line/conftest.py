"""The command as a user calls it, in this process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from thresher.command_line import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a call came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def thresher(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Said]:
    """Call the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Said:
        try:
            code = main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return call


def environment(**own: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), **own}


def started(*arguments: str, cwd: Path, **own: str) -> subprocess.CompletedProcess[str]:
    """Call the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "thresher", *arguments],
        cwd=cwd,
        env=environment(**own),
        capture_output=True,
        text=True,
    )
