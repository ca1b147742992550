"""All rows of an import: those of a run together, each with the place it came from."""

from dataclasses import dataclass, field

import numpy as np

from thresher.readers._reader import Piece


@dataclass
class Rows:
    """All rows, those of a run together, in the order of their logs.

    Attributes
    ----------
    arm_labels, seed_labels : list of str
    run_arm, run_seed : ndarray of int, shape (runs,)
        Codes into the labels.
    run, axis, value, measured : ndarray, shape (rows,)
    origin : ndarray of int, shape (rows,)
        Position in all pieces, one after another.
    pieces : list of Piece
    starts : ndarray of int, shape (pieces + 1,)
        Where each piece begins.
    notes : list of str
    """

    arm_labels: list[str]
    seed_labels: list[str]
    run_arm: np.ndarray
    run_seed: np.ndarray
    run: np.ndarray
    axis: np.ndarray
    value: np.ndarray
    measured: np.ndarray
    origin: np.ndarray
    pieces: list[Piece]
    starts: np.ndarray
    notes: list[str] = field(default_factory=list)

    def where(self, row: int) -> tuple[str, int | None]:
        """Return file and line of a row."""
        piece = int(np.searchsorted(self.starts, self.origin[row], side="right")) - 1
        within = int(self.origin[row] - self.starts[piece])
        return self.pieces[piece].file.shown, self.pieces[piece].line(within)

    def piece_of(self, rows: np.ndarray) -> np.ndarray:
        """Return the number of the piece that each row is from."""
        return np.searchsorted(self.starts, self.origin[rows], side="right") - 1

    def named(self, run: int) -> str:
        """Name a run: ``arm Adam, seed 3``."""
        arm = self.arm_labels[self.run_arm[run]]
        return f"arm {arm}, seed {self.seed_labels[self.run_seed[run]]}"

    def keep(self, mask: np.ndarray) -> None:
        """Drop rows."""
        if not mask.all():
            for name in ("run", "axis", "value", "measured", "origin"):
                setattr(self, name, getattr(self, name)[mask])

    def order(self, rows: np.ndarray) -> None:
        """Put rows into another order."""
        for name in ("run", "axis", "value", "measured", "origin"):
            setattr(self, name, getattr(self, name)[rows])

    def rearrange(self, begin: int, end: int, order: np.ndarray) -> None:
        """Put the rows of one run into another order."""
        for name in ("axis", "value", "measured", "origin"):
            column = getattr(self, name)
            column[begin:end] = column[order]


def bounds_of(run: np.ndarray) -> np.ndarray:
    """Return where each run's rows begin, and the end."""
    change = np.flatnonzero(np.diff(run)) + 1
    return np.concatenate([[0], change, [len(run)]]) if len(run) else np.array([0])
