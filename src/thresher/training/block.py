"""`train_block`: the one public entry point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from thresher.garbage_collection import gc_paused
from thresher.training.checks import check_model, check_options, check_shapes
from thresher.training.lanes import EVALUATED, TRAINED, Lanes
from thresher.training.progress import Progress, Report
from thresher.training.recurrent import prepare
from thresher.training.streams import Streams
from thresher.training.weights import Build, Built, build, initial
from thresher.training_options import SHARED, Training

# A stream is drawn in pieces of this many bytes a lane, so memory is flat in epochs. The pieces
# depend on the specification alone; other numbers would be other draws.
PIECE_BYTES = 1 << 16
PIECE_EPOCHS = 100

Examples = tuple[np.ndarray, np.ndarray]
Arrays = dict[str, np.ndarray]  # runs first


class DataSource(Protocol):
    """What the engine needs of a task."""

    def draw(self, generator: np.random.Generator, n: int) -> Examples:
        """Draw n independent examples."""

    def held_out(self, generator: np.random.Generator, n: int) -> Examples:
        """Draw a held-out set."""


@dataclass(frozen=True)
class Block:
    """The traces of some seeds.

    Attributes
    ----------
    seeds : ndarray of int, shape (runs,)
    loss, accuracy : ndarray of float, shape (runs, epochs)
        Of each epoch's batch, regularisers included, as Keras' `train_on_batch` gives them; NaN
        from the epoch of divergence on. Nats for a cross-entropy.
    evaluation_epochs : ndarray of int, shape (evaluations,)
        From 0 on.
    eval_loss, eval_accuracy : ndarray of float, shape (runs, evaluations)
        On the run's held-out set in inference mode, without regularisers.
    eval_loss_half, eval_accuracy_half : ndarray of float, shape (runs, evaluations)
        On the first half of that set: how far the endpoint moves tells what a set's luck does.
    diverged_at : ndarray of int, shape (runs,)
        First epoch whose loss is not finite; −1 for none.
    example : tuple of ndarray
        Input and label of an example that all runs of a study share, drawn with
        `Streams.held_out()`.
    predictions : ndarray of float, shape (runs, ...)
        Each run's final output for it.
    """

    seeds: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    evaluation_epochs: np.ndarray
    eval_loss: np.ndarray
    eval_accuracy: np.ndarray
    eval_loss_half: np.ndarray
    eval_accuracy_half: np.ndarray
    diverged_at: np.ndarray
    example: Examples
    predictions: np.ndarray


def train_block(
    build_model: Build,
    task: DataSource,
    seeds: Sequence[int],
    options: Training,
    streams: Streams | None = None,
    report: Report | None = None,
) -> Block:
    """Train many seeds of one model at once.

    Parameters
    ----------
    build_model : callable
        Returns an uncompiled, built `keras.Model`; called once, however many the seeds.
    task : object
        With ``draw(generator, n)`` and ``held_out(generator, n)``, both returning ``(x, y)``.
    seeds : sequence of int
        The runs, not negative, in any order.
    options : Training
        ``lane_width`` seeds are trained together, seed s in lane s mod width; a trace depends on
        the options and its seed alone, not on the other seeds.
    streams : Streams, optional
        The random streams; by default those of entropy 0, shared by all arms.
    report : callable, optional
        Receives a `Progress` after each piece; by default a bar on a terminal.

    Returns
    -------
    Block

    Raises
    ------
    TrainingError
        If model, optimizer or options can't be served, before any training.

    Examples
    --------
    >>> block = train_block(build_model, task, range(32), Training(epochs=100))  # doctest: +SKIP
    """
    check_options(options, seeds)
    with gc_paused():
        return _train_block(build_model, task, seeds, options, streams or Streams(), report)


def _train_block(
    build_model: Build,
    task: DataSource,
    seeds: Sequence[int],
    options: Training,
    streams: Streams,
    report: Report | None,
) -> Block:
    built = build(build_model)
    check_model(built.model)
    shared = task.held_out(streams.held_out(), options.evaluation_size)
    check_shapes(built.model, options.loss, *shared)
    prepare(built.model)
    lanes = Lanes(built.model, options, options.lane_width)
    groups = sorted({seed // options.lane_width for seed in seeds})
    progress = Progress(options.epochs, len(groups), len(seeds), report)
    parts = []
    for group in groups:
        first = group * options.lane_width
        chosen = [seed - first for seed in seeds if seed // options.lane_width == group]
        part = _train_group(built, lanes, task, first, shared, streams, progress)
        parts.append({name: values[chosen] for name, values in part.items()})
    trained = [seed for group in groups for seed in seeds if seed // options.lane_width == group]
    position = {seed: row for row, seed in enumerate(trained)}
    order = [position[seed] for seed in seeds]
    runs = {name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]}
    x, y = shared
    return _block(np.asarray(seeds), runs, options, (x[0], y[0]))


def _train_group(
    built: Built,
    lanes: Lanes,
    task: DataSource,
    first: int,
    shared: Examples,
    streams: Streams,
    progress: Progress,
) -> Arrays:
    """Train the seeds of all lanes, asked for or not: the width decides how sums are rounded."""
    options, seeds, model = lanes.options, range(first, first + lanes.width), built.model
    lanes.reset(
        initial(built, model.trainable_variables, streams, seeds),
        initial(built, model.non_trainable_variables, streams, seeds),
    )
    held_out = shared if options.evaluation == SHARED else _own_sets(task, streams, seeds, options)
    held_out = lanes.placed(held_out)
    trained, evaluated = [], [lanes.evaluate(*held_out)[0][None]]
    generators = [streams.data(seed) for seed in seeds]
    epochs_drawn, done = piece(shared, options.batch_size), 0
    while done < options.epochs:
        x, y = _draw_piece(task, generators, epochs_drawn, options.batch_size)
        x, y = x[: options.epochs - done], y[: options.epochs - done]
        losses, evaluations = lanes.train(done, x, y, held_out)
        trained.append(losses)
        evaluated.append(evaluations)
        done += len(x)
        progress.step(done)
    progress.end_group()
    predictions = lanes.evaluate(*_for_lanes(shared, lanes))[1]
    return {
        **_by_name(TRAINED, trained),
        **_by_name(EVALUATED, evaluated),
        "predictions": predictions,
    }


def _by_name(names: Sequence[str], pieces: list[np.ndarray]) -> Arrays:
    """Join pieces of shape ``(epochs, names, runs)``; return runs × epochs for each name."""
    joined = np.concatenate(pieces)
    return {name: joined[:, column].T for column, name in enumerate(names)}


def _own_sets(
    task: DataSource, streams: Streams, seeds: Sequence[int], options: Training
) -> Examples:
    """Draw every seed's held-out set, shape ``(lanes, examples, ...)``."""
    sets = [task.held_out(streams.held_out(seed), options.evaluation_size) for seed in seeds]
    x, y = (np.stack(values) for values in zip(*sets, strict=True))
    return x, y


def _for_lanes(shared: Examples, lanes: Lanes) -> Examples:
    """Lay the shared set out as the program that evaluates takes its sets."""
    if lanes.options.evaluation == SHARED:
        return shared
    x, y = (np.broadcast_to(values, (lanes.width, *values.shape)) for values in shared)
    return x, y


def _draw_piece(
    task: DataSource, generators: list[np.random.Generator], epochs: int, batch: int
) -> Examples:
    """Draw the next epochs of every lane, shape ``(epochs, lanes, batch, ...)``."""
    drawn = [task.draw(generator, epochs * batch) for generator in generators]
    shape = (len(generators), epochs, batch)
    x, y = (
        np.stack(values).reshape(*shape, *values[0].shape[1:]).swapaxes(0, 1)
        for values in zip(*drawn, strict=True)
    )
    return x, y


def piece(examples: Examples, batch: int) -> int:
    """Return how many epochs are drawn from a stream at a time: it depends on sizes alone."""
    epoch_bytes = sum(values[:1].nbytes for values in examples) * batch
    return int(np.clip(PIECE_BYTES // epoch_bytes, 1, PIECE_EPOCHS))


def _block(seeds: np.ndarray, runs: Arrays, options: Training, example: Examples) -> Block:
    epochs = np.arange(1, options.epochs + 1)
    evaluations = np.arange(0, options.epochs + 1, options.evaluate_every)
    lost = np.minimum(
        _first_lost(runs["loss"], epochs), _first_lost(runs["eval_loss"], evaluations)
    )
    for names, at in ((TRAINED, epochs), (EVALUATED, evaluations)):
        gone = at >= lost[:, None]
        runs |= {name: np.where(gone, np.nan, runs[name]) for name in names}
    diverged_at = np.where(lost > options.epochs, -1, lost)
    return Block(
        seeds=seeds,
        evaluation_epochs=evaluations,
        diverged_at=diverged_at,
        example=example,
        **runs,
    )


def _first_lost(values: np.ndarray, epochs: np.ndarray) -> np.ndarray:
    """Return the first epoch whose value is not finite, or one beyond the budget."""
    lost = ~np.isfinite(values)
    return np.where(lost.any(axis=1), epochs[lost.argmax(axis=1)], epochs[-1] + 1)
