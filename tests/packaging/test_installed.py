"""What is installed from the wheel works from an empty folder, whatever that is called."""

import json
import random
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.workflow

STUDY = """\
question: Is the quick agent sooner there?
traces: {files: "läufe 1/{agent}_{seed}.csv", columns: {arm: agent, value: reward}}
metric: {name: reward, better: higher}
axis: {name: step}
pairing: none
reference: slow
endpoint: {threshold: 8}
"""
COMMAND = """\
command: "{python} program.py --seed {seed} --speed {speed} --out {trace}"
variants: {runner: {speed: 2.0}}
metric: {name: loss, better: lower}
axis: {name: step}
seeds: 2
endpoint: {threshold: 0.5, budget: 4}
"""
PROGRAM = """\
import argparse

parser = argparse.ArgumentParser()
for name in ("--seed", "--speed", "--out"):
    parser.add_argument(name)
given = parser.parse_args()
with open(given.out, "w") as file:
    print("step,loss", *(f"{step},{1 / (1 + step)}" for step in range(5)), sep="\\n", file=file)
"""
TRAINS = "study=config/studies/smoke.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a study about logs, in one whose name has a space and an umlaut."""
    place = tmp_path / "meine Läufe"
    (place / "läufe 1").mkdir(parents=True)
    draw = random.Random(1)
    for agent, speed in (("slow", 1.0), ("quick", 2.0)):
        for seed in range(6):
            rows = [f"{step},{step * speed * draw.uniform(0.8, 1.2)}" for step in range(21)]
            text = "\n".join(["step,reward", *rows])
            (place / "läufe 1" / f"{agent}_{seed}.csv").write_text(text + "\n")
    (place / "agents.yaml").write_text(STUDY)
    return place


def held(place: Path) -> set[str]:
    return {
        str(path.relative_to(place))
        for path in place.rglob("*")
        if "__pycache__" not in path.parts  # an installer may compile
    }


@pytest.mark.slow
def test_a_study_about_logs_runs_from_the_wheel_with_its_results_beside_it(installed, folder):
    before = held(installed.project)
    root = installed.project / "Snakefile"
    called = ["-s", root, "--config", "study=agents.yaml"]
    ended = installed.snakemake(*called, cwd=folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    results = folder / "results" / "agents"
    assert (results / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((results / "study.json").read_text())["path"] == "agents.yaml"
    assert held(folder) >= {"results/agents/tables/contrasts.csv", "results/agents/paper"}
    # The profile that the wheel carries is used, and a second call has nothing to do.
    again = installed.snakemake(*called, cwd=folder)
    assert "Nothing to be done" in again.stdout + again.stderr
    assert str(installed.project / "profiles" / "default") in again.stdout + again.stderr
    # Captions and scripts are found from there, too.
    ended = installed.snakemake(*called, "--report", "its own.html", cwd=folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "reads the logs of runs" in (folder / "its own.html").read_text(encoding="utf-8")
    assert {name for name in held(installed.project) if "__pycache__" not in name} == before


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_both_snakefiles_ask_for_the_report_of_a_study_that_the_wheel_carries(
    installed, folder, snakefile
):
    called = ["-s", installed.project / snakefile, "--config", TRAINS, "--dry-run"]
    ended = installed.snakemake(*called, cwd=folder)
    text = ended.stdout + ended.stderr
    assert ended.returncode == 0, text
    assert "results/smoke/report.html" in text
    assert "rule train_block:" in text


def test_the_workflow_is_a_module_of_another(installed, folder):
    (folder / "agents.yaml").write_text(COMMAND)
    (folder / "program.py").write_text(PROGRAM)
    (folder / "Snakefile").write_text(f"""\
module thresher:
    snakefile: {str(installed.project / "workflow" / "Snakefile")!r}
    config: {{"study": "agents.yaml"}}

use rule * from thresher as thresher_*

rule count:
    default_target: True
    input: "results/agents/evaluations.parquet"
    output: "size.txt"
    shell: "wc -c < {{input}} > {{output}}"
""")
    ended = installed.snakemake(cwd=folder)
    text = ended.stdout + ended.stderr
    assert ended.returncode == 0, text
    assert "thresher_run_command" in text
    made = folder / "results" / "agents" / "evaluations.parquet"
    assert int((folder / "size.txt").read_text()) == made.stat().st_size


def test_pythonpath_is_set_in_a_clone_only(installed, folder):
    def set_by(snakefile: Path, python: Path, **environment: str) -> str:
        (folder / "Snakefile").write_text(
            f"include: {str(snakefile)!r}\nprint('path:', os.environ.get('PYTHONPATH'))\n"
        )
        call = [python, "-m", "snakemake", "--dry-run", "--quiet", "--config", "study=agents.yaml"]
        ended = installed.run(*call, cwd=folder, **environment)
        assert ended.returncode == 0, ended.stderr
        return next(line for line in ended.stdout.splitlines() if line.startswith("path:"))

    assert set_by(installed.project / "Snakefile", installed.python) == "path: None"
    source = str(ROOT / "src")
    clone = set_by(ROOT / "Snakefile", Path(sys.executable), PYTHONPATH=source)
    assert clone.startswith(f"path: {source}")


def test_training_without_tensorflow_is_refused_before_it_starts(installed, folder):
    blocked = folder / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("""\
import sys


class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in ("tensorflow", "keras"):
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Blocked())
""")
    called = ["-s", installed.project / "Snakefile", "--config", TRAINS]
    ended = installed.snakemake(*called, cwd=folder, PYTHONPATH=str(blocked))
    assert ended.returncode == 1
    assert (ended.stdout + ended.stderr).splitlines()[-1] == (
        "config/studies/smoke.yaml: training needs tensorflow and keras, not installed here: "
        "pip install 'thresher[train]'"
    )
    assert not (folder / "results").exists()
