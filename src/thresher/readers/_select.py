"""Which column is the metric, the axis, a name: by what the user says, else by what is known."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from thresher.readers._problems import ColumnError, NotALogError, ReadError, listed

INDEX = "index"
"""The axis that counts a log's own rows from 0."""

_AXES = ("epoch", "step", "global_step", "_step", "iteration", "timestep", "timesteps", "steps")


def value_column(file: str, header: Sequence[str], value: str | None, usual: str = "") -> str:
    """Find the metric's column.

    Parameters
    ----------
    file : str
        For messages.
    header : sequence of str
    value : str or None
        What the user calls it.
    usual : str
        What the format calls its usual one, taken where the user says nothing.

    Raises
    ------
    ReadError
        Naming the columns that are there.
    """
    if value is None and usual and usual in header:
        return usual
    if value is None:
        raise ColumnError(
            f"{file}: which column is the metric? There are {listed(sorted(header))}", header
        )
    if value in header:
        return value
    near = get_close_matches(value, header, n=1)
    guess = f"; did you mean {near[0]}?" if near else f"; there are {listed(sorted(header))}"
    raise ColumnError(f"{file}: has no column {value}{guess} (`columns: {{value: …}}`)", header)


def axis_column(
    file: str,
    header: Sequence[str],
    axis: str | None,
    name: str | None,
    usual: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Find the axis' column, or `INDEX`.

    Parameters
    ----------
    file : str
        For messages.
    header : sequence of str
    axis : str or None
        The column that the user names.
    name : str or None
        The study's axis.
    usual : mapping of str to sequence of str, optional
        The format's own axes and the words that a study may have for each; the first that is
        there is taken where neither user nor study says anything.

    Raises
    ------
    ReadError
        Naming the columns that are there.
    """
    usual = usual or {}
    if axis is not None:
        if axis in header or axis == INDEX:
            return axis
        near = get_close_matches(axis, header, n=1)
        guess = f"did you mean {near[0]}?" if near else f"there are {listed(sorted(header))}"
        raise ReadError(f"{file}: has no column {axis}; {guess} (`columns: {{axis: …}}`)")
    if name is not None and name in header:
        return name
    if name is not None:
        for column, words in usual.items():
            if column in header and name.replace("_", " ").lower() in words:
                return column
        raise ReadError(
            f"{file}: has no column {name} for the axis; there are {listed(sorted(header))}; "
            "name one (`columns: {axis: …}`), or `index` to count rows from 0"
        )
    own = [column for column in usual if column in header][:1]
    known = own or [column for column in _AXES if column in header]
    if len(known) == 1:
        return known[0]
    what = f"{' or '.join(known)}" if known else f"one of {listed(sorted(header))}"
    raise ReadError(
        f"{file}: which column is the axis, {what}? Name it (`columns: {{axis: …}}`), or `index` "
        "to count rows from 0; a table with one row a run is a summary, not a trace"
    )


def is_foreign(header: Sequence[str], value: str | None, axes: Sequence[str | None]) -> bool:
    """Whether a table has neither metric nor axis, so that it is something else."""
    wanted = {value, *axes}
    return not any(name in header for name in wanted if name)


def refuse_foreign(header: Sequence[str], value: str | None, axes: Sequence[str | None]) -> None:
    """Raise `NotALogError` for a table that has neither metric nor axis.

    A summary that the pattern caught is left out; a log that only lacks the metric is an error.
    """
    if value is not None and is_foreign(header, value, axes):
        raise NotALogError(f"it has neither a column {value} nor an axis")
