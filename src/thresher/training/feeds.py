"""Where the examples of a block come from: fresh ones, or passes over a data set."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from thresher.training.data_set import DataSet, Examples, Part
from thresher.training.errors import TrainingError
from thresher.training.lanes import Lanes
from thresher.training.streams import Streams
from thresher.training.words import vocabulary
from thresher.training_options import SHARED, Training

# A stream is drawn in pieces of this many bytes a lane, so memory is flat in epochs. The pieces
# depend on the specification alone; other numbers would be other draws.
PIECE_BYTES = 1 << 16
PIECE_EPOCHS = 100

Measured = tuple[np.ndarray, np.ndarray]


class DataSource(Protocol):
    """What the engine needs of a task that draws fresh examples."""

    def draw(self, generator: np.random.Generator, n: int) -> Examples:
        """Draw n independent examples."""

    def held_out(self, generator: np.random.Generator, n: int) -> Examples:
        """Draw a held-out set."""


class Feed(Protocol):
    """The examples of the lanes of one group.

    Attributes
    ----------
    held_out : tuple of array
        Inputs and labels, as `Lanes.train` takes them.
    vocabularies : array, shape (lanes, different words + 1), or None
        As `words.vocabulary` gives them, each of its lane's training part.
    """

    held_out: Examples
    vocabularies: np.ndarray | None

    def train(self, lanes: Lanes, done: int) -> Measured:
        """Train the next epochs, as many as are at hand; return what `Lanes.train` does."""


class Fresh:
    """An epoch is one batch of fresh examples."""

    vocabularies: np.ndarray | None = None

    def __init__(
        self,
        task: DataSource,
        streams: Streams,
        seeds: Sequence[int],
        options: Training,
        shared: Examples,
    ) -> None:
        self._task, self._options = task, options
        self.held_out = (
            shared if options.evaluation == SHARED else own_sets(task, streams, seeds, options)
        )
        self._generators = [streams.data(seed) for seed in seeds]
        self._epochs = piece(shared, options.batch_size)

    def train(self, lanes: Lanes, done: int) -> Measured:
        x, y = draw_piece(self._task, self._generators, self._epochs, self._options.batch_size)
        left = self._options.epochs - done
        return lanes.train(done, x[:left], y[:left], self.held_out)


class Passes:
    """An epoch is a pass over a data set, in an order of its own."""

    def __init__(
        self,
        data: DataSet,
        streams: Streams,
        seeds: Sequence[int],
        options: Training,
        shared: Part,
    ) -> None:
        self._options = options
        own = options.evaluation != SHARED
        parts = [data.part(streams.held_out(seed)) for seed in seeds] if own else [shared]
        self.held_out = _stacked(data, parts) if own else data.held_out(shared)
        self._rows = np.stack([part.train for part in parts])
        self.vocabularies = self._vocabularies(data, len(seeds))
        self._generators = [streams.data(seed) for seed in seeds]
        count = self._rows.shape[1]
        if options.batch_size > count:
            raise TrainingError(
                f"batch_size is {options.batch_size}, but there are {count} examples to train on; "
                "lower it"
            )
        batches = data.batches(shared, options.batch_size)
        if options.parts > batches:
            raise TrainingError(
                f"evaluate_every is {options.every:g} of an epoch, but an epoch has {batches} "
                "batches; raise it"
            )
        self._used = count - count % options.batch_size if data.drop_last else count
        self._epochs = int(np.clip(PIECE_BYTES // (4 * count), 1, PIECE_EPOCHS))
        self._data = data.x, data.y

    def train(self, lanes: Lanes, done: int) -> Measured:
        # Always whole pieces, so that a stream does not depend on the budget.
        orders = np.stack([self._order(lane) for lane in range(len(self._generators))], axis=1)
        left = self._options.epochs - done
        return lanes.train_passes(done, orders[:left], self._data, self.held_out)

    def _vocabularies(self, data: DataSet, lanes: int) -> np.ndarray | None:
        if data.words is None:
            return None
        own = np.stack([vocabulary(data.words, data.x[rows]) for rows in self._rows])
        return np.broadcast_to(own, (lanes, own.shape[1]))

    def _order(self, lane: int) -> np.ndarray:
        """Shuffle a lane's examples anew for each epoch, shape ``(epochs, examples used)``."""
        generator, rows = self._generators[lane], self._rows[lane % len(self._rows)]
        orders = [generator.permutation(rows)[: self._used] for _ in range(self._epochs)]
        return np.stack(orders).astype(np.int32)


def own_sets(
    task: DataSource, streams: Streams, seeds: Sequence[int], options: Training
) -> Examples:
    """Draw every seed's held-out set, shape ``(lanes, examples, ...)``."""
    sets = [task.held_out(streams.held_out(seed), options.evaluation_size) for seed in seeds]
    x, y = (np.stack(values) for values in zip(*sets, strict=True))
    return x, y


def for_lanes(shared: Examples, lanes: Lanes) -> Examples:
    """Lay the shared set out as the program that evaluates takes its sets."""
    if lanes.options.evaluation == SHARED:
        return shared
    x, y = (np.broadcast_to(values, (lanes.width, *values.shape)) for values in shared)
    return x, y


def draw_piece(
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


def _stacked(data: DataSet, parts: Sequence[Part]) -> Examples:
    sets = [data.held_out(part) for part in parts]
    x, y = (np.stack(values) for values in zip(*sets, strict=True))
    return x, y
