"""From a model's outputs to labels, and to right or wrong: what a task says, or its loss implies.

Labels come out as numbers, whatever the coding: the class, 0 or 1, or the number itself, one for
each position of an example (one a timestep, or one a sequence).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from thresher import losses
from thresher.declarations import Head, ModelDeclaration, TaskDeclaration
from thresher.losses import Kind

Options = Mapping[str, Any]


class DecodingError(ValueError):
    """A task whose head or decoding neither it nor its loss tells."""


@dataclass(frozen=True)
class Reading:
    """Outputs of some runs for some examples, read as the task reads them.

    Every array has the shape (runs, examples, positions).

    Attributes
    ----------
    input : ndarray of float, or None
        First feature of the input; None where inputs have other positions than labels.
    output : ndarray of float
        Probability of class 1 of two, of the predicted class of several, or the number. Of
        several labels at one position, the first.
    decoded : ndarray of float
        NaN where the output isn't finite.
    expected : ndarray of float
    wrong : ndarray of bool, or None
        None where numbers are neither right nor wrong; means nothing where `decoded` is NaN.
    """

    input: np.ndarray | None
    output: np.ndarray
    decoded: np.ndarray
    expected: np.ndarray
    wrong: np.ndarray | None


def kind(task: TaskDeclaration) -> Kind:
    """Return what the labels are, from the loss.

    Raises
    ------
    DecodingError
        If the loss leaves it open.
    """
    found = losses.of(task.loss).kind
    if found is None:
        known = ", ".join(name for name, loss in losses.LOSSES.items() if loss.kind)
        raise DecodingError(
            f"the loss {task.loss} does not tell how outputs are read; declare the task's head, "
            f"decode, expected and score, or take one of {known}"
        )
    return found


def head(task: TaskDeclaration, options: Options) -> Head:
    """Return what the task asks of a model's last layer.

    Raises
    ------
    DecodingError
        If neither the task nor its loss tells.
    """
    if task.head is not None:
        return task.head(options)
    labels, shape = kind(task), task.outputs(options)
    units = shape[-1]
    if labels == "class":
        if task.classes is None:
            raise DecodingError(
                f"a task with the loss {task.loss} must declare its classes, because its labels "
                "do not tell how many there are"
            )
        units = len(task.classes(options))
    return Head(units, losses.of(task.loss).activation, per_timestep=len(shape) > 1)


def decode(task: TaskDeclaration, options: Options, outputs: np.ndarray) -> np.ndarray:
    """Return the label that each output says, shape ``(n, positions)``; NaN where it isn't finite.

    Parameters
    ----------
    task : TaskDeclaration
    options : mapping
    outputs : ndarray, shape (n, timesteps, units) or (n, units)
    """
    if task.decode is not None:
        return np.asarray(task.decode(options, outputs), float)
    labels, units = kind(task), _positions(outputs).astype(float)
    if labels in ("one-hot", "class"):
        decoded, finite = units.argmax(axis=-1), np.isfinite(units).all(axis=-1)
    else:
        first, limits = units[..., 0], {"binary": 0.5, "sign": 0}
        finite = np.isfinite(first)
        decoded = first > limits[labels] if labels in limits else first
    return np.where(finite, decoded, np.nan)


def expected(task: TaskDeclaration, options: Options, y: np.ndarray) -> np.ndarray:
    """Return labels in the terms of `decode`, shape ``(n, positions)``.

    Parameters
    ----------
    task : TaskDeclaration
    options : mapping
    y : ndarray, shape (n, *outputs)
    """
    if task.expected is not None:
        return np.asarray(task.expected(options, y), float)
    units, labels = _positions(y), kind(task)
    chosen = units.argmax(axis=-1) if labels == "one-hot" else units[..., 0]
    chosen = chosen > 0 if labels == "sign" else chosen
    return np.asarray(chosen, float)


def score(
    task: TaskDeclaration, options: Options, decoded: np.ndarray, wanted: np.ndarray
) -> np.ndarray | None:
    """Return where a decoded label is wrong; None where numbers are neither right nor wrong."""
    if task.score is not None:
        wrong = task.score(options, decoded, wanted)
        return None if wrong is None else np.asarray(wrong, bool)
    if task.tolerance is not None:
        return np.abs(decoded - wanted) > task.tolerance
    return None if kind(task) == "number" else decoded != wanted


def read(
    task: TaskDeclaration,
    options: Options,
    examples: tuple[np.ndarray, np.ndarray],
    outputs: np.ndarray,
) -> Reading:
    """Read the outputs of some runs for some examples.

    Parameters
    ----------
    task : TaskDeclaration
    options : mapping
    examples : tuple of ndarray, each of shape (runs, examples, ...)
        Their inputs and their labels.
    outputs : ndarray, shape (runs, examples, timesteps, units) or (runs, examples, units)
    """
    x, y = examples
    shape, flat = outputs.shape[:2], outputs.reshape(-1, *outputs.shape[2:])
    decoded = decode(task, options, flat)
    wanted = expected(task, options, y.reshape(-1, *y.shape[2:]))
    shape = (*shape, wanted.shape[1])
    features = x.reshape(*shape, -1)[..., 0] if x.shape[:3] == shape else None
    units = _positions(flat).astype(float)
    several = losses.of(task.loss).kind in ("one-hot", "class")
    output = units.max(axis=-1) if several else units[..., 0]
    wrong = score(task, options, decoded, wanted)
    return Reading(
        input=None if features is None else features.astype(float),
        output=output.reshape(shape),
        decoded=decoded.reshape(shape),
        expected=wanted.reshape(shape),
        wrong=None if wrong is None else wrong.reshape(shape),
    )


def _positions(values: np.ndarray) -> np.ndarray:
    """Return an array of shape ``(n, positions, units)``."""
    return values.reshape(len(values), -1, values.shape[-1])


def model_inputs(task: TaskDeclaration, options: Options) -> tuple[int, ...]:
    """Return the shape of what models get of a task: words come as vectors."""
    inputs = tuple(task.inputs(options))
    return (*inputs, task.words(options).width) if task.words else inputs


def declared_parameters(
    model: ModelDeclaration, model_options: Options, task: TaskDeclaration, options: Options
) -> int:
    """Count trainable parameters as a model says that does, the vectors of words included."""
    assert model.parameters is not None
    words = task.words(options) if task.words else None
    own = model.parameters(model_options, model_inputs(task, options), head(task, options))
    return int(own) + (words.rows * words.width if words else 0)
