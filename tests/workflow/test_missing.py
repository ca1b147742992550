"""Arms that crash for good: a line for each block; the rest is reported where a study allows it."""

import html

import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.workflow

PROGRAM = """import sys

out, seed, size = sys.argv[1:]
if size == "8" or (size == "2" and int(seed) >= 6):
    print("a word before")
    sys.exit("no such data")
rows = [f"{epoch},{2.0 ** -epoch + int(seed) / 100 + float(size) / 100}" for epoch in range(9)]
open(out, "w").write("\\n".join(["epoch,loss", *rows]))
"""
STUDY = {
    "command": "{python} program.py {trace} {seed} {size}",
    "metric": {"name": "loss", "better": "lower"},
    "endpoint": {"threshold": 0.5, "budget": 8, "sustain": 1},
    "variants": {"small": {"size": 1}, "middle": {"size": 2}, "large": {"size": 8}},
    "reference": "small",
    "seeds": 8,
    "seeds_per_job": 2,
    "pairing": "data",
}


def write(project, **changed):
    folder = project.path("own").parent
    (folder / "program.py").write_text(PROGRAM)
    project.path("own").write_text(yaml.safe_dump({**STUDY, **changed}, sort_keys=False))


def run(project):
    ended = project.snakemake("--keep-going", "--config", "study=config/studies/own.yaml")
    return ended.returncode, ended.stdout + ended.stderr


def test_the_rest_of_a_study_is_reported_where_it_says_so(project):
    write(project, allow_missing=True)
    code, said = run(project)
    assert code != 0
    failed = [line for line in said.splitlines() if line.startswith("failed: ")]
    assert [line.split(": ")[1] for line in failed] == [
        "middle, seeds 6–7",
        *(f"large, seeds {seed}–{seed + 1}" for seed in (0, 2, 4, 6)),
    ], said
    assert all("no such data" in line for line in failed)
    traces = {
        path: path.read_bytes() for path in project.results("own").glob("traces/**/*.parquet")
    }
    assert len(traces) == 2 * 7

    code, said = run(project)
    assert code == 0, said
    assert {path: path.read_bytes() for path in traces} == traces
    page = html.unescape((project.results("own") / "report.html").read_text("utf-8"))
    start = page.index("<body")
    for sentence in (
        "10 runs are missing, because their jobs failed: middle (seeds 6–7) and large (all of it).",
        "compared on the same seeds: seeds 6–7 are left out everywhere.",
    ):
        assert sentence in page[start:]
    events = pd.read_csv(project.results("own") / "tables" / "events.csv")
    assert set(events["arm"]) == {"small", "middle"}
    assert set(events["seed"]) == set(range(6))
    # Done, until the study asks for everything again.
    assert project.jobs("own") == {}
    write(project)
    assert project.jobs("own")["run_command"] == 5
    code, said = run(project)
    assert code != 0
    assert sum(line.startswith("failed: ") for line in said.splitlines()) == 5


def test_a_block_that_failed_as_something_else_is_tried(project):
    write(project, allow_missing=True, variants={"small": {"size": 1}, "large": {"size": 8}})
    assert run(project)[0] != 0
    assert "run_command" not in project.jobs("own")
    write(project, allow_missing=True, variants={"small": {"size": 1}, "large": {"size": 7}})
    assert project.jobs("own")["run_command"] == 4
    # The reference may be what is missing.
    write(project, allow_missing=True, reference="large", variants=STUDY["variants"])
    assert run(project)[0] != 0
    assert run(project)[0] == 0
    page = html.unescape((project.results("own") / "report.html").read_text("utf-8"))
    assert "the reference, large, is among the missing: all pairs are compared instead." in page
