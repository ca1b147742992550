"""A study about files: what it says, what it can't, and that a path is a path."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from thresher.metric import Axis
from thresher.study import StudyError, load, warnings_of

VALID: dict[str, Any] = {
    "question": "Does Adam get there sooner?",
    "traces": {
        "files": "runs/{optimizer}/seed_{seed}.csv",
        "columns": {"value": "test_loss", "arm": "optimizer"},
    },
    "metric": {"name": "loss", "better": "lower"},
    "axis": {"name": "step"},
    "pairing": "data",
    "reference": "SGD",
    "endpoint": {"threshold": 0.3, "sustain": 1, "budget": 100},
}
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def file(tmp_path) -> Callable[..., Path]:
    def written(change: Change = lambda content: None) -> Path:
        content = copy.deepcopy(VALID)
        change(content)
        (tmp_path / "made.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        return tmp_path / "made.yaml"

    return written


def test_a_study_about_files_says_metric_axis_and_where_its_runs_are(file):
    made = load(file())
    assert (made.metric.name, made.metric.better, made.metric.data) == ("loss", "lower", "")
    assert made.axis == Axis("step", "steps")
    assert (made.task, made.training, made.arms, made.pairing) == (None, None, (), "data")
    assert made.traces.files == ("runs/{optimizer}/seed_{seed}.csv",)
    assert (made.endpoint.threshold, made.traces.budget) == (0.3, 100)
    assert made.contrast_reference == "SGD"


def test_it_is_the_same_study_however_its_path_is_given(file, monkeypatch):
    path = file()
    monkeypatch.chdir(path.parent)
    assert load(path).document() == load("made.yaml").document()
    assert load(path).traces.folder == "."


@pytest.mark.parametrize("threshold", [-3.5, 0])
def test_a_level_of_a_metric_without_bounds_may_be_anything(file, threshold):
    made = load(file(lambda c: c["endpoint"].update(threshold=threshold)))
    assert made.endpoint.threshold == threshold
    assert made.analysis.threshold_grid == ()


def put(**keys: Any) -> Change:
    return lambda content: content.update(keys)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            put(task={"name": "echo"}),
            "task belongs to runs that are trained here, but traces are read; remove it",
        ),
        (
            put(metric={"name": "loss"}),
            "metric.better is missing; say whether lower or higher is better",
        ),
        (
            put(metric={"name": "r", "better": "higher", "minimum": 1, "maximum": 1}),
            "metric.maximum must leave a range, but the metric goes from 1 to 1; change it",
        ),
        (
            put(endpoint={"threshold": "baseline"}),
            "endpoint.threshold must be a number, but was baseline; give one",
        ),
        (put(endpoint={}), "endpoint.threshold must be a number, but is missing; give one"),
        (
            put(metric={"name": "won", "better": "higher", "minimum": 0.5, "maximum": 1}),
            "endpoint.threshold must be at least 0.5 and at most 1, as won is, but was 0.3",
        ),
        (
            put(analysis={"threshold_grid": [2]}, metric={**VALID["metric"], "maximum": 1}),
            "analysis.threshold_grid[0] must be at most 1, as loss is, but was 2",
        ),
        (
            put(pairing="data+weights"),
            "pairing must be one of data, none, but was data+weights",
        ),
        (
            put(report={"labels": {"SGD": "x", "Adam": "x"}}),
            "report.labels.SGD is x, as the arm Adam is called; tell them apart",
        ),
        (put(report={"title": " "}), 'report.title must be a text that is not empty, but was " "'),
        (put(traces={}), "traces.files is missing; add it"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(file, change, line):
    path = file(change)
    with pytest.raises(StudyError) as caught:
        load(path)
    assert f"{path}: {line}" in str(caught.value).splitlines()


def test_a_threshold_that_nothing_is_worse_than_is_warned_of(file):
    worst = put(
        metric={"name": "won", "better": "higher", "minimum": 0, "maximum": 1},
        endpoint={"threshold": 0},
    )
    (line,) = warnings_of(load(file(worst)))
    assert "endpoint.threshold is 0, but no won is worse than 0" in line
    assert list(warnings_of(load(file()))) == []
