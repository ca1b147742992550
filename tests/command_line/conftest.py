"""The command as a user calls it, in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from thresher.command_line import main


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
