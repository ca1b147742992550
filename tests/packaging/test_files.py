"""What is installed: dependencies say the same everywhere, and the wheel holds what is needed."""

import re
import runpy
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from thresher import __version__, project

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TRAIN = PROJECT["optional-dependencies"]["train"]
# Snakemake makes the environment of jobs and shows how they go on, so neither is in it.
OUTSIDE = {"snakemake", "rich", "shtab"}


LEFT_BEHIND = re.compile(r"^__pycache__$|\.egg-info$")


def bare(requirement: str) -> str:
    """Return the package that a requirement is about."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower()


def test_the_conda_environment_has_the_project_s_dependencies_and_bounds():
    content = yaml.safe_load((ROOT / "workflow" / "envs" / "thresher.yaml").read_text())
    listed = next(part["pip"] for part in content["dependencies"] if isinstance(part, dict))
    needs = [*PROJECT["dependencies"], *TRAIN]
    wanted = [need for need in needs if bare(need) not in OUTSIDE]
    assert sorted(need.replace(" ", "") for need in listed) == sorted(wanted)
    python = next(part for part in content["dependencies"] if str(part).startswith("python "))
    minor = int(python.rpartition(".")[2])
    low, high = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert int(low) <= minor < int(high)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_every_dependency_with_hashes_and_names_no_place(name):
    text = (ROOT / name).read_text()
    pinned = {match[1] for match in re.finditer(r"^([a-z0-9._-]+)==\S+ .*\\$", text, re.MULTILINE)}
    extras = [*TRAIN, *PROJECT["optional-dependencies"]["slurm"]]
    needs = {bare(need) for need in [*PROJECT["dependencies"], *extras]} - {PROJECT["name"]}
    assert needs <= pinned
    names_no_place(text)


def test_what_lists_the_bill_of_materials_is_pinned_apart():
    text = (ROOT / "requirements-sbom.lock").read_text()
    assert re.search(r"^cyclonedx-bom==", text, re.MULTILINE)
    names_no_place(text)
    # It brings a grammar that jsonschema builds at each start wherever it is there: seconds.
    assert "rfc3987" not in (ROOT / "requirements-dev.lock").read_text()


def test_the_oldest_versions_that_are_tried_are_the_lower_bounds():
    text = (ROOT / "requirements-oldest.lock").read_text()
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))
    for need in PROJECT["dependencies"]:
        name, _, bound = need.partition(">=")
        assert re.fullmatch(re.escape(bound) + r"(\.0)*", pinned[name]), need
    assert not {bare(need) for need in TRAIN} & set(pinned)
    names_no_place(text)


def names_no_place(text: str) -> None:
    """Check that a lock file has hashes, and neither a registry nor a machine."""
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_every_file_says_the_same_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["version"] == __version__ == citation["version"]


def content(wheel: Path) -> dict[str, bytes]:
    """Return what a wheel holds: name → bytes."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def files_below(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds: name from it → bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(LEFT_BEHIND.search(part) for part in path.parts)
    }


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(built):
    names = {name for name in content(built.wheel) if ".dist-info/" not in name}
    carried = {name for name in names if name.startswith("thresher/_project/")}
    assert names - carried == set(files_below(ROOT / "src"))
    assert "thresher/py.typed" in names


def test_the_wheel_carries_the_workflow_as_it_lies_in_the_clone(built):
    start = "thresher/_project/"
    carried = {
        name.removeprefix(start): text
        for name, text in content(built.wheel).items()
        if name.startswith(start)
    }
    expected = {"Snakefile": (ROOT / "Snakefile").read_bytes()}
    for folder in ("workflow", "scripts", "config", "profiles"):
        held = files_below(ROOT / folder)
        assert held
        expected |= {f"{folder}/{name}": text for name, text in held.items()}
    assert carried == expected


def test_the_sdist_gives_the_same_wheel_and_holds_what_tests_and_documents_need(built):
    assert content(built.wheel_of_sdist) == content(built.wheel)
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = ["Makefile", "requirements.lock", "tests/conftest.py", "docs/architecture.md"]
    assert {*needed, "benchmarks/calibration.py", "CHANGELOG.md", "CITATION.cff"} <= names
    assert not {name for name in names if name.startswith((".ci", "results", ".venv"))}


def test_an_editable_installation_uses_the_clone_s_own_files():
    assert project.in_clone()
    assert project.root() == ROOT
    built = runpy.run_path(str(ROOT / "hatch_build.py"))
    data: dict = {"force_include": {}}
    built["CarryWorkflow"].initialize(None, "editable", data)
    assert data["force_include"] == {}
    built["CarryWorkflow"].initialize(None, "standard", data)
    assert set(data["force_include"]) == set(built["PARTS"])
