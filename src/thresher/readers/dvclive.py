"""DVCLive's ``plots/metrics/**/<metric>.tsv``: a file a metric, its name in the path."""

from collections.abc import Sequence
from dataclasses import replace

from thresher.readers._files import LogFile
from thresher.readers._problems import ReadError
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers.csv_table import read_table

_FOLDER = "plots/metrics/"


def sniff(file: LogFile) -> int:
    """Its folder, and the metric's name as a column."""
    inside = _FOLDER in file.path.as_posix() and file.name.endswith(".tsv")
    return 3 if inside and {"step", file.path.stem} <= set(file.header) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one metric of one run."""
    (file,) = files
    metric = file.path.with_suffix("").as_posix().rpartition(_FOLDER)[2]
    if options.value not in {None, metric, file.path.stem}:
        raise ReadError(
            f"{file.shown}: holds {metric}, not {options.value}; name its file in the pattern, "
            f"or the metric with `columns: {{value: {metric}}}`"
        )
    column = replace(options, value=file.path.stem)
    piece = read_table(file, column, axes={"step": ("step", "steps", "epoch", "epochs")})
    return [replace(piece, value_name=metric)]


READER = Reader("dvclive", "DVCLive", sniff, read)
