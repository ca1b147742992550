"""An integer option chosen by building models, so that their parameters are as asked for."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from thresher import decoding
from thresher.declarations import ModelDeclaration, TaskDeclaration
from thresher.training.errors import TrainingError
from thresher.training.words import in_front

Job = Mapping[str, Any]


def count_parameters(model: keras.Model) -> int:
    """Count the trainable parameters."""
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def matched(
    job: Job,
    task: TaskDeclaration,
    model: ModelDeclaration,
    load_model: Callable[[str], ModelDeclaration],
) -> dict[str, Any]:
    """Return a specification in which the option that is to be matched is chosen.

    Parameters
    ----------
    job : mapping
        Its task finds its files.
    task, model : declaration
        What it names.
    load_model : callable
        Name → declaration, for the model that is to be matched.
    """
    match = job["model"].get("match")
    if match is None:
        return dict(job)
    options = job["model"]["options"]
    wanted = match["parameters"]
    if wanted is None:
        other = load_model(match["model"])
        wanted = parameters_of(other, match["model_options"], task, job["task"]["options"])

    def count(value: int) -> int:
        chosen = {**options, match["option"]: value}
        return parameters_of(model, chosen, task, job["task"]["options"])

    value = closest(count, wanted, match["smallest"], match["largest"])
    chosen = {**job["model"], "options": {**options, match["option"]: value}}
    del chosen["match"]
    return {**job, "model": chosen}


def parameters_of(
    model: ModelDeclaration,
    options: Mapping[str, Any],
    task: TaskDeclaration,
    task_options: Mapping[str, Any],
) -> int:
    """Count a model's trainable parameters: as it says, or by building it."""
    if model.parameters is None:
        return count_parameters(build_for(task, task_options, model, options))
    return decoding.declared_parameters(model, options, task, task_options)


def build_for(
    task: TaskDeclaration,
    task_options: Mapping[str, Any],
    model: ModelDeclaration,
    options: Mapping[str, Any],
) -> Any:
    """Build a model for a task, with words' vectors in front where inputs are words."""
    head = decoding.head(task, task_options)
    built = model.build(options, decoding.model_inputs(task, task_options), head)
    if task.words is None or not isinstance(built, keras.Model):
        return built
    return in_front(task.words(task_options), tuple(task.inputs(task_options)), built)


def closest(count: Callable[[int], int], wanted: int, smallest: int, largest: int) -> int:
    """Find where a count that grows comes closest to a number; of two as close, the smaller.

    Models of some thousand units are dear to build, so the search begins at the small ones.

    Raises
    ------
    TrainingError
        If the count does not grow.

    Examples
    --------
    >>> closest(lambda n: n * n, 30, 1, 4096)
    5
    """
    low, high = smallest, smallest
    while count(high) < wanted and high < largest:
        low, high = high, min(2 * max(high, 1), largest)
    if high > low and count(high) <= count(low):
        raise TrainingError(
            "match_parameters needs an option that parameters grow with, but they are "
            f"{count(low)} at {low} and {count(high)} at {high}; match by another option"
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < wanted else (low, middle)
    return min((low, high), key=lambda value: abs(count(value) - wanted))
