"""PyTorch Lightning's `CSVLogger`: training, validation and test rows one after another, with
blanks where a row is another one's."""

from collections.abc import Sequence
from dataclasses import replace

from thresher.readers._beside import beside
from thresher.readers._files import LogFile
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers.csv_table import read_table


def sniff(file: LogFile) -> int:
    """``metrics.csv`` with both epoch and step."""
    return 3 if file.name == "metrics.csv" and {"epoch", "step"} <= set(file.header) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one log: the metric's own rows, at their own steps."""
    (file,) = files
    axes = {"step": ("step", "steps", "global step"), "epoch": ("epoch", "epochs")}
    piece = read_table(file, options, axes=axes, blanks=False)
    keys, paths = beside(file, ("hparams.yaml",), options)
    return [replace(piece, keys={**keys, **piece.keys}, beside=paths)]


READER = Reader("lightning", "PyTorch Lightning metrics.csv", sniff, read)
