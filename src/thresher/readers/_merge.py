"""Pieces to runs: restarts, logs in several files, rows given twice; in file order until sorted."""

import itertools
from collections.abc import Sequence

import numpy as np

from thresher.readers._naming import Naming, is_beginning
from thresher.readers._problems import ReadError, listed, shown
from thresher.readers._reader import Coded, Key, Piece
from thresher.readers._restarts import CHOICES, RESTARTS, mend_restarts
from thresher.readers._rows import Rows, bounds_of


def merge(naming: Naming, on_restart: str | None) -> Rows:
    """Lay all pieces out as runs, each ascending along its axis and without doubled rows.

    Parameters
    ----------
    naming : Naming
    on_restart : {"keep_last", "continue", "split"} or None
        What to do where an axis falls, or two logs are one run; None refuses both.

    Raises
    ------
    ReadError
        One line for each run that can't be told.
    """
    if on_restart is not None and on_restart not in RESTARTS:
        raise ReadError(f"on_restart: must be one of {', '.join(RESTARTS)}, but was {on_restart}")
    rows = _gathered(naming)
    problems = _join_logs(rows, on_restart)
    problems += mend_restarts(rows, on_restart)
    if problems:
        raise ReadError(*problems)
    rows.keep(rows.measured)
    _sort(rows)
    _drop_doubled(rows, on_restart)
    return rows


def _gathered(naming: Naming) -> Rows:
    pieces = naming.pieces
    sizes = np.array([len(piece.axis) for piece in pieces], int)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    total = int(starts[-1])
    arm, arm_labels = _codes(naming.arms, starts)
    seed, seed_labels = _codes(naming.seeds, starts)
    pairs = arm.astype(np.int64) * max(len(seed_labels), 1) + seed
    found, run = _factorized(pairs)
    rows = Rows(
        arm_labels=arm_labels,
        seed_labels=seed_labels,
        run_arm=found // max(len(seed_labels), 1),
        run_seed=found % max(len(seed_labels), 1),
        run=run,
        axis=np.concatenate([piece.axis for piece in pieces]) if total else np.empty(0),
        value=np.concatenate([piece.value for piece in pieces]) if total else np.empty(0),
        measured=np.concatenate([piece.measured for piece in pieces])
        if total
        else np.empty(0, bool),
        origin=np.arange(total),
        pieces=pieces,
        starts=starts,
    )
    if "" in arm_labels:
        rows.keep(rows.run_arm[rows.run] != arm_labels.index(""))
    if np.count_nonzero(np.diff(rows.run)) + 1 > len(np.unique(rows.run)):
        rows.order(np.argsort(rows.run, kind="stable"))
    return rows


def _factorized(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number distinct values; long stretches of the same one cost nothing."""
    if not len(pairs):
        return pairs, pairs.astype(np.int32)
    begins = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
    found, codes = np.unique(pairs[begins], return_inverse=True)
    lengths = np.diff(np.concatenate([begins, [len(pairs)]]))
    return found, np.repeat(codes.astype(np.int32), lengths)


def _codes(keys: Sequence[Key], starts: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Turn each piece's words into codes of one list of labels, in order of appearance."""
    labels: dict[str, int] = {}
    codes = np.empty(int(starts[-1]), np.int32)
    for key, begin, end in zip(keys, starts[:-1], starts[1:], strict=True):
        if isinstance(key, Coded):
            used = np.unique(key.codes, return_index=True)
            seen = used[0][np.argsort(used[1])]
            table = np.zeros(len(key.labels), np.int32)
            for code in seen.tolist():
                table[code] = labels.setdefault(key.labels[code], len(labels))
            codes[begin:end] = table[key.codes]
        else:
            codes[begin:end] = labels.setdefault(key, len(labels))
    return codes, list(labels)


def _join_logs(rows: Rows, on_restart: str | None) -> list[str]:
    """Put runs that several logs hold together, or say why that can't be."""
    if len(rows.pieces) < 2 or not len(rows.run):
        return []
    piece = rows.piece_of(np.arange(len(rows.run)))
    changes = np.flatnonzero((np.diff(piece) != 0) & (np.diff(rows.run) == 0))
    problems, keep = [], np.ones(len(rows.run), bool)
    bounds = bounds_of(rows.run)
    for block in np.unique(np.searchsorted(bounds, changes, side="right") - 1):
        begin, end = bounds[block], bounds[block + 1]
        problem = _join_run(rows, int(begin), int(end), piece[begin:end], keep, on_restart)
        if problem:
            problems.append(problem)
    rows.keep(keep)
    return problems


def _join_run(
    rows: Rows, begin: int, end: int, piece: np.ndarray, keep: np.ndarray, on_restart: str | None
) -> str | None:
    """Order the logs of one run by where they start; those that begin another one are dropped."""
    run = rows.named(int(rows.run[begin]))
    parts = [np.flatnonzero(piece == i) + begin for i in dict.fromkeys(piece.tolist())]
    views = [_view(rows, part) for part in parts]
    names = [view.file.shown for view in views]
    wholes: list[int] = []
    for i in sorted(range(len(parts)), key=lambda i: -int(views[i].measured.sum())):
        longer = next((j for j in wholes if is_beginning(views[i], views[j])), None)
        if longer is None:
            wholes.append(i)
            continue
        keep[parts[i]] = False
        rows.notes.append(f"{run}: {names[i]} is left out as the beginning of {names[longer]}.")
    wholes.sort(key=lambda i: (float(views[i].axis[0]), i))
    follows = all(views[b].axis[0] > views[a].axis.max() for a, b in itertools.pairwise(wholes))
    if not follows and on_restart is None:
        return (
            f"{run}: {listed([names[i] for i in sorted(wholes)])} are all this run; name in the "
            f"pattern what tells them apart, or, if they are one training, {CHOICES}"
        )
    others = [i for i in range(len(parts)) if i not in wholes]
    block = np.concatenate([parts[i] for i in [*wholes, *others]])
    keep[begin:end] = keep[block]
    rows.rearrange(begin, end, block)
    if follows and len(wholes) > 1:
        joined = listed([names[i] for i in wholes])
        rows.notes.append(f"{run}: joined from {joined}, which follow each other.")
    return None


def _view(rows: Rows, part: np.ndarray) -> Piece:
    file = rows.pieces[int(rows.piece_of(part[:1])[0])].file
    return Piece(file, rows.axis[part], rows.value[part], rows.measured[part], "", "")


def _sort(rows: Rows) -> None:
    """Sort rows by run, then along the axis; whatever diverged becomes NaN."""
    if len(rows.run) > 1:
        step = np.diff(rows.run)
        if (step < 0).any() or ((np.diff(rows.axis) < 0) & (step == 0)).any():
            rows.order(np.lexsort((rows.axis, rows.run)))
    rows.value = np.where(np.isfinite(rows.value), rows.value, np.nan)


def _drop_doubled(rows: Rows, on_restart: str | None) -> None:
    """Drop rows given twice with one value; refuse those with two."""
    if len(rows.run) < 2:
        return
    same = (np.diff(rows.run) == 0) & (np.diff(rows.axis) == 0)
    if not same.any():
        return
    first, second = rows.value[:-1], rows.value[1:]
    equal = (first == second) | (np.isnan(first) & np.isnan(second))
    conflicts = np.flatnonzero(same & ~equal)
    if len(conflicts) and on_restart != "keep_last":
        raise ReadError(*_conflict_lines(rows, conflicts))
    keep = np.ones(len(rows.run), bool)
    keep[:-1] = ~same  # the later row stays
    exact = int((same & equal).sum())
    if exact:
        rows.notes.append(f"{exact} rows repeated another one exactly and were dropped.")
    if len(conflicts):
        rows.notes.append(f"{len(conflicts)} values were replaced by later ones at the same place.")
    rows.keep(keep)


def _conflict_lines(rows: Rows, conflicts: np.ndarray) -> list[str]:
    lines, seen = [], set[int]()
    for row in conflicts.tolist():
        run = int(rows.run[row])
        if run in seen:
            continue
        seen.add(run)
        (file, line), (other_file, other) = rows.where(row), rows.where(row + 1)
        where = f"{file} and {other_file}" if file != other_file else file
        if line and file == other_file:
            where = f"{file}, lines {line} and {other}"
        own = rows.axis[rows.run == run]
        count = int(np.isin(conflicts, np.flatnonzero(rows.run == run)).sum())
        more = f", and {count - 1} more like it" if count > 1 else ""
        remedy = (
            "none elsewhere: was it logged without its axis? Name another (`columns: {axis: …}`)"
            if np.ptp(own) == 0
            else "name the column or the part of the path that tells them apart, or say "
            "`on_restart: keep_last`"
        )
        lines.append(
            f"{where}: {rows.named(run)} has two values at {shown(rows.axis[row])}, "
            f"{rows.value[row]:g} and {rows.value[row + 1]:g}{more}; {remedy}"
        )
    return lines
