"""Studies of a command: arms of free options, a template that fits them, everything else stated."""

import json

import pytest
import yaml

from thresher.study import StudyError, load

STUDY = """
command: python train.py --lr {lr} --hidden {hidden} --seed {seed} --out {trace}
trace: {axis: step, metric: val}
metric: {name: val_loss, better: lower, minimum: 0}
endpoint: {threshold: 0.5, budget: 100}
variants:
  small: {hidden: 16}
  wide: {hidden: [64, 128], lr: 0.01}
reference: small
seeds: 4
code: train.py
environment: {MODE: fast, DEBUG: true}
"""


@pytest.fixture
def write(tmp_path):
    (tmp_path / "train.py").write_text("")

    def write(**changes):
        content = yaml.safe_load(STUDY)
        for key, value in changes.items():
            content.pop(key, None)
            content |= {} if value is None else {key: value}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        return tmp_path / "mine.yaml"

    return write


def test_arms_are_the_variants_options_fanned_out(write):
    study = load(write())
    assert [arm.label for arm in study.arms] == ["small", "wide hidden=64", "wide hidden=128"]
    assert study.arms[2].model_options == {"hidden": 128, "lr": 0.01}
    assert (study.task, study.training, study.traces) == (None, None, None)
    assert (study.seeds, study.seeds_per_job, study.pairing) == (4, 1, "none")
    assert (study.axis.name, study.axis.unit, study.endpoint.budget) == ("step", "steps", 100)
    assert study.command.code == ("train.py",)


def test_a_specification_is_what_a_run_depends_on(write):
    study = load(write())
    job = json.loads(study.specification(study.arms[0]))
    assert job["options"] == {"hidden": 16}
    assert job["left_out"] == ["lr"]
    assert job["environment"] == {"DEBUG": "true", "MODE": "fast"}
    assert job["trace"] == {
        "axis": "step",
        "metric": "val_loss",
        "columns": {"value": "val"},
        "file": "",
        "format": None,
        "budget": 100.0,
    }
    assert "seeds" not in job


def test_the_document_of_such_a_study_can_be_read_again(write):
    from thresher.study import parse_document

    study = load(write())
    assert parse_document(study.document()) == study


WRONG = {
    "an unknown placeholder": (
        {"command": "prog {lr} {hiden} {hidden} {seed} {trace}"},
        ["command has the placeholder {hiden}, which is unknown; did you mean {hidden}?"],
    ),
    "no seed": (
        {"command": "prog --lr {lr} {hidden} {trace}"},
        ["command has no {seed}, so all runs of an arm would be the same; add it"],
    ),
    "an option that can't be left out": (
        {"command": "prog x{lr} {hidden} {seed} {trace}"},
        ["variants.small has no value for {lr} in x{lr}; set lr in this variant"],
    ),
    "an option that is never used": (
        {"variants": {"a": {"hidden": 1, "lr": 1, "depth": 2}}, "reference": None},
        ["command has no {depth}, though variants set depth; add --depth {depth}"],
    ),
    "no budget": ({"endpoint": {"threshold": 1}}, ["endpoint.budget is missing; say how far"]),
    "no threshold": ({"endpoint": {"budget": 9}}, ["endpoint.threshold must be a number"]),
    "no direction": ({"metric": {"name": "x"}}, ["metric.better is missing; say whether lower"]),
    "what belongs to others": (
        {"task": {"name": "echo"}, "entropy": 3},
        ["task is not for studies of a command; remove it", "entropy is not for studies of a"],
    ),
    "a file that is not there": (
        {"code": ["train.py", "gone.py"]},
        ["code names gone.py, which is not there; correct it"],
    ),
    "a reader that is not there": (
        {"trace": {"format": "cvs_table"}},
        ["trace.format must be one of csv_table"],
    ),
    "a duplicate": (
        {"variants": {"a": {"hidden": 1, "lr": 1}, "b": {"hidden": 1, "lr": 1}}, "reference": "a"},
        ["variants: the arm b is a duplicate of a: both run the same commands; remove one"],
    ),
    "a name of a column": (
        {
            "variants": {"a": {"hidden": 1, "lr": 1, "step": 2}},
            "reference": None,
            "command": "prog {lr} {hidden} {step} {seed} {trace}",
        },
        ["variants.a.step names a column of the traces; call it otherwise"],
    ),
    "a level that names no folder": (
        {"variants": {"a": {"hidden": ["x/y", 2], "lr": 1}}, "reference": None},
        ["variants.a.hidden names folders, so each value must be a number or a word"],
    ),
    "an option that is a mapping": (
        {"variants": {"a": {"hidden": {"x": 1}, "lr": 1}}, "reference": None},
        ["variants.a.hidden must be true or false or a number or a word or a list"],
    ),
    "an unknown key": ({"comand": "prog"}, ["comand is unknown; did you mean command?"]),
    "an unknown resource": (
        {"resources": {"thread": 2}},
        ["resources.thread is unknown; did you mean threads?"],
    ),
}


@pytest.mark.parametrize(("changes", "lines"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line_each(write, changes, lines):
    with pytest.raises(StudyError) as error:
        load(write(**changes))
    found = str(error.value).split("\n")
    assert len(found) == len(lines), found
    for line, start in zip(found, lines, strict=True):
        assert line.split(": ", 1)[1].startswith(start), found


def test_keys_of_a_command_are_refused_where_there_is_none(write):
    with pytest.raises(StudyError) as error:
        load(
            write(
                command=None,
                task={"name": "echo"},
                variants={"a": {"model": "lstm"}},
                reference=None,
                **{"trace": None, "metric": None, "endpoint": {"metric": "eval_accuracy"}},
            )
        )
    assert "code belongs to studies of a command; remove it, or say command" in str(error.value)
