"""Keras' `CSVLogger`: epoch first, then the logs by name; ``NA`` where nothing was validated."""

from collections.abc import Sequence

from thresher.readers._files import LogFile
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers.csv_table import read_table


def sniff(file: LogFile) -> int:
    """Epoch, then sorted names, each ``val_`` one with its twin."""
    first, *logs = file.header or ("",)
    validated = [name for name in logs if name.startswith("val_")]
    twins = all(name.removeprefix("val_") in logs for name in validated)
    return 2 if first == "epoch" and validated and twins and logs == sorted(logs) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one log; a training that was resumed with ``append=True`` restarts at epoch 0."""
    (file,) = files
    return [read_table(file, options, axes={"epoch": ("epoch", "epochs")})]


READER = Reader("keras_csvlogger", "Keras CSVLogger", sniff, read)
