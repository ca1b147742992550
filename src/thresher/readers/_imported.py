"""Files to one long table: the way from a pattern to what an analysis needs."""

import csv
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from thresher.files import digest
from thresher.readers import _judge
from thresher.readers._cache import opened
from thresher.readers._files import LogFile
from thresher.readers._merge import merge
from thresher.readers._naming import name_runs
from thresher.readers._patterns import find
from thresher.readers._problems import NotALogError, ReadError, grouped, listed
from thresher.readers._reader import Piece, choose, load
from thresher.readers._request import Request
from thresher.readers._rows import Rows, bounds_of


@dataclass(frozen=True)
class Imported:
    """Runs that were trained elsewhere.

    Attributes
    ----------
    table : pandas.DataFrame
        Columns ``arm`` (str), ``seed`` (int64 where all are whole numbers, else str), `axis`
        (int64 where all are whole, else float64), `metric` (float64); a row an evaluation,
        sorted: arms in order of appearance, seeds ascending, then the axis. What was not measured
        has no row; NaN always means diverged.
    axis, metric : str
        The names of these columns.
    summary : pandas.DataFrame
        See `summarise`.
    notes : tuple of str
        Sentences: what was left out, merged, sampled, and why.
    digests : dict of str to str
        Source file, as the pattern shows it, to the SHA-256 of its bytes.
    sources : tuple of str
        The logs that hold runs.
    formats : tuple of str
        The titles of the readers that read them.
    has_seeds : bool
        False where equal numbers of two arms' runs share nothing: no pairing is possible.
    """

    table: pd.DataFrame
    axis: str
    metric: str
    summary: pd.DataFrame
    notes: tuple[str, ...]
    digests: dict[str, str]
    sources: tuple[str, ...]
    formats: tuple[str, ...]
    has_seeds: bool

    @property
    def resolution(self) -> float:
        """The coarsest arm's spacing: no difference below it is one. NaN for single values."""
        return float(self.summary["spacing"].max())


def read_files(files: str | Sequence[str], folder: Path, request: Request) -> Imported:
    """Read logs; see `thresher.readers.read`."""
    logs = [LogFile(found) for found in find(files, folder)]
    pieces, left_out, digests, formats = _read_pieces(logs, folder, request)
    imported = assemble(pieces, request, formats, left_out)
    digests = {source: digests[source] for source in sorted(digests)}
    twins = _judge.twin_notes(digests, imported.sources)
    return Imported(**{**vars(imported), "digests": digests, "notes": (*imported.notes, *twins)})


def _read_pieces(
    logs: list[LogFile], folder: Path, request: Request
) -> tuple[list[Piece], list[tuple[str, str]], dict[str, str], tuple[str, ...]]:
    options = request.options()
    kept = opened(request.cache, options, request.format)
    pieces: list[Piece] = []
    left_out: list[tuple[str, str]] = []
    digests: dict[str, str] = {}
    titles: dict[str, None] = {}
    problems: list[str] = []
    for reader_name, group in _groups(logs, request.format, left_out, problems):
        reader = load(reader_name)
        try:
            read = kept.get(reader_name, group)
            if read is None:
                read = reader.read(group, options)
                kept.put(reader_name, group, read)
            titles[reader.title] = None
            pieces += read
            digests |= _digests(group, read, folder)
        except NotALogError as reason:
            left_out += [(file.shown, str(reason)) for file in group]
        except ReadError as error:
            problems += error.problems
        except FOREIGN as error:
            problems.append(
                f"{group[0].shown}: could not be read as {reader.title} "
                f"({type(error).__name__}: {' '.join(str(error).split())[:200]}); is it damaged?"
            )
        for file in group:
            file.release()
    if not pieces and not problems:
        problems = [f"{file}: {reason}; nothing else is there" for file, reason in left_out]
    if problems:
        raise ReadError(*grouped(problems))
    kept.save()
    return pieces, left_out, digests, tuple(titles)


FOREIGN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    ArithmeticError,
    RecursionError,
    MemoryError,
    csv.Error,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    sqlite3.Error,
    pa.ArrowException,
)
"""What damaged files raise in libraries; each becomes a line that names the file."""


def _groups(
    logs: list[LogFile],
    name: str | None,
    left_out: list[tuple[str, str]],
    problems: list[str],
) -> Iterable[tuple[str, list[LogFile]]]:
    """Give files with their reader, one by one; those of readers that join, by folder."""
    joined: dict[tuple[str, Path, tuple[tuple[str, str], ...]], list[LogFile]] = {}
    for file in logs:
        try:
            reader = choose(file, name)
        except NotALogError as reason:
            left_out.append((file.shown, str(reason)))
        except ReadError as error:
            problems += error.problems
        else:
            if reader.together:
                key = (reader.name, file.path.parent, tuple(file.names.items()))
                joined.setdefault(key, []).append(file)
                file.release()
            else:
                yield reader.name, [file]
    for (reader_name, _, _), group in joined.items():
        yield reader_name, group


def _digests(group: list[LogFile], pieces: list[Piece], folder: Path) -> dict[str, str]:
    found = {file.shown: file.digest() for file in group if not file.is_folder}
    for path in {path for piece in pieces for path in piece.beside}:
        shown = path.relative_to(folder) if path.is_relative_to(folder) else path
        found[shown.as_posix()] = digest(path)
    return found


def assemble(
    pieces: list[Piece],
    request: Request,
    formats: tuple[str, ...],
    left_out: Sequence[tuple[str, str]] = (),
) -> Imported:
    """Turn pieces into the long table."""
    axis, metric = _names(pieces, request)
    naming = name_runs(pieces, request.columns, request.arms)
    rows = merge(naming, request.on_restart)
    _judge.refuse_what_is_no_study(rows, metric, told=bool(request.arms))
    table = _table(rows, axis, metric)
    summary = _judge.summarise(rows, naming.has_seeds)
    notes = [
        *_judge.left_out_notes(left_out),
        *dict.fromkeys(note for piece in pieces for note in piece.notes),
        *naming.notes,
        *rows.notes,
        *_judge.grid_notes(summary, axis),
    ]
    sources = tuple(dict.fromkeys(piece.file.shown for piece in naming.pieces))
    return Imported(
        table, axis, metric, summary, tuple(notes), {}, sources, formats, naming.has_seeds
    )


def _names(pieces: list[Piece], request: Request) -> tuple[str, str]:
    found = list(dict.fromkeys(piece.axis_name for piece in pieces))
    wanted = request.columns.get("axis")
    axis = request.axis or (str(wanted) if wanted else None)
    if axis is None and len(found) > 1:
        raise ReadError(
            f"axis: the logs have different ones, {listed(found)}; "
            "name one (`columns: {axis: …}`)"
        )
    axis = axis or found[0]
    metric = request.metric or str(request.columns.get("value") or pieces[0].value_name)
    for what, name in (("axis", axis), ("metric", metric)):
        if name in {"arm", "seed"}:
            raise ReadError(f"{what}: can't be called {name}, which is a column of its own")
    if axis == metric:
        raise ReadError(f"axis: {axis} is the metric, too; name another column")
    return axis, metric


def _table(rows: Rows, axis: str, metric: str) -> pd.DataFrame:
    seeds = _typed_seeds(rows.seed_labels)
    runs = rows.run[bounds_of(rows.run)[:-1]]
    order = np.lexsort((_ranks(seeds)[rows.run_seed[runs]], rows.run_arm[runs]))
    rank = np.empty(len(rows.run_arm), np.int64)
    rank[runs[order]] = np.arange(len(runs))
    place = rank[rows.run]
    if (np.diff(place) < 0).any():
        rows.order(np.argsort(place, kind="stable"))
    steps = _judge.whole_if_all_are(rows.axis)
    arm = _words(rows.run_arm[rows.run], rows.arm_labels)
    seed_codes = rows.run_seed[rows.run]
    whole = seeds.dtype == np.int64
    seed = seeds[seed_codes] if whole else _words(seed_codes, rows.seed_labels)
    return pd.DataFrame({"arm": arm, "seed": seed, axis: steps, metric: rows.value})


def _words(codes: np.ndarray, labels: list[str]) -> pd.Series:
    """Spell codes out as text, without a Python string for each row."""
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(labels, dtype="str"))).astype("str")


def _typed_seeds(labels: list[str]) -> np.ndarray:
    """Whole numbers where all seeds are such and stay distinct, else words."""
    whole = [label for label in labels if label.removeprefix("-").isascii()]
    if len(whole) == len(labels) and all(label.removeprefix("-").isdigit() for label in labels):
        numbers = [int(label) for label in labels if len(label) < 19]
        if len(set(numbers)) == len(labels):
            return np.array(numbers, np.int64)
    return np.array(labels, dtype=object)


def _ranks(seeds: np.ndarray) -> np.ndarray:
    """Rank seeds; words by their text."""
    order = sorted(range(len(seeds)), key=lambda i: seeds[i])
    ranks = np.empty(len(seeds), np.int64)
    ranks[order] = np.arange(len(seeds))
    return ranks
