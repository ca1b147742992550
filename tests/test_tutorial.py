"""What the tutorial, the page on statistics and the notebook show is what happens."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from thresher.statistics.signflip import signflip_test

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^```console\n\$ ([^\n]+)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


def called(command: str, folder: Path) -> str:
    """What a command prints, in the environment that the tests run in."""
    program, *arguments = command.split()
    assert program == "thresher"
    done = subprocess.run(
        [sys.executable, "-m", "thresher", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1", "COLUMNS": "200"},
        timeout=600,
    )
    return done.stdout + done.stderr


def step(command: str, nth: int = 0) -> str:
    """What the page shows below a command, where it stands for the nth time."""
    return [text for given, text in STEPS if given == command][nth]


def shown(command: str, nth: int = 0) -> list[str]:
    """The same as lines, up to those that depend on the machine."""
    return step(command, nth).split("…\n")[0].splitlines()


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The folder in which the tutorial begins."""
    folder = tmp_path_factory.mktemp("tutorial")
    printed = called("thresher init my_study", folder)
    return folder, printed


def test_init_writes_what_the_tutorial_says(begun):
    assert begun[1].splitlines() == shown("thresher init my_study")


@pytest.mark.slow
def test_check_says_right_and_then_what_is_wrong(begun):
    folder, _ = begun
    study = folder / "my_study" / "study.yaml"
    text = study.read_text(encoding="utf-8")
    assert called("thresher check my_study", folder).splitlines() == shown(
        "thresher check my_study"
    )
    assert "units: 20" in text
    study.write_text(text.replace("units: 20", "units: -3"), encoding="utf-8")
    wrong = called("thresher check my_study", folder)
    study.write_text(text, encoding="utf-8")
    assert wrong.splitlines() == shown("thresher check my_study", 1)


@pytest.mark.slow
@pytest.mark.workflow
def test_run_gives_the_verdict_that_the_tutorial_reads(begun):
    folder, _ = begun
    plan = called("thresher plan my_study", folder).splitlines()
    expected = shown("thresher plan my_study")
    assert plan[: len(expected)] == expected
    printed = called("thresher run my_study", folder).splitlines()
    assert step("thresher run my_study").splitlines()[-1] in printed
    report = called("thresher report my_study --path", folder)
    assert report.splitlines() == shown("thresher report my_study --path")
    tables = folder / "my_study" / "results" / "my_study" / "tables"
    with (tables / "contrasts.csv").open(encoding="utf-8") as file:
        [contrast] = csv.DictReader(file)
    quoted = " ".join(re.findall(r"^> ?(.*)$", TUTORIAL, re.MULTILINE))
    assert "convolution learns faster" in quoted
    assert (contrast["arm"], contrast["verdict"]) == ("convolution", "faster")
    assert (contrast["reached_arm"], contrast["reached_reference"]) == ("16", "16")
    assert "16 paired seeds, none censored" in quoted
    shares = re.search(r"(\d+) epochs \((\d+) %\) sooner", quoted)
    assert int(shares[1]) == pytest.approx(-float(contrast["mean_difference"]), abs=5)
    assert int(shares[2]) == pytest.approx(-float(contrast["percent"]), abs=5)


def test_the_page_on_statistics_computes_what_it_says(capsys):
    text = (DOCS / "statistics.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names: dict = {}
    exec(compile(block, "statistics.md", "exec"), names)
    assert capsys.readouterr().out == "4 of 64\n"
    assert names["p"] == 0.0625
    rows = re.findall(r"^\| \d \| (\d+).* \| (\d+) \| (\S+) \|$", text, re.MULTILINE)
    assert [int(arm) - int(reference) for reference, arm, _ in rows] == names["differences"]
    assert [int(said.replace("−", "-")) for *_, said in rows] == names["differences"]


def test_the_page_on_statistics_agrees_with_the_library():
    assert signflip_test(np.array([-40.0, -25.0, -60.0, -10.0, 5.0, -30.0])).p[0] == 0.0625


@pytest.mark.slow
def test_the_notebook_runs_and_finds_the_truth(monkeypatch):
    notebook = nbformat.read(DOCS / "notebook.ipynb", as_version=4)
    kept = [cell.get("outputs") for cell in notebook.cells if cell.cell_type == "code"]
    assert all(kept), "a cell has no output: run the notebook before it is committed"
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    [answer] = [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell.source.startswith("import thresher")
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]
    assert answer.startswith("Compared with sgd, adam learns faster; momentum is equivalent to it.")
