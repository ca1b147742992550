"""A copy of the project in a temporary folder, and Snakemake called in it as a user would."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PARTS = ["Snakefile", "workflow", "profiles", "config", "scripts", "src"]


@dataclass(frozen=True)
class Project:
    """A copy of the project: its folder, and what may be done in it."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.root / "src"), "COLUMNS": "200"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def run(self, study: str) -> str:
        ended = self.snakemake("--config", f"study=config/studies/{study}.yaml")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def jobs(self, study: str) -> dict[str, int]:
        """What Snakemake would run now: rule → number of jobs."""
        ended = self.snakemake("--dry-run", "--config", f"study=config/studies/{study}.yaml")
        text = ended.stdout + ended.stderr
        assert ended.returncode == 0, text
        table = re.search(r"^job +count\n[- ]+\n(.*?)^total", text, re.MULTILINE | re.DOTALL)
        if table is None:
            assert "Nothing to be done" in text
            return {}
        rows = [line.split() for line in table[1].splitlines()]
        return {rule: int(count) for rule, count in rows if rule != "all"}

    def path(self, study: str) -> Path:
        return self.root / "config" / "studies" / f"{study}.yaml"

    def change(self, study: str, change: Callable[[dict], object]) -> None:
        """Change a study's file in place."""
        content = yaml.safe_load(self.path(study).read_text())
        change(content)
        self.path(study).write_text(yaml.safe_dump(content, sort_keys=False))

    def derive(self, study: str, name: str, change: Callable[[dict], object]) -> str:
        """Write a new study that differs from another in what `change` does to it."""
        content = yaml.safe_load(self.path(study).read_text())
        change(content)
        self.path(name).write_text(yaml.safe_dump(content, sort_keys=False))
        return name


def copy_project(target: Path) -> Project:
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=ignore)
        else:
            shutil.copy2(source, target / part)
    return Project(target)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh copy without results."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which the smoke study has run. Read only."""
    project = copy_project(tmp_path_factory.mktemp("finished"))
    project.run("smoke")
    return project


@pytest.fixture
def after(finished: Project, tmp_path: Path) -> Project:
    """The finished project, copied with its times and Snakemake's records, to be changed."""
    shutil.copytree(finished.root, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")
