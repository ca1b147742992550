"""What a program wrote, as a table of one run's trace."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from thresher.command.filling import CommandError
from thresher.readers import ReadError, read


@dataclass(frozen=True)
class TraceFile:
    """Where a program's trace is, and how it is read.

    Attributes
    ----------
    axis, metric : str
        Their names in the study.
    columns : mapping of str to str
        What the program calls them, as ``axis`` and ``value``, where it calls them otherwise.
    file : str
        Where in ``{out}`` the program writes, or a pattern; empty for ``{trace}``.
    format : str or None
        A reader's name; without, the file is recognised.
    budget : float or None
        How far along the axis a run must come; None for any length.
    """

    axis: str = "epoch"
    metric: str = "loss"
    columns: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    format: str | None = None
    budget: float | None = None


def read_trace(about: TraceFile, folder: Path) -> pd.DataFrame:
    """Read the trace of one run.

    Parameters
    ----------
    about : TraceFile
    folder : Path
        What was ``{out}`` for the run.

    Returns
    -------
    pandas.DataFrame
        Columns axis and metric, ascending; NaN is diverged.

    Raises
    ------
    CommandError
        Where there is no trace, or an empty, a short, or an unreadable one.
    """
    pattern = about.file or _written(folder)
    try:
        found = read(
            pattern,
            columns=dict(about.columns),
            format=about.format,
            axis=about.axis,
            metric=about.metric,
            folder=folder,
        )
    except ReadError as error:
        reason = "it is empty" if _is_empty(folder / pattern) else _first(error, folder)
        raise CommandError(f"its trace can't be used: {reason}") from None
    runs = found.table.groupby(["arm", "seed"], sort=False).ngroups
    if runs > 1:
        raise CommandError(f"its trace holds {runs} runs ({pattern}); write one run's, by {{seed}}")
    table = found.table[[about.axis, about.metric]]
    _check_length(table, about)
    return table


def _written(folder: Path) -> str:
    """Return the pattern of what the program wrote at ``{trace}``."""
    trace = folder / "trace"
    if trace.is_dir():
        return "trace/**/*"
    if trace.is_file():
        return "trace"
    # Some libraries add an ending of their own.
    with_ending = sorted(path.name for path in folder.glob("trace.*"))
    if len(with_ending) == 1:
        return with_ending[0]
    listed = ", ".join(sorted(path.name for path in folder.iterdir())[:5])
    there = f"only {listed}" if listed else "nothing"
    raise CommandError(f"it wrote no trace to {{trace}}, {there}")


def _is_empty(path: Path) -> bool:
    """Tell whether a file has nothing beyond a header line."""
    if not path.is_file() or path.stat().st_size > 10_000:
        return False
    return len(path.read_bytes().strip().splitlines()) < 2 and b"[" not in path.read_bytes()


def _check_length(table: pd.DataFrame, about: TraceFile) -> None:
    last, value = (table[name].iloc[-1] for name in (about.axis, about.metric))
    if about.budget is not None and last < about.budget and math.isfinite(value):
        raise CommandError(
            f"its trace is short: it ends at {about.axis} {last:g}, before the budget of "
            f"{about.budget:g}"
        )


def _first(error: ReadError, folder: Path) -> str:
    more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
    return error.problems[0].replace(f" in {folder}", "") + more
