"""A copy of the project in a temporary folder, and Snakemake called in it as a user would."""

import fcntl
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
    python: str = sys.executable

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.root / "src"), "COLUMNS": "200"}

    def command(self, *arguments: str) -> list[str]:
        return [self.python, "-m", "snakemake", "--cores", "2", *arguments]

    def snakemake(
        self, *arguments: str, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.root,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def make(self, study: str, *targets: str) -> subprocess.CompletedProcess[str]:
        """Make some files of a study's results."""
        files = [f"results/{study}/{target}" for target in targets]
        return self.snakemake(*files, "--config", f"study=config/studies/{study}.yaml")

    def run(self, study: str) -> str:
        ended = self.snakemake("--config", f"study=config/studies/{study}.yaml")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def jobs(self, study: str) -> dict[str, int]:
        """What Snakemake would run now: rule → number of jobs."""
        return self.planned("--config", f"study=config/studies/{study}.yaml")

    def planned(self, *arguments: str, cwd: Path | None = None) -> dict[str, int]:
        """What Snakemake, called so, would run now: rule → number of jobs."""
        ended = self.snakemake("--dry-run", *arguments, cwd=cwd)
        text = ended.stdout + ended.stderr
        assert ended.returncode == 0, text
        table = re.search(r"^job +count\n[- ]+\n(.*?)^total", text, re.MULTILINE | re.DOTALL)
        if table is None:
            assert "Nothing to be done" in text
            return {}
        rows = [line.split() for line in table[1].splitlines()]
        return {rule: int(count) for rule, count in rows if rule != "all"}

    def results(self, study: str = "smoke") -> Path:
        return self.root / "results" / study

    def edit(self, file: str, old: str = "", new: str = "\n# An edit.\n") -> None:
        """Change a file of the package: replace a text, or add a comment at the end."""
        path = self.root / "src" / "thresher" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text + new)

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
    target.mkdir(parents=True, exist_ok=True)
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
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A copy in which the smoke study has run. Read only; tests side by side share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "finished"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            copy_project(folder).run("smoke")
            (folder / "done").touch()
    return Project(folder)


@pytest.fixture
def after(finished: Project, tmp_path: Path) -> Project:
    """The finished project, copied with its times and Snakemake's records, to be changed."""
    shutil.copytree(finished.root, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")
