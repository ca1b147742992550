"""What a folder of logs holds: which files are runs, what is measured, which way is better."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from thresher.command_line._layout import Layout, kinds, layout_of
from thresher.readers import Imported, ReadError, load, read
from thresher.readers._files import LogFile
from thresher.readers._patterns import Found
from thresher.readers._problems import ColumnError, NotALogError
from thresher.readers._reader import NAMES, Options, Reader, choose

MOST_FILES = 50_000
_LOWER = r"loss|err|nll|perplexity|ppl|mse|mae|rmse|wer|cer|regret|fid|cost|kl\b|bpc|bpb"
_HIGHER = r"acc|rew|return|score|f1|auc|bleu|rouge|iou|map\b|success|win|kappa|r2|precision|recall"
_HELD_OUT = r"val|test|eval|held|dev\b"
_AXES = (
    "epoch", "step", "global_step", "_step", "total_timesteps", "timesteps", "timestep", "steps",
    "iteration", "iter", "episode", "update", "batch",
)  # fmt: skip
_SEEDS = ("seed", "run", "trial", "replicate", "rep", "fold", "run_id")
_ARMS = (
    "arm", "agent", "algorithm", "algo", "method", "model", "arch", "architecture", "optimizer",
    "variant", "group", "config", "name",
)  # fmt: skip
# A column that no log has: its readers then say which ones there are.
_NONE = "\0"
# Any text could be a log of this reader, who has to be told how to read it.
_ASKING = "log_lines"


@dataclass(frozen=True)
class Look:
    """What was found.

    Attributes
    ----------
    folder : Path
    layout : Layout
    files : tuple of str
        The logs, from there.
    others : tuple of str
        Files that are no logs of this kind.
    reader : Reader
    columns : mapping
        As `thresher.readers.read` takes them.
    better : {"lower", "higher"}
    sure : bool
        Whether the metric's name tells which is better.
    imported : Imported
    metrics : tuple of str
        What else was measured.
    """

    folder: Path
    layout: Layout
    files: tuple[str, ...]
    others: tuple[str, ...]
    reader: Reader
    columns: Mapping[str, Any]
    better: str
    sure: bool
    imported: Imported
    metrics: tuple[str, ...] = field(default=())


def look(
    logs: Path,
    wanted: Mapping[str, Any],
    better: str | None = None,
    on_restart: str | None = None,
) -> Look:
    """Look at a folder of logs, or at one log.

    Parameters
    ----------
    logs : Path
    wanted : mapping
        Columns that the user names: value, axis, arm, seed.
    better, on_restart : str or None

    Raises
    ------
    ReadError
        Where no file is a log that a reader knows, or the logs don't fit together.
    """
    folder, group, others, reader = _logs(logs)
    layout = layout_of(group) if len(group) > 1 else Layout(group[0])
    first = LogFile(Found(folder / group[0], group[0], {}))
    header = _columns_of(reader, first)
    columns = {key: value for key, value in wanted.items() if value}
    metrics: tuple[str, ...] = ()
    if header:
        columns.setdefault("value", _metric(header, reader, first))
        metrics = tuple(name for name in header if _rank(name) < 4 and name != columns["value"])
        _add_keys(columns, layout, header)
    if layout.arms and "arm" not in columns and layout.arms != ("arm",):
        columns["arm"] = layout.arms[0] if len(layout.arms) == 1 else list(layout.arms)
    imported = _read(folder, layout, columns, header, on_restart)
    lower = re.search(_LOWER, imported.metric, re.IGNORECASE)
    higher = re.search(_HIGHER, imported.metric, re.IGNORECASE)
    guess = "higher" if higher and not lower else "lower"
    known = better is not None or bool(lower) != bool(higher)
    return Look(
        folder, layout, tuple(group), tuple(others), reader, columns, better or guess, known,
        imported, metrics,
    )  # fmt: skip


def _logs(logs: Path) -> tuple[Path, list[str], list[str], Reader]:
    """Find the largest kind of files that a reader knows."""
    if logs.is_file():
        return logs.parent, [logs.name], [], choose(LogFile(Found(logs, logs.name, {})))
    if not logs.is_dir():
        raise ReadError(f"{logs}: no such folder or file; name one with logs")
    for inner in (logs, *sorted(path for path in logs.iterdir() if path.is_dir())):
        reader = _of_folder(inner)
        if reader is not None:
            return logs.parent, [inner.relative_to(logs.parent).as_posix()], [], reader
    paths = _files(logs)
    refused: list[str] = []
    for group in kinds(paths):
        try:
            reader = choose(LogFile(Found(logs / group[0], group[0], {})))
            if reader.name == _ASKING:
                continue
            if _columns_of(reader, LogFile(Found(logs / group[0], group[0], {}))) is None:
                continue
        except (ReadError, NotALogError) as error:
            refused += str(error).splitlines()[:1]
            continue
        inside = set(group)
        return logs, group, [path for path in paths if path not in inside], reader
    said = f"; {refused[0]}" if refused else ""
    raise ReadError(f"{logs}: holds no log that a reader knows{said}")


def _of_folder(folder: Path) -> Reader | None:
    """Return the reader that takes a folder as one log, if one does."""
    if folder.name.startswith("."):
        return None
    file = LogFile(Found(folder, folder.name, {}))
    sure = {name: load(name).sniff(file) for name in NAMES}
    best = max(sure, key=lambda name: sure[name])
    return load(best) if sure[best] else None


def _files(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inner.parts):
            found.append(inner.as_posix())
        if len(found) > MOST_FILES:
            raise ReadError(f"{folder}: more than {MOST_FILES} files; name a folder inside")
    if not found:
        raise ReadError(f"{folder}: is empty; name a folder with logs")
    return found


def _columns_of(reader: Reader, file: LogFile) -> tuple[str, ...] | None:
    """Return the columns of a log; () where its reader has no choice, None where it is no log."""
    for value in (None, _NONE):
        try:
            reader.read([file], Options(value=value))
        except ColumnError as error:
            return error.columns
        except NotALogError:
            return None
        except ReadError:
            continue
    return ()


def _metric(header: Sequence[str], reader: Reader, file: LogFile) -> str:
    """Choose the metric: the format's own, else by its name."""
    try:
        return reader.read([file], Options())[0].value_name
    except (ReadError, NotALogError):
        return min(header, key=lambda name: (_rank(name), header.index(name)))


def _rank(name: str) -> int:
    """Rank what a column may be: a metric on held-out data, any metric, anything, no metric."""
    if name.lower() in {*_AXES, *_SEEDS, *_ARMS} or name.startswith(("time", "_")):
        return 5
    measured = re.search(f"{_LOWER}|{_HIGHER}", name, re.IGNORECASE)
    held_out = re.search(_HELD_OUT, name, re.IGNORECASE)
    if measured and held_out:
        return 0 if re.search(r"loss|rew|return|acc", name, re.IGNORECASE) else 1
    return 2 if measured else 4


def _add_keys(columns: dict[str, Any], layout: Layout, header: Sequence[str]) -> None:
    """Name the columns of arm and seed that a table has and its path does not say."""
    plain = {name.lower(): name for name in header}
    for role, there, words in (("seed", layout.seed, _SEEDS), ("arm", layout.arms, _ARMS)):
        found = next((plain[word] for word in words if word in plain), None)
        if role not in columns and not there and found is not None:
            columns[role] = found


def _read(
    folder: Path,
    layout: Layout,
    columns: dict[str, Any],
    header: Sequence[str] | None,
    on_restart: str | None,
) -> Imported:
    """Read all logs; where several columns may be the axis, take the best-known one."""
    try:
        return read(layout.pattern, columns=columns, folder=folder, on_restart=on_restart)
    except ReadError as error:
        if "axis" in columns or "is the axis" not in str(error):
            raise
    plain = {name.lower().rpartition("/")[2]: name for name in header or ()}
    columns["axis"] = next((plain[word] for word in _AXES if word in plain), "index")
    return read(layout.pattern, columns=columns, folder=folder, on_restart=on_restart)


def threshold_of(imported: Imported, better: str) -> float:
    """Propose a threshold: four fifths of the way that the least arm goes, to three digits.

    The way is from the median first to the median last value of an arm's runs.
    """
    table = imported.table[np.isfinite(imported.table[imported.metric])]
    ends = table.groupby(["arm", "seed"], sort=False)[imported.metric].agg(["first", "last"])
    by_arm = ends.groupby("arm", sort=False).median()
    levels = by_arm["first"] + 0.8 * (by_arm["last"] - by_arm["first"])
    level = float(levels.max() if better == "lower" else levels.min())
    return float(f"{level:.3g}")
