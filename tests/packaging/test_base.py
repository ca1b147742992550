"""The base package answers without TensorFlow, Keras and Snakemake, and says what needs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# Whatever is installed beside, importing one of these fails as if it were not.
BLOCKER = """
import sys


class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"tensorflow", "keras", "snakemake", "psutil"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Blocked())
"""
RUNS = """
import random

import pandas as pd

import thresher

draw = random.Random(1)
rows = [
    {"agent": agent, "seed": seed, "step": step, "reward": step * speed * draw.uniform(0.8, 1.2)}
    for agent, speed in (("slow", 1.0), ("quick", 2.0))
    for seed in range(6)
    for step in range(21)
]
"""
ASKED = """
arguments = dict(arm="agent", run="seed", time="step", value="reward", better="higher")
answer = thresher.compare(pd.DataFrame(rows), threshold=8, reference="slow", **arguments)
"""


def program(text: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program that finds neither TensorFlow nor Keras nor Snakemake."""
    return subprocess.run(
        [sys.executable, "-c", BLOCKER + text, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )


def test_every_module_but_those_that_train_can_be_imported(tmp_path):
    ended = program(
        """
import pkgutil
from importlib import import_module

import thresher

left_out = ("thresher.training.", "thresher._project")
for module in pkgutil.walk_packages(thresher.__path__, "thresher.", onerror=lambda name: None):
    if not f"{module.name}.".startswith(left_out):
        import_module(module.name)
        print(module.name)
""",
        tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    every = set(ended.stdout.split())
    assert {"thresher.comparison", "thresher.report.page", "thresher.models.bilstm"} <= every


def test_it_compares_and_writes_a_report(tmp_path):
    ended = program(
        RUNS + ASKED + "answer.report('out.html')\nprint(answer.contrasts.verdict[0])\n", tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "faster\n"
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<svg" in page
    assert "quick" in page


def test_it_reads_logs(tmp_path):
    ended = program(
        RUNS
        + """
from pathlib import Path

for (agent, seed), run in pd.DataFrame(rows).groupby(["agent", "seed"]):
    run[["step", "reward"]].to_csv(f"{agent}_{seed}.csv", index=False)
found = thresher.read("{agent}_{seed}.csv", columns={"arm": "agent", "value": "reward"})
answer = thresher.compare(found, threshold=8, better="higher", reference="slow")
print(len(found.table), answer.contrasts.verdict[0])
""",
        tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "252 faster\n"


TRAINING = "training needs tensorflow and keras, not installed here: pip install 'thresher[train]'"


@pytest.mark.parametrize(
    "asked",
    [
        "import thresher.training",
        "from thresher.training.block import train_block",
        "from thresher.testing import check_task; check_task('cumulative_sum')",
    ],
)
def test_training_is_refused_with_the_remedy(asked, tmp_path):
    ended = program(asked, tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].endswith(TRAINING)


def test_a_study_that_trains_is_checked_all_the_same(tmp_path):
    study = ROOT / "config" / "studies" / "smoke.yaml"
    ended = program(
        "import sys; from thresher.study import load; print(load(sys.argv[1]).name)",
        tmp_path,
        str(study),
    )
    assert ended.stdout == "smoke\n", ended.stderr


def test_event_files_are_refused_with_the_remedy(tmp_path):
    (tmp_path / "events.out.tfevents.1.host").write_bytes(bytes(100))
    ended = program("import thresher; thresher.read('events*', metric='loss')", tmp_path)
    assert ended.returncode == 1
    assert "pip install 'thresher[train]'" in ended.stderr.splitlines()[-1]


def test_running_a_study_without_snakemake_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "quick.yaml").write_text((ROOT / "config" / "studies" / "smoke.yaml").read_text())
    ended = program(
        "from thresher.command_line import main; sys.exit(main(['run', 'quick.yaml']))", tmp_path
    )
    assert ended.returncode == 2
    line = ended.stderr.splitlines()[-1]
    assert "running a study needs snakemake" in line
    assert line.endswith("not installed here: pip install 'thresher[train]'")
    assert not (tmp_path / "results").exists()
