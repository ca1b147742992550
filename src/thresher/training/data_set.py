"""A data set: its examples, which of them are held out, and whether the last batch is kept."""

from dataclasses import dataclass

import numpy as np

from thresher.declarations import Words
from thresher.training.errors import TrainingError

Examples = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Part:
    """Rows of a data set to train on, and rows that are held out."""

    train: np.ndarray
    held_out: np.ndarray


@dataclass(frozen=True)
class DataSet:
    """Examples that are passed over again and again.

    Attributes
    ----------
    x, y : ndarray of float32, shape (examples, ...)
        All of them; they lie in memory once for all lanes.
    fixed : tuple of ndarray or None
        Held-out examples that are the same for all seeds; None where they are taken out of `x`.
    share : float
        Of the examples, to be held out where there are no fixed ones.
    classes : ndarray of int, shape (examples,), or None
        Held-out examples are taken in equal shares of each class; None for labels without.
    drop_last : bool
        Whether a last batch that is not full is left out of a pass.
    words : Words or None
        Where inputs are numbers of words.
    """

    x: np.ndarray
    y: np.ndarray
    fixed: Examples | None = None
    share: float = 0.2
    classes: np.ndarray | None = None
    drop_last: bool = False
    words: Words | None = None

    def part(self, generator: np.random.Generator) -> Part:
        """Split the rows, as many held out whatever the generator.

        Raises
        ------
        TrainingError
            Where nothing would be held out, or nothing left to train on.
        """
        rows = np.arange(len(self.x))
        if self.fixed is not None:
            return Part(rows, rows[:0])
        classes = np.zeros(len(rows), int) if self.classes is None else self.classes
        groups = [rows[classes == label] for label in np.unique(classes)]
        counts = _shares([len(group) for group in groups], self.share)
        chosen = [
            generator.permutation(group)[:count]
            for group, count in zip(groups, counts, strict=True)
        ]
        # Mixed, because the first half of them is evaluated by itself, too.
        held = generator.permutation(np.concatenate(chosen))
        if not 0 < len(held) < len(rows):
            raise TrainingError(
                f"held_out is {self.share:g} of {len(rows)} examples, which leaves "
                f"{len(held)} held out and {len(rows) - len(held)} to train on; change it"
            )
        return Part(np.setdiff1d(rows, held), held)

    def batches(self, part: Part, size: int) -> int:
        """Count the optimizer steps of a pass."""
        count = len(part.train)
        return max(count // size, 1) if self.drop_last else -(-count // size)

    def held_out(self, part: Part) -> Examples:
        """Return the held-out examples of a part."""
        if self.fixed is not None:
            return self.fixed
        return self.x[part.held_out], self.y[part.held_out]


def _shares(sizes: list[int], share: float) -> list[int]:
    """Divide the held-out examples among classes, by largest remainders; ties go to the first.

    Examples
    --------
    >>> _shares([50, 30, 20], 0.25)
    [13, 7, 5]
    """
    exact = [size * share for size in sizes]
    counts = [int(value) for value in exact]
    missing = round(sum(exact)) - sum(counts)
    order = sorted(range(len(sizes)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[:missing]:
        counts[i] += 1
    return counts
