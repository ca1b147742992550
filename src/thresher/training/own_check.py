"""Every own model and task of a study, checked before any training."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from thresher import own
from thresher.canonical import canonical
from thresher.declarations import TaskDeclaration
from thresher.files import write_text
from thresher.own import OwnError
from thresher.training.contract import model_problems, task_problems, training_problems
from thresher.training.errors import TrainingError
from thresher.training.job import Kind, Named, load_one, located, settled
from thresher.training.matching import matched, parameters_of

Job = Mapping[str, Any]


def run_check(specification: str, output: str, folder: str = ".") -> None:
    """Check the own model and task of an arm, and write what was found by building.

    Parameters
    ----------
    specification : str
        What `Study.specification` gave.
    output : path
        JSON: ``parameters``, the trainable ones, by the arm's label; ``baseline``, the task's,
        null where it has none.
    folder : path
        That of the study file.

    Raises
    ------
    OwnError
        One line for each thing that is wrong: file, line, what was found, remedy.
    """
    found = check_own([specification], folder)
    write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", output)


def check_own(specifications: Sequence[str], folder: str | Path = ".") -> dict[str, Any]:
    """Check the own models and tasks that some specifications name; see `run_check`."""
    jobs = [json.loads(specification) for specification in specifications]
    found = _Found(folder)
    for job in jobs:
        found.load("task", job["task"]["name"])
        for name in _models(job):
            found.load("model", name)
    jobs = found.located(jobs)
    for job in _distinct(found.usable(jobs), "task"):
        found.add(_task_lines(job, found.named(job), folder), job["task"]["name"])
    jobs = found.matched(found.usable(jobs))
    for job in _distinct(found.usable(jobs), "task", "model"):
        found.add(_model_lines(job, found.named(job), folder))
    if not found.problems:
        for job in {_names(job): job for job in jobs}.values():
            found.add(_training_lines(job, found.named(job), folder))
    if found.problems:
        raise OwnError(*found.problems)
    return _facts(jobs, found)


class _Found:
    """What was loaded, which of it is broken, and every problem once."""

    def __init__(self, folder: str | Path) -> None:
        self.problems: dict[str, None] = {}
        self._folder = str(folder)
        self._loaded: dict[str, Any] = {}
        self._broken = set[str]()

    def load(self, kind: Kind, name: str) -> None:
        if name in self._loaded or name in self._broken:
            return
        try:
            self._loaded[name] = load_one(kind, name, self._folder)
        except OwnError as error:
            self.add(error.problems, name)

    def add(self, problems: Iterable[str], name: str | None = None) -> None:
        """Add problems, and call what they are about broken."""
        lines = dict.fromkeys(problems)
        self.problems |= lines
        if lines and name is not None:
            self._broken.add(name)

    def usable(self, jobs: Sequence[Job]) -> list[Job]:
        return [job for job in jobs if not self._broken & {job["task"]["name"], *_models(job)}]

    def matched(self, jobs: Sequence[Job]) -> list[Job]:
        """Choose what is to be matched by building models; what prevents it is a problem."""
        chosen: list[Job] = []
        for job in jobs:
            try:
                chosen.append(matched(job, *self.named(job), self._loaded.__getitem__))
            except OwnError as error:
                self.add(error.problems)
            except TrainingError as error:
                self.add([f"{_file(job['model']['name'])}: {error}"])
        return chosen

    def located(self, jobs: Sequence[Job]) -> list[Job]:
        """Return the jobs whose task is there, with paths that it finds its files by."""
        return [
            located(job, self._loaded[task], self._folder)
            for job in jobs
            if (task := _names(job)[0]) in self._loaded
        ]

    def named(self, job: Job) -> Named:
        task, model = _names(job)
        return _settled(self._loaded[task], job), self._loaded[model]


def _settled(task: TaskDeclaration, job: Job) -> TaskDeclaration:
    return settled(task, job["task"]["options"], job["training"]["loss"])


def _names(job: Job) -> tuple[str, str]:
    return job["task"]["name"], job["model"]["name"]


def _models(job: Job) -> Iterator[str]:
    """Name the models that an arm needs: its own, and the one that it is matched to."""
    yield job["model"]["name"]
    if other := job["model"].get("match", {}).get("model"):
        yield other


def _distinct(jobs: Sequence[Job], *parts: str) -> list[Job]:
    """Return the first job of each kind."""
    first: dict[str, Job] = {}
    for job in jobs:
        first.setdefault(canonical([job[part] for part in parts]), job)
    return list(first.values())


def _task_lines(job: Job, named: Named, folder: str | Path) -> Iterator[str]:
    name, options = job["task"]["name"], job["task"]["options"]
    if not own.is_own(name):
        return
    outline = own.outline_task(name, folder)
    try:
        for broken in task_problems(named[0], options):
            line = outline.lines.get(broken.part, outline.line)
            yield f"{_file(name)}, line {line}: {broken.text}"
    except OwnError as error:
        yield from error.problems


def _model_lines(job: Job, named: Named, folder: str | Path) -> Iterator[str]:
    task, model = named
    parts = (model, job["model"]["options"], task, job["task"]["options"])
    try:
        found = model_problems(*parts)
    except OwnError as error:
        for problem in error.problems:
            raised = re.search(r"line \d+: \w+(Error|Exception): ", problem)
            yield f"{problem} (arm {job['arm']}: {_with(job)})" if raised else problem
        return
    yield from _placed(job, found, folder)


def _training_lines(job: Job, named: Named, folder: str | Path) -> Iterator[str]:
    task, model = named
    metrics = tuple(job["training"].get("metrics", ()))
    found = training_problems(model, job["model"]["options"], task, job["task"]["options"], metrics)
    yield from _placed(job, found, folder)


def _placed(job: Job, problems: Sequence[str], folder: str | Path) -> Iterator[str]:
    """Begin each line with the place in the user's file, and end it with the arm's options."""
    name = job["model"]["name"]
    for problem in problems:
        if own.is_own(name):
            outline = own.outline_model(name, folder)
            function = name.rpartition(":")[2]
            call = f"{function}({_with(job)})"
            yield f"{_file(name)}, line {outline.line}: {call}: {problem}"
        else:
            yield f"{_file(job['task']['name'])}: model {name}: {problem}"


def _with(job: Job) -> str:
    """Say the options of an arm's model."""
    return ", ".join(f"{name}={value}" for name, value in job["model"]["options"].items())


def _file(name: str) -> str:
    return name.rpartition(":")[0] or name


def _facts(jobs: Sequence[Job], found: _Found) -> dict[str, Any]:
    parameters: dict[str, int] = {}
    baseline = None
    for job in jobs:
        task, model = found.named(job)
        options = job["task"]["options"]
        parameters[job["arm"]] = parameters_of(model, job["model"]["options"], task, options)
        if task.baseline is not None:
            baseline = float(task.baseline(options))
    return {"parameters": parameters, "baseline": baseline}
