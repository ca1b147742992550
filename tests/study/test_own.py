"""Studies of own models and tasks are checked from the text of their files, which are not run."""

import json
import subprocess
import sys

import pytest

from thresher.study import StudyError, load

MODELS = """from typing import Literal

raise SystemExit  # never run here


def gru(inputs, head, units: int = 16, reset: Literal["before", "after"] = "after"): ...
"""
TASK = """class ParityTask:
    loss = "binary_crossentropy"
    baseline = 0.6931

    def __init__(self, timesteps: int): ...

    def draw(self, generator, n): ...
"""
STUDY = """
task: {name: my_task.py:ParityTask, timesteps: 12}
variants:
  gru: {model: my_models.py:gru, units: [8, 16]}
  lstm: {model: lstm}
"""


@pytest.fixture
def write(tmp_path):
    (tmp_path / "my_models.py").write_text(MODELS)
    (tmp_path / "my_task.py").write_text(TASK)

    def write(text=STUDY):
        (tmp_path / "mine.yaml").write_text(text)
        return tmp_path / "mine.yaml"

    return write


def test_lists_fan_out_and_what_is_known_by_building_only_is_left_open(write):
    study = load(write())
    assert [arm.label for arm in study.arms] == ["gru units=8", "gru units=16", "lstm"]
    assert study.arms[0].model_options == {"units": 8, "reset": "after"}
    assert [arm.parameters for arm in study.arms] == [None] * 3
    assert study.task.options == {"timesteps": 12}
    assert study.endpoint.threshold == 0.6931
    assert study.training.loss == "binary_crossentropy"
    job = json.loads(study.specification(study.arms[0]))
    assert job["model"] == {"name": "my_models.py:gru", "options": {"units": 8, "reset": "after"}}
    assert job["task"]["name"] == "my_task.py:ParityTask"


def test_our_own_task_counts_the_parameters_of_our_models_only(write):
    study = load(write(STUDY.replace("my_task.py:ParityTask, timesteps: 12", "cumulative_sum")))
    assert [arm.parameters for arm in study.arms] == [None, None, 1781]


def test_nothing_heavy_is_imported(write):
    program = (
        "import sys; from thresher.study import load; load(sys.argv[1]);"
        "print(sorted({'tensorflow', 'keras', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(write())], capture_output=True, text=True
    )
    assert found.stdout.strip() == "[]", found.stderr


WRONG = {
    "an unknown option": (
        ("units: [8, 16]", "unit: 8"),
        "variants.gru.unit is unknown; did you mean units?",
    ),
    "another word": (
        ("units: [8, 16]", "reset: never"),
        "variants.gru.reset must be one of before, after, but was never",
    ),
    "no such name": (
        ("my_models.py:gru", "my_models.py:gur"),
        "variants.gru.model: my_models.py: has no function gur; did you mean gru?",
    ),
    "no such file": (
        ("my_task.py:", "my_tusk.py:"),
        "task.name: my_tusk.py: no such file beside the study; did you mean my_task.py?",
    ),
    "no such model at all": (
        ("my_models.py:gru", "grandiose"),
        "but was grandiose; one of your own is my_models.py:my_model",
    ),
    "a missing option": ((", timesteps: 12", ""), "task.timesteps is missing; add it"),
    "no baseline": (
        ("timesteps: 12}", "timesteps: 12}\nendpoint: {metric: eval_accuracy}"),
        "endpoint.threshold must be a number, but was baseline",
    ),
}


@pytest.mark.parametrize(("change", "line"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line(write, change, line):
    with pytest.raises(StudyError) as error:
        load(write(STUDY.replace(*change)))
    (found,) = str(error.value).split("\n")
    assert line in found


def test_own_models_are_matched_in_jobs_and_know_what_they_depend_on(write):
    changed = STUDY.replace(
        "lstm: {model: lstm}",
        "lstm: {model: lstm, match_parameters: gru units=8}\n"
        "  other: {model: my_models.py:gru, match_parameters: {arm: gru units=8, by: units},"
        " reset: before}",
    )
    arms = {arm.label: arm for arm in load(write(changed)).arms}
    match = arms["lstm"].match
    assert (match.option, match.smallest, match.largest) == ("units", 1, 4096)
    assert (match.parameters, match.model) == (None, "my_models.py:gru")
    assert match.model_options == dict(arms["gru units=8"].model_options)
    for label in ("lstm", "other"):
        assert arms[label].parameters is None
        assert "units" not in arms[label].model_options
