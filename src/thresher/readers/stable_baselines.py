"""Stable-Baselines3: ``progress.csv``, ``evaluations.npz``, the environments' ``monitor.csv``."""

import json
from collections.abc import Sequence

import numpy as np

from thresher.readers._csv import Columns, read_columns
from thresher.readers._files import LogFile
from thresher.readers._problems import NotALogError, ReadError, listed, place
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers._select import axis_column, value_column
from thresher.readers.csv_table import read_table
from thresher.readers.numpy_arrays import load_npz

_STEPS = ("step", "steps", "timestep", "timesteps", "environment steps", "env steps")
_PROGRESS = {
    "time/total_timesteps": _STEPS,
    "time/iterations": ("iteration", "iterations"),
    "time/episodes": ("episode", "episodes"),
    "time/time_elapsed": ("seconds", "time"),
}
_MONITOR = {"timesteps": _STEPS, "episodes": ("episode", "episodes"), "t": ("seconds", "time")}


def sniff(file: LogFile) -> int:
    """Names in the header, the monitor's first line, the evaluations' arrays."""
    if _is_evaluations(file) or _is_monitor(file):
        return 3
    return 3 if "time/total_timesteps" in file.header else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read the logs of one folder: its monitors are the environments of one run."""
    monitors = [file for file in files if _is_monitor(file)]
    pieces = [_monitors(monitors, options)] if monitors else []
    for file in files:
        if _is_evaluations(file):
            pieces.append(_evaluations(file, options))
        elif file not in monitors:
            pieces.append(
                read_table(file, options, usual="rollout/ep_rew_mean", axes=_PROGRESS, blanks=False)
            )
    return pieces


def _is_monitor(file: LogFile) -> bool:
    return file.text_head.startswith('#{"t_start"') and {"r", "l", "t"} <= set(file.header)


def _is_evaluations(file: LogFile) -> bool:
    return file.name == "evaluations.npz" and file.head.startswith(b"PK")


def _evaluations(file: LogFile, options: Options) -> Piece:
    """Average each evaluation's episodes: they are repeats within one run."""
    arrays = load_npz(file)
    value = value_column(file.shown, tuple(arrays), options.value, "results")
    axis = axis_column(
        file.shown, tuple(arrays), options.axis, options.axis_name, {"timesteps": _STEPS}
    )
    steps, results = arrays[axis], arrays[value]
    if results.ndim not in {1, 2} or steps.shape != results.shape[:1]:
        raise ReadError(
            f"{place(file.shown, column=value)}: has shape {results.shape}, which does not fit "
            f"the {len(steps)} {axis}"
        )
    means = results.reshape(len(steps), -1).astype(float).mean(axis=1)
    known = np.ones(len(steps), bool)
    return Piece(file, steps.astype(float), means, known, axis, value)


def _monitors(files: Sequence[LogFile], options: Options) -> Piece:
    """Join environments by the clock; steps are cumulated over all of them."""
    first = files[0]
    header = tuple(dict.fromkeys([*first.header, "timesteps", "episodes"]))
    value = value_column(first.shown, header, options.value, "r")
    axis = axis_column(first.shown, header, options.axis, options.axis_name, _MONITOR)
    wanted = list(dict.fromkeys(["r", "l", "t", value]))
    tables = _episodes(files, wanted)
    starts = np.array([_start(file) for file in files])
    clock = np.concatenate(
        [table.numbers["t"] + start for table, start in zip(tables, starts, strict=True)]
    )
    order = np.argsort(clock, kind="stable")
    lengths = np.concatenate([table.numbers["l"] for table in tables])[order]
    steps = {
        "timesteps": np.cumsum(lengths),
        "episodes": np.arange(1, len(lengths) + 1, dtype=float),
        "t": clock[order] - starts.min(),
    }
    if axis not in steps:
        raise ReadError(f"{first.shown}: {axis} is no axis of a monitor; take {listed([*steps])}")
    note = f"{listed([file.shown for file in files], 3)}: {len(files)} environments of one run."
    return Piece(
        first,
        steps[axis],
        np.concatenate([table.numbers[value] for table in tables])[order],
        np.concatenate([table.measured[value] for table in tables])[order],
        axis,
        value,
        beside=tuple(file.path for file in files[1:]),
        notes=(note,) if len(files) > 1 else (),
    )


def _episodes(files: Sequence[LogFile], wanted: Sequence[str]) -> list[Columns]:
    """Read monitors; one whose environment finished no episode adds none."""
    tables = []
    for file in files:
        try:
            tables.append(read_columns(file, wanted, ()))
        except NotALogError:
            nothing = {name: np.empty(0) for name in wanted}
            never = {name: np.empty(0, bool) for name in wanted}
            tables.append(Columns(nothing, never, {}, 0))
        _refuse_gaps(file, tables[-1])
    if not any(len(table.numbers["l"]) for table in tables):
        raise NotALogError("no environment finished an episode")
    return tables


def _refuse_gaps(file: LogFile, table: Columns) -> None:
    for name in ("l", "t"):
        if not (table.measured[name] & np.isfinite(table.numbers[name])).all():
            raise ReadError(f"{place(file.shown, column=name)}: has gaps; an episode has both")


def _start(file: LogFile) -> float:
    line = file.lines[0]
    try:
        return float(json.loads(line[1:])["t_start"])
    except (ValueError, TypeError, KeyError):
        raise ReadError(f"{place(file.shown, 1)}: {line[:80]!r} has no t_start") from None


READER = Reader("stable_baselines", "Stable-Baselines3", sniff, read, together=True)
