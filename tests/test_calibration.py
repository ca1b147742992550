"""The calibration study at its quick setting, and that it would notice broken statistics."""

import importlib
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from thresher.statistics import bands, contrasts, signflip
from thresher.statistics.flips import draw

# Set up once: its cells take minutes.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("calibration")]
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
# What the quick setting may be off by: standard errors of a rate, pooled and in a single cell.
POOLED, SINGLE = 3.0, 4.5


@pytest.fixture(scope="module")
def modules():
    """Import the study's files, which find each other when run as a script."""
    sys.path.insert(0, str(BENCHMARKS))
    names = ("calibration", "calibration_cells", "calibration_page")
    yield [importlib.import_module(name) for name in names]
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Run the one command, quick, with a small trained arm."""
    path = tmp_path_factory.mktemp("calibration")
    command = [sys.executable, str(BENCHMARKS / "calibration.py"), "--quick", "--seeds", "64"]
    done = subprocess.run([*command, "--results", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def results(folder, modules) -> pd.DataFrame:
    study = modules[0]
    return study.collect(study.cells(), study.QUICK, folder / str(study.QUICK))


def outside(rows: pd.DataFrame, at_most: float | None, at_least: float | None) -> list[str]:
    """Name what lies beyond a limit by more than chance, cell by cell and all cells pooled."""
    found = []
    pooled = pd.DataFrame({"cell": ["pooled"], "rate": rows["rate"].mean()})
    for table, factor, count in (
        (rows, SINGLE, rows["replicates"].iloc[0]),
        (pooled, POOLED, rows["replicates"].sum()),
    ):
        for limit, sign in ((at_most, 1), (at_least, -1)):
            if limit is None:
                continue
            error = np.sqrt(limit * (1 - limit) / count)
            beyond = sign * (table["rate"] - limit) > factor * error
            found += table.loc[beyond, "cell"].tolist()
    return found


def test_every_cell_is_measured_and_keeps_its_limit_within_chance(results, modules):
    study, _, page = modules
    assert set(results["cell"]) == {cell.name for cell in study.cells()}
    for part in page.PARTS:
        rows = page.rows_of(part, results)
        assert len(rows), part.title
        assert outside(rows, part.at_most, part.at_least) == [], part.title


def test_an_exact_test_is_not_conservative_either(results):
    """Without censoring there are no ties, and the test uses up its level."""
    rows = results[(results["question"] == "no difference") & (results["censored"] == "0.0")]
    assert outside(rows[rows["measure"] == "rejected"], None, 0.045) == []


def test_median_intervals_cover_as_often_as_the_binomial_distribution_says(results, modules):
    rows = results[(results["question"] == "median") & (results["times"] == "continuous")]
    for row in rows.to_dict("records"):
        expected = modules[2].expected_coverage(int(row["n"]))
        error = np.sqrt(expected * (1 - expected) / row["replicates"])
        assert row["rate"] == pytest.approx(expected, abs=SINGLE * error)


def test_a_faster_arm_is_found_as_often_as_planned(results):
    """The plan's power at 30 % censored and correlation 0.6 is 87 % with 20 seeds."""
    rows = results[(results["question"] == "30 % faster") & (results["measure"] == "rejected")]
    power = rows.set_index(["correlation", "censored", "n"])["rate"]
    assert power["0.6", "0.3", "16"] > 0.75
    assert power["0.6", "0.3", "32"] > 0.95
    assert power["0.6", "0.3", "32"] > power["0.0", "0.3", "32"] > 0.6


def test_a_second_run_measures_nothing_again(folder, modules):
    study = modules[0]
    files = sorted((folder / str(study.QUICK)).glob("*.json"))
    before = [file.stat().st_mtime_ns for file in files]
    arguments = (study.cells(), study.QUICK, folder / str(study.QUICK), folder / "traces", 64)
    study.run(*arguments)
    assert [file.stat().st_mtime_ns for file in files] == before
    content = files[0].read_text()
    files[0].unlink()
    study.run(*arguments)
    assert json.loads(files[0].read_text())["counts"] == json.loads(content)["counts"]


def test_the_page_has_a_table_for_every_part_and_a_figure(results, modules, tmp_path):
    page = modules[2]
    page.write_page(results, tmp_path)
    text = (tmp_path / "calibration.md").read_text()
    assert all(f"## {part.title}\n" in text for part in page.PARTS)
    assert text.count("\n| ") > results["cell"].nunique()
    assert ET.parse(tmp_path / "calibration.svg").getroot().tag.endswith("svg")
    assert len(pd.read_csv(tmp_path / "calibration.csv")) == len(results)


def measured(study, cell, name, replicates=300) -> pd.DataFrame:
    """Measure one cell in this process."""
    rate = study.measure(cell, replicates)[name] / replicates
    return pd.DataFrame({"cell": [cell.name], "rate": [rate], "replicates": [replicates]})


def test_a_sign_flip_test_that_halves_its_p_values_is_noticed(modules, monkeypatch):
    study, cells, _ = modules
    cell = study.Cell("broken", "primary", {"correlation": 0.6, "censored": 0.0, "n": 32})
    assert outside(measured(study, cell, "rejected"), 0.055, None) == []

    class Halved:
        def __init__(self, found):
            self.p, self.lower, self.upper = found.p / 2, found.lower, found.upper

    monkeypatch.setattr(cells, "signflip", lambda *a: Halved(signflip.signflip(*a)))
    assert outside(measured(study, cell, "rejected"), 0.055, None)


def test_a_family_without_adjustment_is_noticed(modules, monkeypatch):
    study = modules[0]
    setting = {"correlation": 0.6, "censored": 0.3, "n": 10, "arms": 8}
    monkeypatch.setattr(contrasts, "adjust", lambda p, q, family: (p, q))
    cell = study.Cell("broken", "family", setting)
    assert outside(measured(study, cell, "rejected", 100), 0.055, None)


def test_percent_limits_that_take_the_reference_as_known_are_noticed(modules, monkeypatch):
    study, cells, _ = modules
    methods = importlib.import_module("calibration_methods")
    setting = {"correlation": 0.6, "censored": 0.3, "n": 16, "time_ratio": 2.0}
    cell = study.Cell("broken", "percent", setting)
    assert outside(measured(study, cell, "covered", 1_000), None, 0.93) == []

    class Known:
        def __init__(self, column):
            ones, mean = np.ones_like(column.scale), column.scale.mean()
            balance = draw(len(ones), cells.FLIPS, 0).balance
            parts = (column.differences / mean, ones, column.sums / mean, balance, column.exact)
            self.limits = signflip.Flipped(*parts).limits

    monkeypatch.setattr(methods, "flipped", lambda *a: map(Known, signflip.flipped(*a)))
    assert outside(measured(study, cell, "covered", 1_000), None, 0.93)


def test_separate_families_called_joint_are_noticed(modules, monkeypatch):
    study = modules[0]
    methods = importlib.import_module("calibration_methods")
    setting = {"correlation": 0.6, "censored": 0.0, "n": 32, "effects": "4 equal, 3 at the margin"}
    cell = study.Cell("broken", "verdicts", setting)
    assert outside(measured(study, cell, "wrong joint", 3_000), 0.055, None) == []
    adjust = methods.adjust
    monkeypatch.setattr(methods, "adjust", lambda p, q, family: adjust(p, q, "separate"))
    assert outside(measured(study, cell, "wrong joint", 3_000), 0.055, None)


def test_pointwise_and_narrowed_bands_are_noticed(modules, monkeypatch):
    study = modules[0]
    setting = {"curves": "loss", "of": "mean", "n": 10}
    pointwise = study.Cell("broken", "bands", {**setting, "kind": "pointwise"})
    assert outside(measured(study, pointwise, "covered"), None, 0.90)
    monkeypatch.setattr(bands, "_quantile", lambda z, confidence: 0.8 * np.quantile(z, confidence))
    simultaneous = study.Cell("broken", "bands", setting)
    assert outside(measured(study, simultaneous, "covered"), None, 0.90)
