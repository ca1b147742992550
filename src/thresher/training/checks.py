"""What can't be served is said before any training."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from thresher import losses, optimizers
from thresher.training.errors import TrainingError
from thresher.training_options import EVALUATIONS, Training

# TensorFlow's operations that draw from a state of their own, or leave the program.
UNSEEDED = {
    "EagerPyFunc",
    "Multinomial",
    "ParameterizedTruncatedNormal",
    "PyFunc",
    "PyFuncStateless",
    "RandomGamma",
    "RandomPoissonV2",
    "RandomShuffle",
    "RandomStandardNormal",
    "RandomUniform",
    "RandomUniformInt",
    "TruncatedNormal",
}


def check_options(options: Training, seeds: Sequence[int]) -> None:
    """Check what a study file could not have got past, for callers from elsewhere.

    Raises
    ------
    TrainingError
    """
    if not len(seeds) or len(set(seeds)) != len(seeds) or min(seeds) < 0:
        raise TrainingError(
            f"seeds must be distinct and not negative, but were {list(seeds)!r:.80}"
        )
    if options.optimizer in optimizers.REFUSED:
        reason = optimizers.REFUSED[options.optimizer]
        raise TrainingError(f"optimizer can't be {options.optimizer}: {reason}")
    if options.optimizer not in optimizers.OPTIMIZERS:
        known = ", ".join(optimizers.OPTIMIZERS)
        raise TrainingError(f"optimizer must be one of {known}, but was {options.optimizer}")
    for name in ("epochs", "batch_size", "evaluation_size", "lane_width"):
        if getattr(options, name) < 1:
            raise TrainingError(f"{name} must be positive, but was {getattr(options, name)}")
    if options.evaluation not in EVALUATIONS:
        known = ", ".join(EVALUATIONS)
        raise TrainingError(f"evaluation must be one of {known}, but was {options.evaluation}")
    if isinstance(options.evaluate_every, str):
        if options.steps is None:
            raise TrainingError(
                "evaluate_every must be epochs, a part of one, or steps such as 50 steps, but was "
                f"{options.evaluate_every!r:.80}"
            )
    elif options.evaluate_every <= 0:
        raise TrainingError(f"evaluate_every must be positive, but was {options.evaluate_every}")
    elif options.epochs % options.evaluate_every and options.evaluate_every >= 1:
        raise TrainingError(
            f"epochs must be a multiple of evaluate_every ({options.evaluate_every}), "
            f"but was {options.epochs}"
        )


def in_epochs(options: Training, batches: int) -> Training:
    """Return options whose evaluations are epochs apart, for epochs of so many steps.

    Raises
    ------
    TrainingError
        Where steps neither divide an epoch nor are whole ones.

    Examples
    --------
    >>> in_epochs(Training(epochs=10, evaluate_every="20 steps"), 80).evaluate_every
    0.25
    """
    steps = options.steps
    if steps is None:
        return options
    if batches % steps and steps % batches:
        fits = [n for n in range(1, batches + 1) if batches % n == 0]
        lower = max(n for n in fits if n < steps) if steps < batches else steps // batches * batches
        upper = min(n for n in fits if n > steps) if steps < batches else lower + batches
        raise TrainingError(
            f"evaluate_every is {steps} steps, but an epoch has {batches}, which they must divide "
            f"or be several of; take {lower} or {upper} steps"
        )
    every = steps / batches if steps < batches else steps // batches
    if every > 1 and options.epochs % every:
        raise TrainingError(
            f"epochs must be a multiple of evaluate_every ({steps} steps are {every} epochs), "
            f"but was {options.epochs}"
        )
    return replace(options, evaluate_every=every)


def check_model(model: keras.Model) -> None:
    """Refuse what can't be trained by lanes.

    Raises
    ------
    TrainingError
        That names the layer and the reason.
    """
    if not model.built:
        raise TrainingError(f"model {model.name} is not built; call it, or give it an Input")
    if not model.trainable_variables:
        raise TrainingError(f"model {model.name} has no trainable variable")
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            raise TrainingError(
                f"layer {layer.name} is stateful: it would carry state from one batch to the next, "
                "which thresher does not; set stateful=False"
            )
        if layer.compute_dtype in ("float16", "bfloat16"):
            raise TrainingError(
                f"layer {layer.name} computes in {layer.compute_dtype}, which rounds otherwise "
                "where many lanes are computed at once; use float32"
            )
        if isinstance(layer, keras.layers.SpectralNormalization):
            raise TrainingError(
                f"layer {layer.name} changes another layer's weights while it runs; leave it out"
            )
    mixed = [v.path for v in model.trainable_variables if "float" not in str(v.dtype)]
    if mixed:
        raise TrainingError(f"variable {mixed[0]} is trainable but not a floating-point one")
    for kind in ("inputs", "outputs"):
        tensors = getattr(model, kind, None) or []
        if len(tensors) > 1:
            raise TrainingError(
                f"model {model.name} has {len(tensors)} {kind}; thresher trains models of one "
                "input and one output, so join them inside the model"
            )


def check_shapes(model: keras.Model, loss: str, x: np.ndarray, y: np.ndarray) -> None:
    """Refuse labels that a loss would silently broadcast against the outputs.

    Raises
    ------
    TrainingError
    """
    if losses.of(loss).pairwise:
        return
    expected = tuple(model(x[:1], training=False).shape[1:])
    if loss.startswith("sparse"):
        expected = (*expected[:-1], 1) if y.ndim > len(expected) else expected[:-1]
    if y.shape[1:] != expected:
        raise TrainingError(
            f"{loss} needs labels of shape {expected} for model {model.name}, "
            f"but the task's are {y.shape[1:]}"
        )


def check_program(program: Any, known: Iterable[Any]) -> None:
    """Refuse a traced program whose runs would not depend on their seeds alone.

    Parameters
    ----------
    program : tensorflow.ConcreteFunction
    known : iterable of tensorflow.Variable
        Those of the lanes and of the optimizer.

    Raises
    ------
    TrainingError
    """
    names = {id(variable) for variable in known}
    foreign = [v.name for v in program.graph.variables if id(v) not in names]
    if foreign:
        raise TrainingError(
            f"the model uses variable {foreign[0]}, which belongs to no layer, so all seeds would "
            "share it; for random numbers, give the layer a keras.random.SeedGenerator of its own"
        )
    definition = program.graph.as_graph_def()
    nodes = [*definition.node, *(n for f in definition.library.function for n in f.node_def)]
    for node in nodes:
        if node.op in UNSEEDED:
            raise TrainingError(
                f"the model's operation {node.name} ({node.op}) doesn't depend on the seed; draw "
                "random numbers from keras.random with a keras.random.SeedGenerator of the layer's"
            )
