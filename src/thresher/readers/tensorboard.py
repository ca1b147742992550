"""TensorBoard event files, through TensorFlow's record reader and event protocol.

Not through `EventAccumulator`, which samples and joins restarts.
"""

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from thresher.readers._files import LogFile
from thresher.readers._problems import NotALogError, ReadError, listed, shown
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers._restarts import CHOICES
from thresher.readers._select import axis_column

_AXES = {
    "step": ("step", "steps", "epoch", "epochs", "iteration", "iterations", "environment steps"),
    "wall_time": ("seconds", "time"),
}


@dataclass
class _Events:
    """One metric's rows in one event file."""

    file: LogFile
    begin: float = 0.0
    steps: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    tags: dict[str, None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def purge(self, step: float) -> int:
        """Drop what a restart of the writer says was lost; return how many rows."""
        keep = [i for i, own in enumerate(self.steps) if own < step]
        lost = len(self.steps) - len(keep)
        for column in (self.steps, self.times, self.values):
            column[:] = [column[i] for i in keep]
        return lost


def sniff(file: LogFile) -> int:
    """Its name, or its first record."""
    return 3 if "tfevents" in file.name or b"brain.Event:" in file.head[:64] else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read the event files of one folder: one run, resumed where a later file starts within."""
    first = files[0]
    axis = axis_column(first.shown, tuple(_AXES), options.axis, options.axis_name, _AXES)
    found = [_read(file, options.value) for file in files]
    found.sort(key=lambda events: (events.begin, events.file.shown))
    having = [events for events in found if events.steps]
    if not having:
        tags = sorted({tag for events in found for tag in events.tags})
        if not tags:
            raise NotALogError("it holds no scalars")
        raise ReadError(
            f"{first.shown}: has no scalar {options.value}; there are {listed(tags)} "
            "(`columns: {value: …}`)"
        )
    notes = _resume(having, options.on_restart)
    steps = np.array([step for events in having for step in events.steps])
    times = np.array([time for events in having for time in events.times])
    values = np.array([value for events in having for value in events.values])
    where = times - times.min() if axis == "wall_time" else steps
    return [
        Piece(
            having[0].file,
            where,
            values,
            np.ones(len(values), bool),
            "seconds" if axis == "wall_time" else axis,
            options.value or next(iter(having[0].tags)),
            {"run": PurePosixPath(first.shown).parent.as_posix()},
            beside=tuple(events.file.path for events in having[1:]),
            notes=(*(note for events in found for note in events.notes), *notes),
        )
    ]


def _resume(having: list[_Events], on_restart: str | None) -> list[str]:
    """Let a later file replace the tail of those before it; refuse two runs in one folder."""
    notes = []
    for i, later in enumerate(having[1:], 1):
        begin, earlier = later.steps[0], having[:i]
        first = min(events.steps[0] for events in earlier if events.steps)
        if begin > first:
            lost = sum(events.purge(begin) for events in earlier)
            notes.append(
                f"{later.file.shown}: resumed at {shown(begin)}; it replaces {lost} values before."
            )
        elif on_restart is None:
            names = listed([earlier[-1].file.shown, later.file.shown])
            raise ReadError(
                f"{names} both start at {shown(min(first, begin))}: if they are two runs, name in "
                f"the pattern what tells them apart; if one was restarted, {CHOICES}"
            )
    having[:] = [events for events in having if events.steps]
    return notes


def _read(file: LogFile, tag: str | None) -> _Events:
    events = _Events(file)
    with _quiet():
        for number, event in enumerate(_records(file, events)):
            if number == 0:
                events.begin = event.wall_time
            if event.HasField("session_log") and event.session_log.status == 1 and event.step:
                lost = events.purge(event.step)
                events.notes.append(
                    f"{file.shown}: restarted at {event.step}; {lost} values before are replaced."
                )
            for value in event.summary.value if event.HasField("summary") else ():
                number_ = _scalar(value)
                if number_ is None:
                    continue
                events.tags.setdefault(value.tag)
                if value.tag == tag:
                    events.steps.append(float(event.step))
                    events.times.append(float(event.wall_time))
                    events.values.append(number_)
    return events


def _records(file: LogFile, events: _Events) -> Iterator[Any]:
    """Give a file's whole events; a file that was cut off gives those before."""
    tensorflow, protocol = _tensorflow(file)
    file.size  # noqa: B018  checked before it is opened
    reader = tensorflow.compat.v1.io.tf_record_iterator(str(file.path))
    count = 0
    while True:
        try:
            record = next(reader)
            event = protocol.Event.FromString(record)
        except StopIteration:
            return
        except (tensorflow.errors.OpError, protocol_error()) as error:
            if count == 0:
                raise ReadError(f"{file.shown}: is no event file that can be read") from error
            events.notes.append(
                f"{file.shown}: cut off or damaged after {count} events; those are used."
            )
            return
        count += 1
        yield event


def _tensorflow(file: LogFile) -> tuple[Any, Any]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import tensorflow
        from tensorflow.core.util import event_pb2
    except ImportError:
        raise ReadError(
            f"{file.shown}: TensorBoard files are read through TensorFlow; "
            "pip install 'thresher[train]', or export a CSV"
        ) from None
    return tensorflow, event_pb2


def protocol_error() -> type[Exception]:
    """Return what the event protocol raises for a damaged record."""
    from google.protobuf.message import DecodeError

    return DecodeError


def _scalar(value: Any) -> float | None:
    """Return a summary's number, in the old form and the new; None for what is no scalar."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or value.metadata.plugin_data.plugin_name not in {"", "scalars"}:
        return None
    from tensorflow import make_ndarray

    array = make_ndarray(value.tensor)
    return float(array) if array.ndim == 0 and array.dtype.kind in "fiub" else None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep deprecation notices of the record reader off the terminal."""
    import logging

    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)


READER = Reader("tensorboard", "TensorBoard event files", sniff, read, together=True)
