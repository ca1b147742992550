"""A study about files: what it must state, what it must not, and what its logs complete."""

import json
from dataclasses import replace

import pytest
import yaml

from thresher.logs import UserError
from thresher.readers import ReadError
from thresher.study import StudyError, complete, in_study, load, parse_document, parse_part
from thresher.study.plan import ImportedArm, ImportFacts

STUDY = """
question: Which agent gets there sooner?
traces:
  files: runs/{agent}/seed_{seed}.csv
  columns: {value: reward, arm: agent}
metric: {name: return, better: higher}
axis: {name: step}
reference: ddpg
endpoint: {threshold: 200, sustain: 1}
"""


def arm(name: str, **changes) -> ImportedArm:
    return ImportedArm(
        **{
            **{"arm": name, "runs": 3, "seeds": 3, "first": 0, "last": 100, "last_shortest": 90},
            **{"evaluations_fewest": 10, "evaluations_most": 11, "spacing": 10.0, "diverged": 0},
            **changes,
        }
    )


FACTS = ImportFacts((arm("ddpg"), arm("td3")), 90.0, True, 3, ("A note.",), ("CSV",), 6)


@pytest.fixture
def write(tmp_path):
    def write(**changes):
        content = yaml.safe_load(STUDY)
        for key, value in changes.items():
            content.pop(key, None)
            content |= {} if value is None else {key: value}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        return tmp_path / "mine.yaml"

    return write


@pytest.fixture
def errors(write):
    def errors(**changes):
        path = write(**changes)
        with pytest.raises(StudyError) as found:
            load(path)
        return [line.removeprefix(f"{path}: ") for line in str(found.value).splitlines()]

    return errors


def test_what_the_logs_say_is_open_until_they_are_read(write):
    study = load(write())
    assert (study.task, study.training, study.arms, study.seeds) == (None, None, (), 0)
    assert study.metric.better == "higher"
    assert (study.axis.name, study.axis.unit) == ("step", "steps")
    assert (study.pairing, study.paired) == ("none", False)
    assert study.traces.files == ("runs/{agent}/seed_{seed}.csv",)
    assert study.traces.columns == {"value": "reward", "arm": "agent"}
    assert study.traces.budget is None
    assert study.imported is None


def test_logs_lie_beside_the_study_file(write, tmp_path):
    assert load(write()).traces.folder == tmp_path.as_posix()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task", {"name": "cumulative_sum"}),
        ("variants", {"one": {"model": "lstm"}}),
        ("training", {"epochs": 10}),
        ("seeds", 3),
        ("seeds_per_job", 1),
    ],
)
def test_what_belongs_to_training_is_refused(errors, key, value):
    (line,) = errors(**{key: value})
    assert line.startswith(f"{key} belongs to runs that are trained here, but traces are read")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"metric": {"name": "return"}},
            "metric.better is missing; say whether lower or higher is better",
        ),
        ({"metric": None}, "metric is missing"),
        ({"endpoint": {}}, "endpoint.threshold must be a number, but is missing; give one"),
        (
            {"endpoint": {"threshold": "baseline"}},
            "endpoint.threshold must be a number, but was baseline; give one",
        ),
        (
            {"metric": {"name": "return", "better": "higher", "maximum": 100}},
            "endpoint.threshold must be",
        ),
        ({"endpoint": {"threshold": 1, "budget": 0}}, "endpoint.budget must be"),
        ({"pairing": "data+weights"}, "pairing must be one of data, none"),
        ({"traces": {"columns": {"value": "reward"}}}, "traces.files is missing"),
        ({"traces": {"files": []}}, "traces.files must "),
        ({"traces": {"files": "*.csv", "colums": {}}}, "traces.colums is unknown"),
        ({"traces": {"files": "*.csv", "columns": {"step": "x"}}}, "traces.columns.step is "),
        ({"traces": {"files": "*.csv", "on_restart": "keep"}}, "traces.on_restart must be one of"),
        ({"axis": {"nam": "step"}}, "axis.nam is unknown"),
        (
            {"reference": None, "analysis": {"contrasts": "reference"}},
            "analysis.contrasts is reference, but there is none; add reference: <arm>",
        ),
        ({"question": "a\x07b"}, "question has the character U+0007"),
        ({"report": {"labels": {"ddpg": " "}}}, "report.labels.ddpg must be a text"),
    ],
)
def test_each_error_is_one_line_with_its_remedy(errors, changes, line):
    (found,) = errors(**changes)
    assert found.startswith(line)


def test_a_trained_study_has_no_budget_besides_its_epochs(study):
    with pytest.raises(StudyError, match=r"endpoint\.budget is training\.epochs for runs"):
        study(lambda content: content["endpoint"].update(budget=10))


def test_a_study_is_completed_by_what_its_logs_hold(write):
    study = complete(load(write(pairing="data")), FACTS)
    assert [each.label for each in study.arms] == ["ddpg", "td3"]
    assert study.endpoint.budget == 90.0
    assert (study.pairing, study.seeds) == ("data", 3)
    assert study.imported.notes == ("A note.",)


def test_runs_without_seeds_are_not_paired_whatever_the_study_says(write):
    study = complete(load(write(pairing="data")), replace(FACTS, paired=False))
    assert study.pairing == "none"


def test_a_completed_study_is_written_and_read_with_all_types(write):
    study = complete(load(write()), FACTS)
    assert parse_document(study.document()) == study
    assert json.loads(study.document())["imported"]["arms"][0]["last_shortest"] == 90


def test_a_stage_gets_its_part_completed(write):
    part = parse_part(load(write()).part("arms", "endpoint", "imported"), FACTS)
    assert [each.label for each in part.arms] == ["ddpg", "td3"]
    assert part.endpoint.budget == 90.0
    assert part.imported == FACTS
    with pytest.raises(AttributeError, match="pairing"):
        _ = part.pairing


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"reference": "dddpg"}, "reference must be one of ddpg, td3, but was dddpg"),
        ({"report": {"labels": {"tdd3": "TD3"}}}, "report.labels must be one of ddpg, td3"),
        (
            {"report": {"panels": [{"title": "All", "arms": ["ddpg", "sac"]}]}},
            "report.panels[0].arms must be one of ddpg, td3, but was sac",
        ),
        ({"report": {"labels": {"ddpg": "td3"}}}, "report.labels.ddpg is td3, as the arm td3"),
    ],
)
def test_what_names_an_arm_is_checked_once_the_arms_are_known(write, changes, line):
    study = load(write(**changes))
    with pytest.raises(UserError) as found:
        complete(study, FACTS)
    assert str(found.value).startswith(f"{study.path}: {line}")


def test_what_is_wrong_with_logs_names_the_study_and_its_keys():
    lines = "files: x matches nothing; check it\nbudget: 9 is too much\nruns/a.csv, line 3: no"
    assert str(in_study("mine.yaml", ReadError(*lines.splitlines()))).splitlines() == [
        "mine.yaml: traces.files: x matches nothing; check it",
        "mine.yaml: endpoint.budget: 9 is too much",
        "mine.yaml: runs/a.csv, line 3: no",
    ]


def test_spacing_is_known_of_arms_with_several_evaluations():
    facts = replace(FACTS, arms=(arm("ddpg"), arm("td3", spacing=None)))
    assert facts.spacing == {"ddpg": 10.0}
