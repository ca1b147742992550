"""What every task and every model promises, whoever wrote it; what is broken, as sentences."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from thresher import decoding, losses
from thresher.declarations import Head, ModelDeclaration, TaskDeclaration
from thresher.decoding import DecodingError
from thresher.own import OwnError, near
from thresher.own.adapting import output_shape
from thresher.own.loading import said
from thresher.training.block import train_block
from thresher.training.checks import check_model, check_shapes
from thresher.training.errors import TrainingError
from thresher.training.job import TaskSource
from thresher.training.matching import build_for, count_parameters, parameters_of
from thresher.training_options import Training

Options = Mapping[str, Any]
SIZES = (1, 5, 64)
BATCH = 8


@dataclass(frozen=True)
class Broken:
    """A promise that isn't kept: by which part, and what was found and is to be done."""

    part: str
    text: str


def task_problems(task: TaskDeclaration, options: Options) -> list[Broken]:
    """Say which promises a task breaks; what follows from an earlier one is left out."""
    for check in (_loss, _examples, _generator, _head, _labels, _reading):
        if found := list(check(task, options)):
            return found
    return []


def model_problems(
    model: ModelDeclaration, options: Options, task: TaskDeclaration, task_options: Options
) -> list[str]:
    """Say which promises a model breaks for a task, one batch and one step of training included.

    Raises
    ------
    OwnError
        Where the user's code raises.
    """
    head = decoding.head(task, task_options)
    inputs = decoding.model_inputs(task, task_options)
    x, y = task.draw(np.random.default_rng(1), task_options, BATCH)
    built = build_for(task, task_options, model, options)
    if not isinstance(built, keras.Model):
        return [f"must return a keras.Model, but returned {type(built).__name__}; return one"]
    try:
        check_model(built)
        outputs = np.asarray(built(x, training=False))
        found = [*_output_problems(outputs, inputs, head, task.loss, y)]
        if found:
            return found
        check_shapes(built, task.loss, x, y)
    except TrainingError as error:
        return [str(error)]
    except OwnError:
        raise
    except Exception as error:  # whatever a layer of the user's may raise
        return [f"can't be called on inputs of shape {inputs}: {said(error)}"]
    counted = count_parameters(built)
    if model.parameters is not None:
        declared = parameters_of(model, options, task, task_options)
        if declared != counted:
            return [f"declares {declared} trainable parameters, but Keras counts {counted}"]
    return []


def training_problems(
    model: ModelDeclaration,
    options: Options,
    task: TaskDeclaration,
    task_options: Options,
    metrics: tuple[Mapping[str, Any], ...] = (),
) -> list[str]:
    """Train two seeds for one epoch, as a job would, and say what prevents it."""
    training = Training(
        epochs=1,
        evaluate_every=1,
        evaluation_size=2,
        lane_width=2,
        loss=task.loss,
        metrics=metrics,
    )
    source = TaskSource(task, task_options)
    try:
        block = train_block(
            lambda: build_for(task, task_options, model, options),
            source,
            range(2),
            training,
            report=_quiet,
        )
    except TrainingError as error:
        return [str(error)]
    if not np.isfinite(block.loss).all():
        return [f"{task.loss} is not finite after the first step of Adam"]
    return []


def _quiet(progress: Any) -> None:
    """Say nothing of an epoch of training."""


def _loss(task: TaskDeclaration, options: Options) -> Iterator[Broken]:
    name = losses.ALIASES.get(task.loss, task.loss)
    function = _loss_function(name)
    if not function:
        hint = near(name, losses.LOSSES) or "name one as Keras does, such as mean_squared_error"
        yield Broken("loss", f"Keras knows no loss {name}; {hint}")
    elif function in losses.REFUSED:
        yield Broken("loss", f"loss can't be {name}: {losses.REFUSED[function]}; take another")
    elif function in losses.LOSSES and function != name:
        yield Broken("loss", f"loss must be a function of Keras, but was {name}; write {function}")


def _loss_function(name: str) -> str:
    """Return the name of the function that Keras finds by a name; empty where there is none."""
    try:
        found = keras.losses.get(name)
    except (TypeError, ValueError):
        return ""
    return getattr(getattr(found, "fn", found), "__name__", "")


def _examples(task: TaskDeclaration, options: Options) -> Iterator[Broken]:
    inputs, outputs = tuple(task.inputs(options)), tuple(task.outputs(options))
    if not outputs:
        yield Broken("outputs", "a label must have a shape, such as (1,) for one number")
        return
    for name in ("draw", "held_out"):
        for n in SIZES:
            x, y = getattr(task, name)(np.random.default_rng(0), options, n)
            for which, values, shape in (("x", x, inputs), ("y", y, outputs)):
                if values.shape != (n, *shape):
                    yield Broken(
                        name,
                        f"{which} of {name} has shape {values.shape}, but {(n, *shape)} was "
                        f"expected for {n} examples; give every example the same shape",
                    )
                    return
                if values.dtype != np.float32:
                    yield Broken(name, f"{which} of {name} is {values.dtype}; return float32")
                    return
                if not np.isfinite(values).all():
                    yield Broken(name, f"{which} of {name} holds values that are not finite")
                    return


def _generator(task: TaskDeclaration, options: Options) -> Iterator[Broken]:
    """Examples follow from the generator alone, whatever the state of other ones."""
    for name in ("draw", "held_out"):
        first, again, other = (
            _drawn(task, options, name, seed, chance) for seed, chance in ((7, 0), (7, 1), (8, 0))
        )
        if not all(np.array_equal(one, two) for one, two in zip(first, again, strict=True)):
            yield Broken(
                name,
                f"{name} gives other examples from the same generator; take every random number "
                "from the generator that it is given, and keep nothing between calls",
            )
            return
        if np.array_equal(first[0], other[0]):
            yield Broken(
                name,
                f"{name} gives the same examples whatever the generator, so all seeds would train "
                "on the same data; take random numbers from the generator",
            )
            return


def _drawn(
    task: TaskDeclaration, options: Options, name: str, seed: int, chance: int
) -> tuple[np.ndarray, np.ndarray]:
    np.random.seed(chance)  # noqa: NPY002 – a global state must not matter
    random.seed(chance)
    examples: tuple[np.ndarray, np.ndarray] = getattr(task, name)(
        np.random.default_rng(seed), options, 20
    )
    return examples


def _head(task: TaskDeclaration, options: Options) -> Iterator[Broken]:
    try:
        head = decoding.head(task, options)
    except DecodingError as error:
        yield Broken("loss", str(error))
        return
    if not isinstance(head, Head):
        yield Broken("head", f"head must be a Head, but was {type(head).__name__}; return one")
    elif head.per_timestep != (len(task.outputs(options)) > 1):
        yield Broken("head", "head.per_timestep does not fit the shape of the labels; change one")
    elif task.classes is not None and task.classes(options):
        count = len(task.classes(options))
        if head.units in (1, count):
            return
        yield Broken("classes", f"classes are {count}, but the head has {head.units} units")


def _labels(task: TaskDeclaration, options: Options) -> Iterator[Broken]:
    """Labels are what the loss takes them for."""
    units = decoding.head(task, options).units
    _, y = task.draw(np.random.default_rng(2), options, max(SIZES))
    kind = losses.of(task.loss).kind
    if kind == "binary" and not ((y >= 0) & (y <= 1)).all():
        wrong = y[(y < 0) | (y > 1)][0]
        yield Broken("draw", f"{task.loss} needs labels from 0 to 1, but one is {wrong:g}")
    elif kind == "sign" and not np.isin(y, (-1, 0, 1)).all():
        wrong = y[~np.isin(y, (-1, 0, 1))][0]
        yield Broken("draw", f"{task.loss} needs labels 0 and 1, or -1 and 1, but one is {wrong:g}")
    elif kind == "class" and not (np.isin(y, np.arange(units))).all():
        wrong = y[~np.isin(y, np.arange(units))][0]
        yield Broken(
            "draw", f"{task.loss} needs class numbers from 0 to {units - 1}, but one is {wrong:g}"
        )
    elif kind == "one-hot" and not np.allclose(y.sum(axis=-1), 1, atol=1e-5):
        yield Broken("draw", f"{task.loss} needs one-hot labels, whose last axis sums to 1")


def _reading(task: TaskDeclaration, options: Options) -> Iterator[Broken]:
    """Outputs are read as labels of one shape, and scored position by position."""
    n = 5
    head, y = decoding.head(task, options), task.draw(np.random.default_rng(3), options, n)[1]
    shape = (n, *output_shape(y.shape[1:], head))
    outputs = np.random.default_rng(4).random(shape, dtype=np.float32)
    try:
        decoded = decoding.decode(task, options, outputs)
        expected = decoding.expected(task, options, y)
    except DecodingError as error:
        yield Broken("loss", str(error))
        return
    if decoded.shape != expected.shape or decoded.ndim != 2 or len(decoded) != n:
        yield Broken(
            "decode",
            f"decode gives shape {decoded.shape} and expected {expected.shape}; both must be "
            "(examples, positions)",
        )
        return
    wrong = decoding.score(task, options, decoded, expected)
    if wrong is not None and wrong.shape != decoded.shape:
        yield Broken("score", f"score gives shape {wrong.shape}, but {decoded.shape} was expected")
    if task.baseline is not None and not np.isfinite(float(task.baseline(options))):
        yield Broken("baseline", "baseline must be a finite number")


def _output_problems(
    outputs: np.ndarray, inputs: tuple[int, ...], head: Head, loss: str, y: np.ndarray
) -> Iterator[str]:
    wanted = (len(y), *output_shape(y.shape[1:], head))
    if outputs.shape != wanted:
        what = f"{head.units} {'number' if head.units == 1 else 'numbers'}"
        where = "at each timestep" if head.per_timestep else "an example"
        yield (
            f"its output for {len(y)} examples has shape {outputs.shape}, but the task needs "
            f"{wanted}: {what} {where}"
        )
        return
    value = float(np.mean(np.asarray(keras.losses.get(loss)(y, outputs))))
    if not np.isfinite(outputs).all() or not np.isfinite(value):
        yield (
            f"{loss} is {value:g} on a first batch, which is not finite; is the last layer's "
            f"activation {head.activation}?"
        )
