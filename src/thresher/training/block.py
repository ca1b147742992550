"""`train_block`: the one public entry point."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from thresher.garbage_collection import gc_paused
from thresher.training.checks import check_model, check_options, check_shapes, in_epochs
from thresher.training.data_set import DataSet, Examples
from thresher.training.evaluation import EVALUATED, shown
from thresher.training.feeds import DataSource, Feed, Fresh, Passes, for_lanes
from thresher.training.grouped import part_groups
from thresher.training.lanes import TRAINED, Lanes
from thresher.training.matching import count_parameters
from thresher.training.progress import Progress, Report
from thresher.training.recurrent import prepare
from thresher.training.streams import Streams
from thresher.training.weights import Build, Built, build, initial
from thresher.training.words import with_vocabularies
from thresher.training_options import SHARED, Training

Arrays = dict[str, np.ndarray]  # runs first
OWN = ("x", "y")  # of a run's own held-out examples


@dataclass(frozen=True)
class Block:
    """The traces of some seeds.

    Attributes
    ----------
    seeds : ndarray of int, shape (runs,)
    loss, accuracy : ndarray of float, shape (runs, epochs)
        Of each epoch's batch, regularisers included, as Keras' `train_on_batch` gives them; NaN
        from the epoch of divergence on. Nats for a cross-entropy.
    evaluation_epochs : ndarray of int or float, shape (evaluations,)
        From 0 on.
    eval_loss, eval_accuracy : ndarray of float, shape (runs, evaluations)
        On the run's held-out set in inference mode, without regularisers.
    eval_loss_half, eval_accuracy_half : ndarray of float, shape (runs, evaluations)
        On the first half of that set: how far the endpoint moves tells what a set's luck does.
    diverged_at : ndarray of int or float, shape (runs,)
        First epoch whose loss is not finite; −1 for none.
    examples : tuple of ndarray, each of shape (runs, examples, ...)
        Inputs and labels of the held-out examples that outputs are kept of: one where labels have
        several positions, else up to 50, spread over the set. All runs of a study share them,
        drawn with `Streams.held_out()`; where each seed splits a data set anew, a run has its own.
    predictions : ndarray of float, shape (runs, examples, ...)
        Each run's final outputs for them.
    parameters : int
        Trainable ones of the model.
    metrics : mapping of str to ndarray
        As `eval_loss`, for each of Keras' metrics that was asked for, and for its half.
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
    examples: Examples
    predictions: np.ndarray
    parameters: int
    metrics: Mapping[str, np.ndarray] = field(default_factory=dict)

    def quantity(self, name: str) -> np.ndarray:
        """Return what was measured, by the name of its column."""
        found: np.ndarray = self.metrics[name] if name in self.metrics else getattr(self, name)
        return found


def train_block(
    build_model: Build,
    task: DataSource | DataSet,
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
        With ``draw(generator, n)`` and ``held_out(generator, n)``, both returning ``(x, y)``: an
        epoch is one batch of fresh examples. Or a `DataSet`: an epoch is a pass over it.
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
    if isinstance(task, DataSet) and task.fixed is not None:
        options = replace(options, evaluation=SHARED)
    with gc_paused():
        return _train_block(build_model, task, seeds, options, streams or Streams(), report)


def _train_block(
    build_model: Build,
    task: DataSource | DataSet,
    seeds: Sequence[int],
    options: Training,
    streams: Streams,
    report: Report | None,
) -> Block:
    built = build(build_model)
    check_model(built.model)
    options, shared, feed_of = _feeds(task, streams, options)
    check_shapes(built.model, options.loss, *shared)
    prepare(built.model)
    part_groups(built.model)
    lanes = Lanes(built.model, options, options.lane_width)
    groups = sorted({seed // options.lane_width for seed in seeds})
    progress = Progress(options.epochs, len(groups), len(seeds), report)
    parts = []
    for group in groups:
        first = group * options.lane_width
        chosen = [seed - first for seed in seeds if seed // options.lane_width == group]
        part = _train_group(built, lanes, feed_of, first, shared, streams, progress)
        parts.append({name: values[chosen] for name, values in part.items()})
    trained = [seed for group in groups for seed in seeds if seed // options.lane_width == group]
    position = {seed: row for row, seed in enumerate(trained)}
    order = [position[seed] for seed in seeds]
    runs = {name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]}
    parameters = count_parameters(built.model)
    return _block(np.asarray(seeds), runs, options, shared, parameters)


def _feeds(
    task: DataSource | DataSet, streams: Streams, options: Training
) -> tuple[Training, Examples, Callable[[Sequence[int]], Feed]]:
    """Return options in epochs, the held-out set of all seeds, what makes the feed of a group."""
    if isinstance(task, DataSet):
        part = task.part(streams.held_out())
        timed = in_epochs(options, task.batches(part, options.batch_size))
        return timed, task.held_out(part), lambda seeds: Passes(task, streams, seeds, timed, part)
    timed = in_epochs(options, 1)
    shared = task.held_out(streams.held_out(), options.evaluation_size)
    return timed, shared, lambda seeds: Fresh(task, streams, seeds, timed, shared)


def _train_group(
    built: Built,
    lanes: Lanes,
    feed_of: Callable[[Sequence[int]], Feed],
    first: int,
    shared: Examples,
    streams: Streams,
    progress: Progress,
) -> Arrays:
    """Train the seeds of all lanes, asked for or not: the width decides how sums are rounded."""
    options, seeds, model = lanes.options, range(first, first + lanes.width), built.model
    feed = feed_of(seeds)
    fixed = initial(built, model.non_trainable_variables, streams, seeds)
    lanes.reset(
        initial(built, model.trainable_variables, streams, seeds),
        with_vocabularies(model, fixed, feed.vocabularies),
    )
    feed.held_out = lanes.placed(feed.held_out)
    trained, evaluated, done = [], [lanes.evaluate(*feed.held_out)[0][None]], 0
    while done < options.epochs:
        losses, evaluations = feed.train(lanes, done)
        trained.append(losses)
        evaluated.append(evaluations)
        done += len(losses)
        progress.step(done)
    progress.end_group()
    examples, own, rows = for_lanes(shared, lanes), {}, shown(shared[1].shape)
    if isinstance(feed, Passes) and options.evaluation != SHARED:
        examples = feed.held_out  # a run has trained on some of those that all share
        own = {name: np.asarray(of)[:, rows] for name, of in zip(OWN, examples, strict=True)}
    return {
        **_by_name(TRAINED, trained),
        **_by_name(lanes.evaluated, evaluated),
        **own,
        "predictions": lanes.evaluate(*examples)[1],
    }


def _by_name(names: Sequence[str], pieces: list[np.ndarray]) -> Arrays:
    """Join pieces of shape ``(epochs, names, runs)``; return runs × epochs for each name."""
    joined = np.concatenate(pieces)
    return {name: joined[:, column].T for column, name in enumerate(names)}


def _block(
    seeds: np.ndarray, runs: Arrays, options: Training, shared: Examples, parameters: int
) -> Block:
    epochs = np.arange(1, options.epochs + 1)
    evaluations = np.asarray(options.evaluations)
    lost = np.minimum(
        _first_lost(runs["loss"], epochs), _first_lost(runs["eval_loss"], evaluations)
    )
    rows = shown(shared[1].shape)
    x, y = (
        runs.pop(name, np.broadcast_to(values[rows], (len(seeds), *values[rows].shape)))
        for name, values in zip(OWN, shared, strict=True)
    )
    further = [name for name in runs if name not in (*TRAINED, *EVALUATED, "predictions")]
    for names, at in ((TRAINED, epochs), ((*EVALUATED, *further), evaluations)):
        gone = at >= lost[:, None]
        runs |= {name: np.where(gone, np.nan, runs[name]) for name in names}
    diverged_at = np.where(lost > options.epochs, -1, lost)
    return Block(
        seeds=seeds,
        evaluation_epochs=evaluations,
        diverged_at=diverged_at,
        examples=(x, y),
        parameters=parameters,
        metrics={name: runs.pop(name) for name in further},
        **runs,
    )


def _first_lost(values: np.ndarray, epochs: np.ndarray) -> np.ndarray:
    """Return the first epoch whose value is not finite, or one beyond the budget."""
    lost = ~np.isfinite(values)
    return np.where(lost.any(axis=1), epochs[lost.argmax(axis=1)], epochs[-1] + 1)
