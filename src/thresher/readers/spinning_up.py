"""Spinning Up's ``progress.txt``: a table by tabs, with ``config.json`` beside it."""

from collections.abc import Sequence
from dataclasses import replace

from thresher.readers._beside import beside
from thresher.readers._files import LogFile
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers.csv_table import read_table

_AXES = {
    "TotalEnvInteracts": ("totalenvinteracts", "step", "steps", "environment steps", "env steps"),
    "Epoch": ("epoch", "epochs"),
    "Time": ("time", "seconds"),
}


def sniff(file: LogFile) -> int:
    """Its own names in the header."""
    return 3 if {"Epoch", "TotalEnvInteracts"} <= set(file.header) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one log."""
    (file,) = files
    piece = read_table(file, options, usual="AverageEpRet", axes=_AXES)
    keys, paths = beside(file, ("config.json",), options)
    return [replace(piece, keys={**keys, **piece.keys}, beside=paths)]


READER = Reader("spinning_up", "Spinning Up progress.txt", sniff, read)
