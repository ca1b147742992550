"""JSON lines: a record a line, some of which hold the metric."""

from collections.abc import Sequence
from dataclasses import replace

from thresher.readers._files import LogFile
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers._records import from_records, is_lines, read_lines


def sniff(file: LogFile) -> int:
    """A whole record in the first line, and more after it."""
    return int(is_lines(file))


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one log, or one long table."""
    (file,) = files
    records, lines, notes = read_lines(file)
    return [replace(from_records(file, records, options, lines=lines), notes=notes)]


READER = Reader("json_lines", "JSON lines", sniff, read)
