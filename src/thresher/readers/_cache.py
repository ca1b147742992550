"""What unchanged logs said the last time: only changed files are read again."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from thresher.files import atomic, digest
from thresher.readers._files import LogFile
from thresher.readers._reader import Options, Piece

_SCHEMA = pa.schema(
    [
        ("axis", pa.float64()),
        ("value", pa.float64()),
        ("measured", pa.bool_()),
        ("line", pa.int32()),
    ]
)


@dataclass
class Cache:
    """Pieces by the bytes of their logs, kept in one Arrow file.

    Long tables are not kept: they are few, and a change of one is a change of all.

    Attributes
    ----------
    path : Path or None
        None keeps nothing.
    version : str
        What else pieces depend on: the options and the readers' own code.
    """

    path: Path | None
    version: str
    _old: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _rows: pa.Table | None = None
    _new: list[tuple[str, list[Piece]]] = field(default_factory=list)
    _fresh: int = 0

    def get(self, reader: str, group: list[LogFile]) -> list[Piece] | None:
        """Return the pieces of these logs, None where they must be read."""
        if self.path is None or any(file.is_folder for file in group):
            return None
        found = self._old.get(_key(reader, group))
        if found is None or not all(_unchanged(entry["beside"]) for entry in found):
            return None
        pieces = [self._piece(entry, group) for entry in found]
        self._new.append((_key(reader, group), pieces))
        return pieces

    def put(self, reader: str, group: list[LogFile], pieces: list[Piece]) -> None:
        """Keep what was read."""
        self._fresh += 1
        plain = all(isinstance(key, str) for piece in pieces for key in piece.keys.values())
        if self.path is not None and plain and not any(file.is_folder for file in group):
            self._new.append((_key(reader, group), pieces))

    def save(self) -> None:
        """Write what is kept, if anything changed."""
        if self.path is None or (not self._fresh and len(self._new) == len(self._old)):
            return
        index: dict[str, list[dict[str, Any]]] = {}
        with atomic(self.path) as temporary, pa.OSFile(str(temporary), "wb") as sink:
            start = 0
            with ipc.new_file(sink, _SCHEMA) as writer:
                for key, pieces in self._new:
                    index[key] = []
                    for piece in pieces:
                        writer.write_batch(_batch(piece))
                        index[key].append(_entry(piece, start))
                        start += len(piece.axis)
            text = json.dumps({"version": self.version, "index": index}).encode()
            sink.write(text + len(text).to_bytes(8, "little"))

    def _piece(self, entry: dict[str, Any], group: list[LogFile]) -> Piece:
        assert self._rows is not None
        rows = self._rows.slice(entry["start"], entry["length"])
        columns = {name: rows.column(name).to_numpy() for name in _SCHEMA.names}
        lines = columns["line"] if entry["lines"] is None else entry["lines"]
        return Piece(
            next(file for file in group if file.shown == entry["file"]),
            columns["axis"],
            columns["value"],
            columns["measured"],
            entry["axis_name"],
            entry["value_name"],
            entry["keys"],
            lines,
            entry["in_order"],
            tuple(Path(path) for path in entry["beside"]),
            tuple(entry["notes"]),
        )


def opened(path: Path | None, options: Options, format: str | None) -> Cache:
    """Open a cache; one that is missing, damaged or of another version is empty."""
    asked = json.dumps([{**vars(options), "keys": sorted(options.keys)}, format, _code()])
    version = hashlib.sha256(asked.encode()).hexdigest()
    kept = Cache(path, version)
    if path is None or not path.is_file():
        return kept
    try:
        data = pa.memory_map(str(path)).read_buffer()
        size = int.from_bytes(data[-8:].to_pybytes(), "little")
        head = json.loads(data[len(data) - 8 - size : len(data) - 8].to_pybytes())
        if head["version"] == version:
            kept._rows = ipc.open_file(data[: len(data) - 8 - size]).read_all().combine_chunks()
            kept._old = head["index"]
    except (pa.ArrowException, ValueError, LookupError, OSError):
        return Cache(path, version)
    return kept


@cache
def _code() -> str:
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256("".join(digest(file) for file in files).encode()).hexdigest()


def _key(reader: str, group: list[LogFile]) -> str:
    return json.dumps([reader, *([file.shown, file.digest()] for file in group)])


def _unchanged(beside: dict[str, str]) -> bool:
    return all(Path(path).is_file() and digest(path) == own for path, own in beside.items())


def _batch(piece: Piece) -> pa.RecordBatch:
    lines = piece.lines if isinstance(piece.lines, np.ndarray) else np.zeros(len(piece.axis))
    columns = [piece.axis, piece.value, piece.measured, lines]
    arrays = [
        pa.array(column, type=kind.type, from_pandas=False)
        for column, kind in zip(columns, _SCHEMA, strict=True)
    ]
    return pa.record_batch(arrays, schema=_SCHEMA)


def _entry(piece: Piece, start: int) -> dict[str, Any]:
    return {
        "file": piece.file.shown,
        "start": start,
        "length": len(piece.axis),
        "axis_name": piece.axis_name,
        "value_name": piece.value_name,
        "keys": piece.keys,
        "lines": None if isinstance(piece.lines, np.ndarray) else piece.lines,
        "in_order": piece.in_order,
        "beside": {str(path): digest(path) for path in piece.beside},
        "notes": piece.notes,
    }
