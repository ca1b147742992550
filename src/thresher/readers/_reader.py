"""What a reader is: the declaration in each of its files, what it is asked, what it gives."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from thresher.declarations import names
from thresher.readers._files import LogFile
from thresher.readers._problems import NotALogError, ReadError, listed, place

NAMES = names(Path(__file__).parent)


@dataclass(frozen=True)
class Coded:
    """A column of words: row i holds ``labels[codes[i]]``."""

    codes: np.ndarray
    labels: tuple[str, ...]


Key = str | Coded


@dataclass(frozen=True)
class Piece:
    """Rows of one log, in the order in which they stand there.

    Attributes
    ----------
    file : LogFile
    axis : ndarray of float64, shape (rows,)
    value : ndarray of float64, shape (rows,)
        NaN or infinite where the run diverged; anything where not measured.
    measured : ndarray of bool, shape (rows,)
        False where the log has no value.
    axis_name : str
        What the log calls the axis.
    value_name : str
        What the log calls the metric.
    keys : mapping of str to Key
        Names that may tell arm and seed: one word for all rows, or a word a row.
    lines : ndarray of int or int
        The line of each row, from 1; a number is the line of the first of consecutive ones, and
        0 stands for a log without lines.
    in_order : bool
        Whether rows stand in the order in which they were logged, so that a falling axis is a
        restart; False where rows may be sorted by the axis.
    beside : tuple of Path
        Other files that were read for it.
    notes : tuple of str
        What is to be said about it.
    """

    file: LogFile
    axis: np.ndarray
    value: np.ndarray
    measured: np.ndarray
    axis_name: str
    value_name: str
    keys: Mapping[str, Key] = field(default_factory=dict)
    lines: np.ndarray | int = 0
    in_order: bool = True
    beside: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def line(self, row: int) -> int | None:
        """Return the line of a row, None where there are none."""
        if isinstance(self.lines, np.ndarray):
            return int(self.lines[row]) or None
        return self.lines + row if self.lines else None


def only(piece: Piece, keep: np.ndarray) -> Piece:
    """Return a piece with some of its rows; `keep` is a mask."""
    if keep.all():
        return piece
    lines = piece.lines
    if not isinstance(lines, np.ndarray):
        lines = lines + np.arange(len(keep)) if lines else np.zeros(len(keep), int)
    keys = {
        name: Coded(key.codes[keep], key.labels) if isinstance(key, Coded) else key
        for name, key in piece.keys.items()
    }
    return replace(
        piece,
        axis=piece.axis[keep],
        value=piece.value[keep],
        measured=piece.measured[keep],
        keys=keys,
        lines=lines[keep],
    )


def placed(piece: Piece, blanks: bool = True) -> Piece:
    """Return a piece whose rows all have a place on the axis.

    Parameters
    ----------
    piece : Piece
        Its axis may be NaN or infinite where the log has no place.
    blanks : bool
        Whether rows without the metric are kept, because they tell how the axis runs.

    Raises
    ------
    ReadError
        Where a measured value has no place.
    """
    known = np.isfinite(piece.axis)
    lost = piece.measured & ~known
    if lost.any():
        row = int(lost.argmax())
        where = place(piece.file.shown, piece.line(row), piece.axis_name)
        raise ReadError(
            f"{where}: is no place on the axis, but {piece.value_name} is {piece.value[row]:g} "
            f"there; give each value its {piece.axis_name}"
        )
    return only(piece, known if blanks else piece.measured)


@dataclass(frozen=True)
class Options:
    """What is asked of a reader.

    Attributes
    ----------
    value : str or None
        The name that the log has for the metric; None where nobody said.
    axis : str or None
        The name that the log has for the axis, where the user said so.
    axis_name : str or None
        The axis of the study; a log's own column of that name is taken.
    keys : frozenset of str
        Names to return among a piece's keys, where the log has them.
    line : str or None
        The regular expression for log lines.
    on_restart : str or None
        See `thresher.readers.read`.
    """

    value: str | None = None
    axis: str | None = None
    axis_name: str | None = None
    keys: frozenset[str] = frozenset({"arm", "seed", "run"})
    line: str | None = None
    on_restart: str | None = None


@dataclass(frozen=True)
class Reader:
    """What a reader's file says of itself, as its constant ``READER``.

    Attributes
    ----------
    name : str
        Its file's name, and the word for ``traces.format``.
    title : str
        What people call the format.
    sniff : callable
        LogFile → how sure it is: 0 not mine, 1 a general shape, 2 mine by content, 3 surely.
    read : callable
        ``(files, options) → pieces``; `files` is one file, or all of a folder with equal names
        where `together` is set. Raises `ReadError`, or `NotALogError` for a file without a run.
    together : bool
    """

    name: str
    title: str
    sniff: Callable[[LogFile], int]
    read: Callable[[Sequence[LogFile], Options], list[Piece]]
    together: bool = False


@cache
def load(name: str) -> Reader:
    """Import a reader by its name."""
    reader: Reader = importlib.import_module(f"thresher.readers.{name}").READER
    return reader


def choose(file: LogFile, name: str | None = None) -> Reader:
    """Find the reader for a file: the named one, else the surest.

    Raises
    ------
    NotALogError
        For an empty file, or a folder that no reader takes.
    ReadError
        Where no reader knows the file, or two are equally sure.
    """
    if not file.is_folder and not file.head.strip():
        raise NotALogError("it is empty")
    file.refuse_archives()
    if name is not None:
        if name not in NAMES:
            raise ReadError(f"format: no reader is called {name}; there are {', '.join(NAMES)}")
        return load(name)
    scores = {name: load(name).sniff(file) for name in NAMES}
    best = max(scores.values())
    sure = [name for name, score in scores.items() if score == best]
    if best == 0 and file.is_folder:
        raise NotALogError("it is a folder that no reader takes")
    if best == 0:
        raise ReadError(
            f"{file.shown}: no reader knows this file; "
            f"name one with `format:` ({listed(NAMES, 30)}), or export a CSV"
        )
    if len(sure) > 1:
        raise ReadError(f"{file.shown}: could be {' or '.join(sure)}; say which with `format:`")
    return load(sure[0])
