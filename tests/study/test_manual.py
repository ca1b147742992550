"""`config/README.md` names every key and option with its true default, and its examples load."""

import copy
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from thresher import models, optimizers, tasks
from thresher.declarations import Option
from thresher.metric import Axis, engine_metrics
from thresher.study import Analysis, Arm, Endpoint, Training, loading, plan, structure, wording

MANUAL = (Path(__file__).parents[2] / "config" / "README.md").read_text()
SECTIONS = {
    match[1].strip("`"): match[2]
    for match in re.finditer(r"^##+ (.+?)\n(.*?)(?=^##|\Z)", MANUAL, re.MULTILINE | re.DOTALL)
}
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL)
DECLARED = {
    **{name: tasks.load(name).options for name in tasks.NAMES},
    **{name: models.load(name).options for name in models.NAMES},
}
# Worked out from other values: a test of loading covers each.
IN_WORDS = {
    "question",
    "variants.<variant>.match_parameters",
    "variants.<variant>.exclude",
    "variants.<variant>.training.batch_size",
    "variants.<variant>.training.optimizer",
    "variants.<variant>.training.learning_rate",
    "variants.<variant>.training.optimizer_options",
    "reference",
    "training.learning_rate",
    "training.loss",
    "metric.label",
    "metric.unit",
    "metric.better",
    "metric.minimum",
    "metric.maximum",
    "analysis.contrasts",
    "analysis.threshold_grid",
    "report.title",
    "report.highlight_seed",
    "task",
    "variants",
    "endpoint.budget",
}
# Where the runs come from, other than from models that are trained here.
COMMAND = ("command", "trace", "environment", "code", "resources", "retries")
ELSEWHERE = ("traces", *COMMAND)


def rows(text: str, first: str) -> list[list[str]]:
    """The rows of every table whose first column is headed so."""
    found, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and not set(line) <= set("|-"):
            found.append(cells)
    return found


def code(cell: str) -> Any:
    return yaml.safe_load(cell.strip("`"))


KEYS = {cells[0].strip("`"): cells for cells in rows(SECTIONS["Keys"], "key")}


SCHEMA = structure.validator().schema


def keys_of(schema: dict, prefix: str = "") -> dict[str, bool]:
    """Every key of the schema, dotted, and whether it is required."""
    found = {}
    for name, inner in schema.get("properties", {}).items():
        key = f"{prefix}{name}"
        found[key] = name in schema.get("required", ())
        found |= keys_of(inner, f"{key}.")
        found |= keys_of(inner.get("items", {}), f"{key}.")
        if name == "variants":
            found |= keys_of(SCHEMA["$defs"]["variant"], f"{key}.<variant>.")
    return found


def defaults() -> dict[str, Any]:
    """The default of every key that has one, from the code."""
    found = {
        f"{section}.{field.name}": field.default
        for section, kind in (
            ("training", Training),
            ("axis", Axis),
            ("endpoint", Endpoint),
            ("analysis", Analysis),
        )
        for field in fields(kind)
    }
    found |= {"seeds": loading.SEEDS, "entropy": plan.ENTROPY, "pairing": "data+weights"}
    found |= {"endpoint.threshold": "baseline", "seeds_per_job": "training.lane_width"}
    found |= {"endpoint.metric": plan.METRIC, "allow_missing": plan.Study.allow_missing}
    mappings = [
        "training",
        "metric",
        "axis",
        "endpoint",
        "analysis",
        "report",
        "variants.<variant>.training",
    ]
    mappings += ["training.optimizer_options", "report.labels"]
    return found | {key: {} for key in mappings} | {"report.panels": [], "training.metrics": []}


def test_the_manual_has_every_key_of_the_schema_and_no_other():
    assert list(KEYS) == list(keys_of(structure.validator().schema))


@pytest.mark.parametrize(
    ("key", "required"), keys_of(structure.validator().schema).items(), ids=lambda value: str(value)
)
def test_a_key_has_its_meaning_unit_and_true_default(key, required):
    _, meaning, unit, default, _ = KEYS[key]
    assert meaning.endswith(".")
    assert unit
    if required:
        assert default == "required"
    elif key in IN_WORDS or key.split(".")[0] in ELSEWHERE:
        assert default
    else:
        assert code(default) == defaults()[key]


def test_defaults_that_are_worked_out_are_as_the_manual_says(study):
    made = study(lambda content: (content.pop("question"), content.pop("reference")))
    assert made.question == "Which of 3 arms learns faster?"
    assert (made.seeds, made.seeds_per_job, made.pairing) == (8, 32, "data+weights")
    assert (made.report.title, made.report.highlight_seed) == ("made", None)
    arm: Arm = made.arms[0]
    assert arm.training == made.training


def base() -> dict[str, Any]:
    return {
        "task": {"name": "cumulative_sum"},
        "variants": {
            "lstm_forward": {"model": "lstm", "units": 5},
            "bilstm": {"model": "bilstm", "units": 20, "merge_mode": ["sum", "concat"]},
            "mine": {"model": "lstm", "units": 7},
        },
    }


def elsewhere(first: str) -> dict[str, Any]:
    """A study of runs that are not trained here."""
    own = {
        "metric": {"name": "val_loss", "better": "lower"},
        "endpoint": {"threshold": 0.3},
    }
    if first in COMMAND:
        program = "python train.py --lr {lr} --seed {seed} --out {trace}"
        own["endpoint"]["budget"] = 50
        return {**own, "command": program, "variants": {"one": {"lr": 0.1}, "two": {"lr": 0.2}}}
    return {**own, "traces": {"files": "runs/{arm}/{seed}.csv"}}


@pytest.mark.parametrize("key", KEYS)
def test_the_example_of_a_key_loads(study, key, tmp_path):
    (tmp_path / "train.py").touch()
    first = key.split(".")[0]
    imported = first == "traces" or key == "endpoint.budget"
    content = elsewhere(first) if first in COMMAND or imported else base()
    value = code(KEYS[key][4])
    if key.startswith("report.panels."):
        panel = {"title": "t", "arms": ["mine"], key.rpartition(".")[2]: value}
        content["report"] = {"panels": [panel]}
    else:
        *path, last = key.replace("<variant>", "mine").split(".")
        container = content
        for part in path:
            container = container.setdefault(part, {})
        container[last] = value
        if path == ["metric"]:
            container.setdefault("name", "eval_loss")
        if key == "endpoint.metric":
            container["threshold"] = 0.9
        if last == "match_parameters":
            del content["variants"]["mine"]["units"]
        if last == "exclude":
            content["variants"]["mine"]["units"] = [2, 4, 8]
        if last == "contrasts":
            content["reference"] = "mine"
    made = study(lambda made: (made.clear(), made.update(content)))
    assert made.traces if imported else made.arms


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads(study, example):
    content = yaml.safe_load(example)
    trained = {} if "traces" in content else base()
    made = study(lambda made: (made.clear(), made.update({**trained, **content})))
    assert made.arms or made.traces


def test_the_example_of_fanning_out_has_the_arms_that_the_manual_names(study):
    text = SECTIONS["How options fan out"]
    content = next(c for c in map(yaml.safe_load, EXAMPLES) if "lstm" in c.get("variants", {}))
    arms = study(lambda made: (made.clear(), made.update({**base(), **content}))).arms
    named = re.search(r"factors: (.*?) and so on", text, re.DOTALL)
    assert named
    labels = re.findall(r"`(.+?)`", named[1])
    assert [arm.label for arm in arms][: len(labels)] == labels
    assert len(arms) == 6
    assert "These are six arms" in text
    assert any(f"`traces/{arm.path}/`" in text for arm in arms)


def allowed(option: Option) -> str:
    """Say what an option may be, as the manual does."""
    if option.type is bool:
        return "true or false"
    if option.choices:
        return ", ".join(f"`{choice}`" for choice in option.choices)
    if option.minimum is not None and option.maximum is not None:
        return f"{option.minimum} to {option.maximum}"
    bounds = (("at least", option.minimum), ("above", option.above), ("below", option.below))
    return ", ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


def default_of(option: Option) -> str:
    """Say what an option is where nothing is said."""
    return "required" if option.default is None else f"`{wording.show(option.default)}`"


@pytest.mark.parametrize("name", DECLARED)
def test_the_manual_has_what_a_task_or_model_declares(name):
    declared = {
        f"`{key}`": [option.help, option.unit, default_of(option), allowed(option)]
        for key, option in DECLARED[name].items()
    }
    found = {cells[0]: cells[1:5] for cells in rows(SECTIONS[name], "option")}
    assert found == declared


@pytest.mark.parametrize("name", DECLARED)
def test_the_example_of_an_option_loads(study, name, tmp_path):
    for file in ("flowers.npz", "reviews.csv"):
        (tmp_path / file).touch()
    needed = {key: "flowers.npz" for key, option in DECLARED[name].items() if key == "file"}
    for cells in rows(SECTIONS[name], "option"):
        content = copy.deepcopy(base())
        given = {cells[0].strip("`"): code(cells[5])}
        if name in tasks.NAMES:
            content["task"] = {"name": name, **needed, **given}
            if tasks.load(name).baseline is None:
                content["endpoint"] = {"threshold": 0.3}
        else:
            content["variants"]["mine"] = {"model": name, "training": {"batch_size": 3}, **given}
        loaded = study(lambda made, content=content: (made.clear(), made.update(content)))
        arms = [arm for arm in loaded.arms if arm.variant == "mine"]
        options = [loaded.task.options] if name in tasks.NAMES else [a.model_options for a in arms]
        for key, value in given.items():
            assert [each[key] for each in options] == (
                value if isinstance(value, list) else [value]
            )


def test_the_manual_has_every_metric_of_the_engine():
    declared = {
        f"`{name}`": [metric.label, metric.unit, metric.better, metric.bounds]
        for name, metric in engine_metrics("binary_crossentropy").items()
    }
    assert {cells[0]: cells[1:] for cells in rows(SECTIONS["Metrics"], "metric")} == declared


def with_defaults(options: dict[str, Option]) -> str:
    shown = {
        key: "none" if option.default is None else wording.show(option.default)
        for key, option in options.items()
    }
    return ", ".join(f"`{key}` {value}" for key, value in shown.items())


def test_the_manual_has_every_optimizer_with_its_options_and_defaults():
    off = {
        name: [key for key, option in declared.options.items() if option.default is None]
        for name, declared in optimizers.OPTIMIZERS.items()
    }
    assert {key for keys in off.values() for key in keys} == {"weight_decay", *optimizers.CLIPPING}
    found = {cells[0].strip("`"): cells[1:] for cells in rows(SECTIONS["Optimizers"], "optimizer")}
    for name, declared in optimizers.OPTIMIZERS.items():
        own = {key: o for key, o in declared.options.items() if o.default is not None}
        rate, options = found.pop(name)
        assert code(rate) == declared.learning_rate
        assert set(options.split(", ")) == set(with_defaults(own).split(", "))
    assert {name: why for name, (why,) in found.items()} == optimizers.REFUSED


def test_the_manual_explains_every_option_of_an_optimizer():
    declared = {
        key: [option.help, allowed(option)]
        for optimizer in optimizers.OPTIMIZERS.values()
        for key, option in optimizer.options.items()
    }
    found = {cells[0].strip("`"): cells[1:] for cells in rows(SECTIONS["Optimizers"], "option")}
    assert found == declared


def test_the_manual_has_every_schedule_with_its_arguments():
    declared = {
        f"`{name}`": [
            ", ".join(f"`{key}`" for key in schedule.required),
            with_defaults(dict(schedule.optional)),
        ]
        for name, schedule in optimizers.SCHEDULES.items()
    }
    found = {cells[0]: cells[1:] for cells in rows(SECTIONS["Schedules"], "schedule")}
    assert found == declared
