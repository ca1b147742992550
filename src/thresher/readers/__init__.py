"""Any log to one long table: runs that were trained elsewhere, read by the first reader that knows
them. A file beside this one is a reader; adding a format is adding a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from thresher.readers._frame import read_frame
from thresher.readers._imported import Imported, read_files
from thresher.readers._patterns import find
from thresher.readers._problems import ReadError
from thresher.readers._reader import NAMES, Reader, load
from thresher.readers._request import Request, check_columns, checked_arms

__all__ = ["NAMES", "Imported", "ReadError", "Reader", "find", "from_frame", "load", "read"]


def read(
    files: str | Path | Sequence[str | Path],
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    arms: Mapping[str, str | None] | None = None,
    format: str | None = None,
    on_restart: str | None = None,
    axis: str | None = None,
    metric: str | None = None,
    line: str | None = None,
    folder: str | Path | None = None,
    cache: str | Path | None = None,
) -> Imported:
    r"""Read logs into one long table: arm, seed, axis, metric.

    Parameters
    ----------
    files : path pattern, or a sequence of them
        ``runs/{optimizer}/seed_{seed}.csv``: names in braces become columns, ``*`` and ``?`` stay
        within a folder, ``**`` goes through all; ``{seed:int}`` takes digits only.
    columns : mapping, optional
        What stands for what where names differ: ``value`` (the metric), ``axis`` (``index`` counts
        a log's rows from 0), ``arm`` (a name or several), ``seed``, and ``run``, a template for run
        names such as ``{arm}-seed{seed}``.
    arms : mapping of str to str or None, optional
        Old name to new one; several with one new name are grouped, None leaves out, ``*`` stands
        for anything.
    format : str, optional
        A reader's name, one of `NAMES`; without, files are recognised by name and content.
    on_restart : {"keep_last", "continue", "split"}, optional
        Where the axis falls within a run, or several logs are one run: later rows replace what
        they repeat, go on counting, or are a run of their own. Without, that is an error.
    axis : str, optional
        The axis' name in the study and in the result; without, what the logs call it.
    metric : str, optional
        The metric's name in the study and in the result; without, ``columns["value"]``.
    line : str, optional
        For ``format="log_lines"``: a regular expression with named groups, such as
        ``epoch (?P<epoch>\d+).*loss (?P<loss>\S+)``.
    folder : path, optional
        What patterns are relative to; the working directory without.
    cache : path, optional
        A file that keeps what each log said, so that only changed ones are read again; long tables
        are not kept.

    Returns
    -------
    Imported

    Raises
    ------
    ReadError
        One line a problem: file, line, column, value, remedy.

    Examples
    --------
    >>> read("runs/{arm}/seed_{seed}.csv", metric="val_loss").table  # doctest: +SKIP
    """
    columns = dict(columns or {})
    check_columns(columns)
    patterns = [files] if isinstance(files, (str, Path)) else list(files)
    kept = Path(cache) if cache is not None else None
    format = format or ("log_lines" if line else None)
    request = Request(columns, checked_arms(arms), format, on_restart, axis, metric, line, kept)
    root = Path(folder) if folder is not None else Path.cwd()
    return read_files([str(pattern) for pattern in patterns], root, request)


def from_frame(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    arms: Mapping[str, str | None] | None = None,
    on_restart: str | None = None,
    axis: str | None = None,
    metric: str | None = None,
    nan: Literal["diverged", "missing"] | None = None,
) -> Imported:
    """Take a long DataFrame as if it were a log, with the same checks; rows in any order.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row an evaluation.
    columns, arms, on_restart, axis, metric
        See `read`.
    nan : {"diverged", "missing"}, optional
        What a NaN of the metric means, which pandas does not tell; None refuses to guess. `None`
        and `pandas.NA` were not measured, an infinite value diverged.

    Raises
    ------
    ReadError
        See `read`.
    """
    columns = dict(columns or {})
    check_columns(columns)
    if nan not in {None, "diverged", "missing"}:
        raise ReadError(f"nan: must be diverged or missing, but was {nan}")
    return read_frame(
        frame, Request(columns, checked_arms(arms), None, on_restart, axis, metric, None), nan
    )
