"""`train_block`: the one public entry point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from thresher.collecting import uncollected
from thresher.training.checks import check_model, check_options, check_shapes
from thresher.training.lanes import Lanes
from thresher.training.progress import Progress, Report
from thresher.training.recurrent import prepare
from thresher.training.streams import Streams
from thresher.training.weights import Build, Built, build, initial
from thresher.training_options import Training

# A stream is drawn in pieces of this many bytes a lane, so memory is flat in epochs. The pieces
# depend on the specification alone; other numbers would be other draws.
PIECE_BYTES = 1 << 16
PIECE_EPOCHS = 100


class DataSource(Protocol):
    """What the engine needs of a task."""

    def draw(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw n independent examples."""

    def held_out(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw the fixed evaluation set."""


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
        On the held-out set in inference mode, without regularisers.
    diverged_at : ndarray of int, shape (runs,)
        First epoch whose loss is not finite; −1 for none.
    example : tuple of ndarray
        Input and label of the first held-out example.
    predictions : ndarray of float, shape (runs, ...)
        Each run's final output for it.
    """

    seeds: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    evaluation_epochs: np.ndarray
    eval_loss: np.ndarray
    eval_accuracy: np.ndarray
    diverged_at: np.ndarray
    example: tuple[np.ndarray, np.ndarray]
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
    with uncollected():
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
    held_out = task.held_out(streams.held_out(), options.evaluation_size)
    check_shapes(built.model, options.loss, *held_out)
    prepare(built.model)
    lanes = Lanes(built.model, options, options.lane_width)
    groups = sorted({seed // options.lane_width for seed in seeds})
    epochs_drawn = piece(held_out, options.batch_size)
    progress = Progress(options.epochs, len(groups), len(seeds), report)
    parts = []
    for group in groups:
        first = group * options.lane_width
        chosen = [seed - first for seed in seeds if seed // options.lane_width == group]
        part = _train_group(built, lanes, task, first, held_out, epochs_drawn, streams, progress)
        parts.append(_Group(*(values[chosen] for values in part)))
    trained = [seed for group in groups for seed in seeds if seed // options.lane_width == group]
    position = {seed: row for row, seed in enumerate(trained)}
    order = [position[seed] for seed in seeds]
    joined = [np.concatenate(values)[order] for values in zip(*parts, strict=True)]
    example = tuple(values[0] for values in held_out)
    return _block(np.asarray(seeds), _Group(*joined), options, example)


class _Group(tuple[np.ndarray, ...]):
    """Loss, accuracy, held-out loss, held-out accuracy, predictions; runs first."""

    __slots__ = ()

    def __new__(cls, *arrays: np.ndarray) -> "_Group":
        return super().__new__(cls, arrays)


def _train_group(
    built: Built,
    lanes: Lanes,
    task: DataSource,
    first: int,
    held_out: tuple[np.ndarray, np.ndarray],
    epochs_drawn: int,
    streams: Streams,
    progress: Progress,
) -> _Group:
    seeds = range(first, first + lanes.width)
    model = built.model
    lanes.reset(
        initial(built, model.trainable_variables, streams, seeds),
        initial(built, model.non_trainable_variables, streams, seeds),
    )
    loss, accuracy, _ = lanes.evaluate(*held_out)
    pieces = [(None, None, loss[None], accuracy[None])]
    generators = [streams.data(seed) for seed in seeds]
    options, done = lanes.options, 0
    while done < options.epochs:
        x, y = _draw_piece(task, generators, epochs_drawn, options.batch_size)
        x, y = x[: options.epochs - done], y[: options.epochs - done]
        pieces.append(lanes.train(done, x, y, held_out))
        done += len(x)
        progress.step(done)
    progress.end_group()
    losses = [np.concatenate([piece[i] for piece in pieces[1:]]).T for i in (0, 1)]
    evaluations = [np.concatenate([piece[i] for piece in pieces]).T for i in (2, 3)]
    return _Group(*losses, *evaluations, lanes.evaluate(*held_out)[2])


def _draw_piece(
    task: DataSource, generators: list[np.random.Generator], epochs: int, batch: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the next epochs of every lane, shape ``(epochs, lanes, batch, ...)``."""
    drawn = [task.draw(generator, epochs * batch) for generator in generators]
    shape = (len(generators), epochs, batch)
    x, y = (
        np.stack(values).reshape(*shape, *values[0].shape[1:]).swapaxes(0, 1)
        for values in zip(*drawn, strict=True)
    )
    return x, y


def piece(examples: tuple[np.ndarray, np.ndarray], batch: int) -> int:
    """Return how many epochs are drawn from a stream at a time: it depends on sizes alone."""
    epoch_bytes = sum(values[:1].nbytes for values in examples) * batch
    return int(np.clip(PIECE_BYTES // epoch_bytes, 1, PIECE_EPOCHS))


def _block(seeds: np.ndarray, group: _Group, options: Training, example: Any) -> Block:
    loss, accuracy, eval_loss, eval_accuracy, predictions = group
    epochs = np.arange(1, options.epochs + 1)
    evaluations = np.arange(0, options.epochs + 1, options.evaluate_every)
    lost = np.minimum(_first_lost(loss, epochs), _first_lost(eval_loss, evaluations))
    gone = epochs >= lost[:, None], evaluations >= lost[:, None]
    loss, accuracy = (np.where(gone[0], np.nan, values) for values in (loss, accuracy))
    eval_loss, eval_accuracy = (
        np.where(gone[1], np.nan, values) for values in (eval_loss, eval_accuracy)
    )
    diverged_at = np.where(lost > options.epochs, -1, lost)
    return Block(
        seeds,
        loss,
        accuracy,
        evaluations,
        eval_loss,
        eval_accuracy,
        diverged_at,
        example,
        predictions,
    )


def _first_lost(values: np.ndarray, epochs: np.ndarray) -> np.ndarray:
    """Return the first epoch whose value is not finite, or one beyond the budget."""
    lost = ~np.isfinite(values)
    return np.where(lost.any(axis=1), epochs[lost.argmax(axis=1)], epochs[-1] + 1)
