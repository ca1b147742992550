"""What there is of studies: listed, opened, removed after asking, cited."""

import json
import sys

import pytest


@pytest.fixture
def mine(thresher, tmp_path):
    thresher("init", "mine", "--from", "program")
    return tmp_path / "mine"


def test_studies_are_listed_with_their_state(mine, thresher):
    (mine.parent / "wrong.yaml").write_text("task: {name: echo}\nvariants: 3\n")
    (mine.parent / "other.yaml").write_text("a: 1\n")
    said = thresher("list", "--json")
    found = {one["study"]: one for one in json.loads(said.out)}
    assert set(found) == {"mine", "wrong"}
    assert found["mine"]["state"] == "not run yet"
    assert found["mine"]["all_runs"] == 48
    assert found["wrong"]["state"].startswith("wrong: variants must be a mapping")
    done = mine / "results" / "mine" / "traces" / "small" / "default"
    done.mkdir(parents=True)
    (done / "seeds_00000.run.json").write_text("{}")
    assert "8 of 48 runs made, no report yet" in thresher("list").out
    (mine / "results" / "mine" / "report.html").write_text("x")
    assert "report of 20" in thresher("list").out


def test_a_folder_without_studies(thresher):
    said = thresher("list")
    assert (said.code, said.out) == (0, "no study in .; begin one by thresher init FOLDER\n")


def test_a_report_that_is_not_there(mine, thresher):
    said = thresher("report", "mine")
    assert said.code == 1
    assert said.err == (
        "mine/results/mine/report.html: is not there yet; thresher run mine/study.yaml makes it\n"
    )


def test_a_report_is_opened(mine, thresher, monkeypatch):
    report = mine / "results" / "mine" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("x")
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert thresher("report", "mine").out == "mine/results/mine/report.html\n"
    assert opened == [report.as_uri()]
    thresher("report", "mine", "--path")
    assert len(opened) == 1


def test_results_are_removed_only_when_that_is_wanted(mine, thresher, monkeypatch):
    results = mine / "results" / "mine"
    results.mkdir(parents=True)
    (results / "report.html").write_text("x" * 1500)
    said = thresher("clean", "mine")
    assert said.code == 2
    assert "Say --yes" in said.err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "")
    assert thresher("clean", "mine").code == 1
    assert results.exists()
    monkeypatch.setattr("builtins.input", lambda question: "y")
    said = thresher("clean", "mine")
    assert (said.code, results.exists()) == (0, False)
    assert "mine/results/mine/report.html  1.5 kB" in said.out
    assert (mine / "study.yaml").exists()
    assert thresher("clean", "mine").out == "mine/results/mine: is not there; nothing to remove\n"


def test_how_to_cite(mine, thresher):
    assert "@software{thresher," in thresher("cite").out
    said = thresher("cite", "mine")
    assert said.code == 2
    assert said.err == (
        "mine/study.yaml: its results are not complete; thresher run mine/study.yaml makes them\n"
    )
