"""What a study file names as task and models: ours by a name, the user's own by a file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thresher import decoding, models, own, tasks
from thresher.declarations import Head, Option, TaskDeclaration
from thresher.study import wording
from thresher.study.problems import Key, Problem

Shapes = tuple[tuple[int, ...], Head]
SOME_SHAPES: Shapes = ((1, 1), Head(1, "sigmoid", per_timestep=True))
"""What is taken where the task is wrong, so that the rest can be checked."""


@dataclass(frozen=True)
class NamedTask:
    """A task as far as it is known before it is run.

    Attributes
    ----------
    options : mapping of str to Option
    loss : str
    declared : TaskDeclaration or None
        None for one of the user's own, whose file is not run yet.
    stated : float or None
        The baseline that an own task states as a number.
    """

    options: Mapping[str, Option]
    loss: str
    declared: TaskDeclaration | None = None
    stated: float | None = None

    def loss_of(self, options: Mapping[str, Any]) -> str:
        """Return the loss, where options decide on it."""
        by_options = self.declared.loss_of if self.declared else None
        return self.loss if by_options is None else by_options(options)

    def missing(self, options: Mapping[str, Any], folder: Path) -> Iterator[Problem]:
        """Name the files of the task's that are not there."""
        for name in self.declared.files if self.declared else ():
            if not (folder / options[name]).is_file():
                shown = wording.show(options[name])
                yield Problem(("task", name), f"names {shown}, which is not there; correct it")

    def baseline(self, options: Mapping[str, Any]) -> float | None:
        """Return the position baseline; None where there is none, or it is not known yet."""
        if self.declared is None:
            return self.stated
        return None if self.declared.baseline is None else self.declared.baseline(options)

    def shapes(self, options: Mapping[str, Any]) -> Shapes | None:
        """Return the shape of an input and the head, None where they are not known yet."""
        if self.declared is None or self.declared.data is not None:
            return None  # a user's file is read in jobs only
        return self.declared.inputs(options), decoding.head(self.declared, options)


@dataclass(frozen=True)
class NamedModel:
    """A model as far as it is known before it is built.

    Attributes
    ----------
    options : mapping of str to Option
    parameters : callable or None
        See `ModelDeclaration`; None for one of the user's own.
    """

    options: Mapping[str, Option]
    parameters: Callable[..., int] | None = None


def task(
    name: str, folder: Path, problems: list[Problem], key: Key = ("task", "name")
) -> NamedTask | None:
    """Look a task up; None, and why, where there is none of that name."""
    if name in tasks.NAMES:
        declared = tasks.load(name)
        return NamedTask(declared.options, declared.loss, declared)
    if not own.is_own(name):
        problems.append(_unknown(key, name, tasks.NAMES, "my_task.py:MyTask"))
        return None
    try:
        outline = own.outline_task(name, folder)
        own.digest(name, folder)  # says which of the files that it names is missing
    except own.OwnError as error:
        problems.append(Problem(key, f": {error}"))
        return None
    return NamedTask(outline.options, outline.loss, stated=outline.baseline)


def model(name: str, folder: Path, problems: list[Problem], key: Key) -> NamedModel | None:
    """Look a model up; None, and why, where there is none of that name."""
    if name in models.NAMES:
        declared = models.load(name)
        return NamedModel(declared.options, declared.parameters)
    if not own.is_own(name):
        problems.append(_unknown(key, name, models.NAMES, "my_models.py:my_model"))
        return None
    try:
        return NamedModel(own.outline_model(name, folder).options)
    except own.OwnError as error:
        problems.append(Problem(key, f": {error}"))
        return None


def _unknown(key: Key, name: str, known: tuple[str, ...], example: str) -> Problem:
    found = wording.one_of(key, name, known)
    hint = "" if "did you mean" in found.text else f"; one of your own is {example}"
    return Problem(found.key, found.text + hint, found.needs)
