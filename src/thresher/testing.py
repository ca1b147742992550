"""The contract that our own models and tasks keep, to be called on yours from your tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thresher import own, tasks
from thresher.declarations import ModelDeclaration, Option, TaskDeclaration
from thresher.own import OwnError

__all__ = ["OwnError", "check_model", "check_task"]


def check_task(task: TaskDeclaration | str, *, folder: str | Path = ".", **options: Any) -> None:
    """Check what every task promises: shapes, numbers, one sampler for one generator, labels.

    Parameters
    ----------
    task : TaskDeclaration or str
        One of ours by its name, yours as ``my_task.py:ParityTask``.
    folder : path
        What the file is relative to.
    **options
        Of the task; the others have their defaults.

    Raises
    ------
    OwnError
        One line for each promise that is broken.

    Examples
    --------
    >>> check_task("cumulative_sum", timesteps=5)
    """
    from thresher.training.contract import task_problems  # TensorFlow takes seconds
    from thresher.training.job import settled

    name, declared = _task(task, folder)
    filled = _filled(declared.options, options, name)
    found = task_problems(settled(declared, filled), filled)
    if found:
        raise OwnError(*(f"{name}: {broken.text}" for broken in found))


def check_model(
    model: ModelDeclaration | str,
    task: TaskDeclaration | str = "cumulative_sum",
    *,
    folder: str | Path = ".",
    task_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """Check what every model promises: shapes, a finite loss, parameters, training by lanes.

    Parameters
    ----------
    model : ModelDeclaration or str
        One of ours by its name, yours as ``my_models.py:gru``.
    task : TaskDeclaration or str
        The task that it is tried on.
    folder : path
        What files are relative to.
    task_options : mapping, optional
    **options
        Of the model; the others have their defaults.

    Raises
    ------
    OwnError
        One line for each promise that is broken.

    Examples
    --------
    >>> check_model("lstm", units=3)  # doctest: +SKIP
    """
    from thresher import models
    from thresher.training.contract import model_problems, training_problems
    from thresher.training.job import settled

    task_name, tried = _task(task, folder)
    name = model if isinstance(model, str) else "model"
    if isinstance(model, str):
        model = own.load_model(model, folder) if own.is_own(model) else models.load(model)
    filled = _filled(tried.options, task_options or {}, task_name)
    parts = (model, _filled(model.options, options, name), settled(tried, filled), filled)
    found = model_problems(*parts) or training_problems(*parts)
    if found:
        raise OwnError(*(f"{name}: {problem}" for problem in found))


def _task(task: TaskDeclaration | str, folder: str | Path) -> tuple[str, TaskDeclaration]:
    if not isinstance(task, str):
        return "task", task
    return task, own.load_task(task, folder) if own.is_own(task) else tasks.load(task)


def _filled(declared: Mapping[str, Option], given: Mapping[str, Any], name: str) -> dict[str, Any]:
    unknown = [option for option in given if option not in declared]
    if unknown:
        hint = own.near(unknown[0], declared) or f"there are {', '.join(declared)}"
        raise OwnError(f"{name}: has no option {unknown[0]}; {hint}")
    missing = [o for o, option in declared.items() if option.default is None and o not in given]
    if missing:
        raise OwnError(f"{name}: needs the option {missing[0]}; give it")
    return {name: given.get(name, option.default) for name, option in declared.items()}
