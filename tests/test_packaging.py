"""What is installed: dependencies say the same everywhere, and the wheel holds what is needed."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Snakemake makes the environment, so it is not in it.
OUTSIDE = {"snakemake"}


def bare(requirement: str) -> str:
    """Return the package that a requirement is about."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower()


def test_the_conda_environment_has_the_project_s_dependencies_and_bounds():
    content = yaml.safe_load((ROOT / "workflow" / "envs" / "thresher.yaml").read_text())
    listed = next(part["pip"] for part in content["dependencies"] if isinstance(part, dict))
    wanted = [need for need in PROJECT["dependencies"] if bare(need) not in OUTSIDE]
    assert sorted(need.replace(" ", "") for need in listed) == sorted(wanted)
    python = next(part for part in content["dependencies"] if str(part).startswith("python "))
    minor = int(python.rpartition(".")[2])
    low, high = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert int(low) <= minor < int(high)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_every_dependency_with_hashes_and_names_no_place(name):
    text = (ROOT / name).read_text()
    pinned = {match[1] for match in re.finditer(r"^([a-z0-9._-]+)==\S+ .*\\$", text, re.MULTILINE)}
    assert {bare(need) for need in PROJECT["dependencies"]} <= pinned
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
    """The names of what a wheel holds, built from a copy."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, folder / name)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    ended = subprocess.run(
        [*build, "--no-index", "-w", str(folder / "out"), str(folder)],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    (made,) = (folder / "out").glob("*.whl")
    with zipfile.ZipFile(made) as content:
        return set(content.namelist())


def test_the_wheel_says_that_it_is_typed(wheel):
    assert "thresher/py.typed" in wheel


def test_the_wheel_holds_every_file_of_the_package(wheel):
    source = ROOT / "src"
    files = {
        path.relative_to(source).as_posix()
        for path in (source / "thresher").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert files <= wheel
    assert not {name for name in wheel if name.startswith("tests/")}
