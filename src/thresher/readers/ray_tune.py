"""Ray Tune's ``progress.csv`` and ``result.json`` (a record a line), with ``params.json``."""

from collections.abc import Sequence
from dataclasses import replace

from thresher.readers._beside import beside
from thresher.readers._files import LogFile
from thresher.readers._reader import Key, Options, Piece, Reader
from thresher.readers._records import from_records, is_lines, read_lines
from thresher.readers.csv_table import read_table

_AXES = {
    "training_iteration": ("training iteration", "iteration", "iterations"),
    "timesteps_total": ("step", "steps", "timestep", "timesteps", "environment steps"),
    "num_env_steps_sampled_lifetime": ("step", "steps", "environment steps"),
    "time_total_s": ("time", "seconds"),
}


def sniff(file: LogFile) -> int:
    """Its own name among the columns, or in the first record."""
    if "training_iteration" in file.header:
        return 2
    return 3 if is_lines(file) and '"training_iteration"' in "".join(file.lines[:2]) else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one trial."""
    (file,) = files
    wanted = replace(options, keys=options.keys | {f"config/{name}" for name in options.keys})
    if "training_iteration" in file.header:
        piece = read_table(file, wanted, axes=_AXES, blanks=False)
    else:
        records, lines, notes = read_lines(file)
        piece = from_records(file, records, wanted, axes=_AXES, lines=lines)
        piece = replace(piece, notes=notes)
    own: dict[str, Key] = {name.removeprefix("config/"): key for name, key in piece.keys.items()}
    keys, paths = beside(file, ("params.json",), options)
    return [replace(piece, keys={**keys, **own}, beside=paths)]


READER = Reader("ray_tune", "Ray Tune", sniff, read)
