"""Runs whose axis falls: restarted, or only written in another order."""

import itertools

import numpy as np

from thresher.readers._problems import listed, place, shown
from thresher.readers._reader import Coded
from thresher.readers._rows import Rows, bounds_of

RESTARTS = ("keep_last", "continue", "split")
CHOICES = (
    "say `on_restart: keep_last` (the later rows replace what they repeat), `continue` (they go on "
    "counting) or `split` (they are a run of their own)"
)


def mend_restarts(rows: Rows, on_restart: str | None) -> list[str]:
    """Mend each run whose axis falls, or say where it does."""
    if len(rows.run) < 2:
        return []
    falls = np.flatnonzero((np.diff(rows.axis) < 0) & (np.diff(rows.run) == 0)) + 1
    bounds = bounds_of(rows.run)
    blocks = np.searchsorted(bounds, falls, side="right") - 1
    keep = np.ones(len(rows.run), bool)
    problems: list[str] = []
    sorted_runs: list[str] = []
    for block in np.unique(blocks):
        begin, end, own = int(bounds[block]), int(bounds[block + 1]), falls[blocks == block]
        if _is_unsorted(rows, begin, end, own):
            order = np.argsort(rows.axis[begin:end], kind="stable") + begin
            rows.rearrange(begin, end, order)
            if rows.pieces[int(rows.piece_of(np.array([begin]))[0])].in_order:
                sorted_runs.append(rows.named(int(rows.run[begin])))
        elif on_restart is None:
            problems.append(_fall(rows, own))
        else:
            _mend(rows, begin, end, own, keep, on_restart)
    if sorted_runs:
        rows.notes.append(f"Rows stood in another order and were sorted: {listed(sorted_runs, 3)}.")
    rows.keep(keep)
    return problems


def _is_unsorted(rows: Rows, begin: int, end: int, falls: np.ndarray) -> bool:
    """Whether falls come from another order of the rows rather than from a restart."""
    axis = rows.axis[begin:end]
    if len(falls) == end - begin - 1 and len(axis) > 2:
        return True  # newest first
    piece = rows.pieces[int(rows.piece_of(np.array([begin]))[0])]
    if not piece.in_order:
        return True
    long = any(isinstance(key, Coded) and len(key.labels) > 1 for key in piece.keys.values())
    own = axis[rows.measured[begin:end]]
    return long and len(np.unique(own)) == len(own)


def _fall(rows: Rows, falls: np.ndarray) -> str:
    row = int(falls[0])
    file, line = rows.where(row)
    piece = rows.pieces[int(rows.piece_of(np.array([row]))[0])]
    more = f" (and {len(falls) - 1} more times)" if len(falls) > 1 else ""
    run = rows.named(int(rows.run[row]))
    return (
        f"{place(file, line, piece.axis_name)}: falls from {shown(rows.axis[row - 1])} to "
        f"{shown(rows.axis[row])}{more} within {run}; if that is a restart, {CHOICES}"
    )


def _mend(
    rows: Rows, begin: int, end: int, falls: np.ndarray, keep: np.ndarray, on_restart: str
) -> None:
    edges = [begin, *falls.tolist(), end]
    sessions = [slice(a, b) for a, b in itertools.pairwise(edges)]
    run = int(rows.run[begin])
    if on_restart == "keep_last":
        cut = np.inf
        for session in reversed(sessions):
            keep[session] = rows.axis[session] < cut
            cut = min(cut, float(rows.axis[session].min()))
        lost = int((~keep[begin:end] & rows.measured[begin:end]).sum())
        rows.notes.append(
            f"{rows.named(run)}: restarted; {lost} values were replaced by later ones."
        )
    elif on_restart == "continue":
        for before, after in itertools.pairwise(sessions):
            rows.axis[after] += _offset(rows.axis[before], rows.axis[after])
        rows.notes.append(f"{rows.named(run)}: restarted; the axis goes on counting.")
    else:
        for number, session in enumerate(sessions[1:], 2):
            rows.run[session] = _new_run(rows, run, number)
        rows.notes.append(f"{rows.named(run)}: restarted; split into {len(sessions)} runs.")


def _offset(before: np.ndarray, after: np.ndarray) -> float:
    """What to add to a session's axis so that it goes on where the one before ended."""
    steps = np.diff(after)[np.diff(after) > 0]
    if not len(steps):
        steps = np.diff(before)[np.diff(before) > 0]
    spacing = float(steps[0]) if len(steps) else 1.0
    return float(before[-1]) + spacing - float(after[0])


def _new_run(rows: Rows, run: int, number: int) -> int:
    label = f"{rows.seed_labels[rows.run_seed[run]]}/{number}"
    while label in rows.seed_labels:
        taken = [i for i, old in enumerate(rows.seed_labels) if old == label]
        pairs = (rows.run_arm == rows.run_arm[run]) & np.isin(rows.run_seed, taken)
        if not pairs.any():
            break
        label += "′"
    if label not in rows.seed_labels:
        rows.seed_labels.append(label)
    rows.run_arm = np.append(rows.run_arm, rows.run_arm[run])
    rows.run_seed = np.append(rows.run_seed, rows.seed_labels.index(label))
    return len(rows.run_arm) - 1
