"""Every own model and task of a study, checked before any training."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from thresher import decoding, own
from thresher.canonical import canonical
from thresher.files import write_text
from thresher.own import OwnError
from thresher.training.contract import (
    count_parameters,
    model_problems,
    task_problems,
    training_problems,
)
from thresher.training.job import Named, load_named


def run_check(specifications: Sequence[str], output: str, folder: str = ".") -> None:
    """Check the own models and tasks of a study, and write what was found by building.

    Parameters
    ----------
    specifications : sequence of str
        One for each arm; what `Study.specification` gave.
    output : path
        JSON: ``parameters``, the trainable ones of every arm, by its label; ``baseline``, the
        task's, null where it has none.
    folder : path
        That of the study file.

    Raises
    ------
    OwnError
        One line for each thing that is wrong: file, line, what was found, remedy.
    """
    found = check_own(specifications, folder)
    write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", output)


def check_own(specifications: Sequence[str], folder: str | Path = ".") -> dict[str, Any]:
    """Check the own models and tasks that some specifications name; see `run_check`."""
    jobs = [json.loads(specification) for specification in specifications]
    problems: dict[str, None] = {}
    broken = set[str]()
    loaded: dict[tuple[str, str], Named] = {}
    for job in jobs:
        names = _names(job)
        if names in loaded or broken & set(names):
            continue
        try:
            loaded[names] = load_named(job, str(folder))
        except OwnError as error:
            problems |= dict.fromkeys(error.problems)
            broken |= {name for name in names if own.is_own(name)}
    for job in _distinct(jobs, "task"):
        if _names(job) in loaded and own.is_own(job["task"]["name"]):
            lines = list(_task_lines(job, loaded[_names(job)], folder))
            broken |= {job["task"]["name"]} if lines else set()
            problems |= dict.fromkeys(lines)
    usable = [job for job in jobs if _names(job) in loaded and not broken & set(_names(job))]
    for job in _distinct(usable, "task", "model"):
        problems |= dict.fromkeys(_model_lines(job, loaded[_names(job)], folder))
    for job in _distinct([] if problems else usable, "name"):
        problems |= dict.fromkeys(_training_lines(job, loaded[_names(job)], folder))
    if problems:
        raise OwnError(*problems)
    return _facts(jobs, loaded)


def _names(job: Mapping[str, Any]) -> tuple[str, str]:
    return job["task"]["name"], job["model"]["name"]


def _distinct(jobs: Sequence[Mapping[str, Any]], *parts: str) -> list[Mapping[str, Any]]:
    """Return the first job of each kind; ``"name"`` tells apart by names, not by options."""
    first: dict[str, Mapping[str, Any]] = {}
    for job in jobs:
        key = _names(job) if parts == ("name",) else [job[part] for part in parts]
        first.setdefault(canonical(list(key)), job)
    return list(first.values())


def _task_lines(job: Mapping[str, Any], named: Named, folder: str | Path) -> Iterator[str]:
    name, options = job["task"]["name"], job["task"]["options"]
    outline = own.outline_task(name, folder)
    try:
        for broken in task_problems(named[0], options):
            line = outline.lines.get(broken.part, outline.line)
            yield f"{_file(name)}, line {line}: {broken.text}"
    except OwnError as error:
        yield from error.problems


def _model_lines(job: Mapping[str, Any], named: Named, folder: str | Path) -> Iterator[str]:
    task, model = named
    parts = (model, job["model"]["options"], task, job["task"]["options"])
    try:
        found = model_problems(*parts)
    except OwnError as error:
        yield from error.problems
        return
    yield from _placed(job, found, folder)


def _training_lines(job: Mapping[str, Any], named: Named, folder: str | Path) -> Iterator[str]:
    task, model = named
    found = training_problems(model, job["model"]["options"], task, job["task"]["options"])
    yield from _placed(job, found, folder)


def _placed(job: Mapping[str, Any], problems: Sequence[str], folder: str | Path) -> Iterator[str]:
    """Begin each line with the place in the user's file, and end it with the arm's options."""
    name, options = job["model"]["name"], job["model"]["options"]
    with_options = ", ".join(f"{option}={value}" for option, value in options.items())
    for problem in problems:
        if own.is_own(name):
            outline = own.outline_model(name, folder)
            function = name.rpartition(":")[2]
            call = f"{function}({with_options})"
            yield f"{_file(name)}, line {outline.line}: {call}: {problem}"
        else:
            yield f"{_file(job['task']['name'])}: model {name}: {problem}"


def _file(name: str) -> str:
    return name.rpartition(":")[0] or name


def _facts(
    jobs: Sequence[Mapping[str, Any]], loaded: Mapping[tuple[str, str], Named]
) -> dict[str, Any]:
    parameters: dict[str, int] = {}
    baseline = None
    for job in jobs:
        task, model = loaded[_names(job)]
        options = job["task"]["options"]
        inputs, head = task.inputs(options), decoding.head(task, options)
        if model.parameters is None:
            built = model.build(job["model"]["options"], inputs, head)
            parameters[job["arm"]] = count_parameters(built)
        else:
            parameters[job["arm"]] = model.parameters(job["model"]["options"], inputs, head)
        if task.baseline is not None:
            baseline = float(np.asarray(task.baseline(options)))
    return {"parameters": parameters, "baseline": baseline}
