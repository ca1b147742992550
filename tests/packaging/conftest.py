"""What is built from the project, and an environment in which it is installed."""

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What git ignores, and what the environments of tests leave behind.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".snakemake", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info"
)


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call a program in a folder, without a PYTHONPATH that would bring the clone in."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**own, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
    )


@dataclass(frozen=True)
class Built:
    """A wheel and an sdist, built from a copy of the clone, and the wheel that the sdist gives."""

    wheel: Path
    sdist: Path
    wheel_of_sdist: Path


@dataclass(frozen=True)
class Installed:
    """A Python that has thresher from its wheel, and every other library from this one."""

    python: Path
    package: Path

    @property
    def project(self) -> Path:
        return self.package / "_project"

    def snakemake(
        self, *arguments: str | Path, cwd: Path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        command = [self.python, "-m", "snakemake", "--cores", "2", *arguments]
        return self.run(*command, cwd=cwd, **environment)

    def run(
        self, *command: str | Path, cwd: Path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return run(*command, cwd=cwd, **environment)


def _build(folder: Path, target: Path, *kinds: str) -> Path:
    ended = run(sys.executable, "-m", "hatchling", "build", "-d", target, *kinds, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    return target


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    base = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, base / "clone", ignore=LEFT_OUT)
    shutil.rmtree(base / "clone" / "results", ignore_errors=True)
    made = _build(base / "clone", base / "dist")
    (sdist,), (wheel,) = made.glob("*.tar.gz"), made.glob("*.whl")
    shutil.unpack_archive(sdist, base / "unpacked", filter="data")
    (unpacked,) = (base / "unpacked").iterdir()
    (again,) = _build(unpacked, base / "again", "-t", "wheel").glob("*.whl")
    return Built(wheel, sdist, again)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment of its own, in a folder with a space, an umlaut and braces."""
    folder = tmp_path_factory.mktemp("installed") / "Umgebung {ü} 1"
    ended = run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    assert ended.returncode == 0, ended.stderr
    python = folder / "bin" / "python"
    place = Path(sysconfig.get_path("purelib", vars={"base": folder, "platbase": folder}))
    # Found after what is installed here, and without what an editable installation adds.
    (place / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index"]
    ended = run(*pip, "--no-deps", built.wheel, cwd=folder.parent)
    assert ended.returncode == 0, ended.stderr
    return Installed(python, place / "thresher")
