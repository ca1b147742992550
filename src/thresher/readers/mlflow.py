"""MLflow: a file store (``mlruns`` and the folders in it) and a sqlite store, without mlflow."""

import math
import sqlite3
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from thresher.readers._beside import small
from thresher.readers._files import MAX_BYTES, LogFile
from thresher.readers._layout import parse_number
from thresher.readers._problems import NotALogError, ReadError, place
from thresher.readers._reader import Key, Options, Piece, Reader
from thresher.readers._select import axis_column, value_column

_AXES = {
    "step": ("step", "steps", "epoch", "epochs", "iteration", "iterations", "environment steps"),
    "timestamp": ("seconds", "time"),
}
_QUERY = """
    SELECT timestamp, value, step, is_nan FROM metrics
    WHERE run_uuid = ? AND key = ? ORDER BY timestamp, rowid
"""


@dataclass
class _Run:
    """A run of a store: its names, and its metric's rows in the order of their times."""

    keys: dict[str, Key]
    rows: list[tuple[float, float, float, int]] = field(default_factory=list)
    paths: tuple[Path, ...] = ()


def sniff(file: LogFile) -> int:
    """A store's folder, an experiment's or a run's; a sqlite file."""
    if not file.is_folder:
        return 2 if file.head.startswith(b"SQLite format 3\0") else 0
    own = [file.path / "meta.yaml", *sorted(file.path.glob("*/meta.yaml"))[:1]]
    return 2 if any(path.is_file() for path in own) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read all runs of a store that were not deleted."""
    (file,) = files
    logged = sorted(_logged_in_folder(file) if file.is_folder else _logged_in_sqlite(file))
    if not logged:
        raise NotALogError("no run in it has logged a metric")
    metric = value_column(file.shown, logged, options.value)
    axis = axis_column(file.shown, tuple(_AXES), options.axis, options.axis_name, _AXES)
    found = (
        _from_folder(file, metric, options)
        if file.is_folder
        else _from_sqlite(file, metric, options)
    )
    return [_piece(file, run, axis, metric) for run in found if run.rows]


def _piece(file: LogFile, run: _Run, axis: str, metric: str) -> Piece:
    times, values, steps, lines = (np.array(column) for column in zip(*run.rows, strict=True))
    if axis == "timestamp":
        steps = (times - times[0]) / 1000
    name = "seconds" if axis == "timestamp" else axis
    return Piece(
        file,
        steps.astype(float),
        values.astype(float),
        np.ones(len(values), bool),
        name,
        metric,
        run.keys,
        lines.astype(int),
        in_order=False,
        beside=run.paths,
    )


def _stored(file: LogFile) -> Iterator[tuple[dict[str, Any], Path]]:
    """Go through the folders of runs that were not deleted, sorted by when they began."""
    metas = sorted(
        path
        for depth in ("", "*/", "*/*/")
        for path in file.path.glob(f"{depth}meta.yaml")
        if ".trash" not in path.parts
    )
    described = [(small(path), path.parent) for path in metas]
    runs = [
        (meta, folder) for meta, folder in described if isinstance(meta, dict) and "run_id" in meta
    ]
    if not runs:
        raise ReadError(f"{file.shown}: holds no MLflow runs")
    for meta, folder in sorted(runs, key=lambda run: (str(run[0].get("start_time")), run[1])):
        if meta.get("lifecycle_stage") != "deleted":
            yield meta, folder


def _logged_in_folder(file: LogFile) -> set[str]:
    """Name the metrics of a file store's runs: a file each, in folders where names have slashes."""
    return {
        path.relative_to(folder / "metrics").as_posix()
        for _, folder in _stored(file)
        for path in (folder / "metrics").rglob("*")
        if path.is_file()
    }


def _from_folder(file: LogFile, metric: str, options: Options) -> Iterator[_Run]:
    for meta, folder in _stored(file):
        path = _inside(folder / "metrics", metric)
        keys: dict[str, Key] = {"run": str(meta.get("run_name") or meta["run_id"])}
        for name in sorted(options.keys):
            parameter = _inside(folder / "params", name)
            if parameter and parameter.is_file() and parameter.stat().st_size < 65536:
                keys[name] = parameter.read_text(encoding="utf-8", errors="replace").strip()
        if path and path.is_file():
            yield _Run(keys, _lines(file, path, options), (path,))


def _inside(folder: Path, name: str) -> Path | None:
    """Join a name to a folder; None where it would lead out of it."""
    parts = Path(name).parts
    return None if Path(name).is_absolute() or ".." in parts or not parts else folder / name


def _lines(file: LogFile, path: Path, options: Options) -> list[tuple[float, float, float, int]]:
    """Parse a metric's file: time, value and step a line."""
    if path.stat().st_size > MAX_BYTES:
        raise ReadError(f"{path.name}: more than {MAX_BYTES} bytes; split it")
    shown = f"{file.shown}/{path.relative_to(file.path).as_posix()}"
    rows = []
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if not cells:
            continue
        values = [parse_number(cell, ".") for cell in cells]
        if len(values) == 2:
            values.append(0.0)  # a metric without steps, as MLflow once wrote it
        time, value, step = values if len(values) == 3 else (None, None, None)
        if time is None or value is None or step is None:
            raise ReadError(f"{place(shown, number)}: {line[:60]!r} is not time, value and step")
        rows.append((time, value, step, number))
    return sorted(rows, key=lambda row: row[0])


def _logged_in_sqlite(file: LogFile) -> set[str]:
    query = """
        SELECT DISTINCT key FROM metrics JOIN runs USING (run_uuid) WHERE lifecycle_stage = 'active'
    """
    with _opened(file) as store:
        return {str(key) for (key,) in store.execute(query)}


def _from_sqlite(file: LogFile, metric: str, options: Options) -> list[_Run]:
    with _opened(file) as store:
        return [_queried(file, store, run, metric, options.keys) for run in _runs(store)]


@contextmanager
def _opened(file: LogFile) -> Iterator[sqlite3.Connection]:
    """Open a store, read-only."""
    file.size  # noqa: B018  checked before it is opened
    address = f"file:{quote(file.path.resolve().as_posix())}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as store:
            store.execute("PRAGMA trusted_schema = OFF")
            yield store
    except sqlite3.Error as error:
        raise ReadError(f"{file.shown}: is no MLflow store that can be read ({error})") from None


def _runs(store: sqlite3.Connection) -> list[tuple[str, str]]:
    query = """
        SELECT run_uuid, COALESCE(NULLIF(name, ''), run_uuid) FROM runs
        WHERE lifecycle_stage = 'active' ORDER BY start_time, run_uuid
    """
    return [(str(run), str(name)) for run, name in store.execute(query)]


def _queried(
    file: LogFile,
    store: sqlite3.Connection,
    run: tuple[str, str],
    metric: str,
    named: Collection[str],
) -> _Run:
    keys: dict[str, Key] = {"run": run[1]}
    for key, value in store.execute("SELECT key, value FROM params WHERE run_uuid = ?", run[:1]):
        if key in named:
            keys[str(key)] = str(value)
    rows = [
        (_float(file, time), math.nan if is_nan else _value(file, value), _float(file, step), 0)
        for time, value, step, is_nan in store.execute(_QUERY, (run[0], metric))
    ]
    return _Run(keys, rows)


def _value(file: LogFile, value: Any) -> float:
    """Return a value; the largest float is how MLflow's stores write infinity."""
    number = _float(file, value)
    return math.copysign(math.inf, number) if abs(number) == sys.float_info.max else number


def _float(file: LogFile, value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    raise ReadError(f"{file.shown}: table metrics holds {value!r}"[:200] + ", not a number")


READER = Reader("mlflow", "MLflow", sniff, read)
