"""The one way to check, write and read a table: a tidy CSV under ``results/<study>/tables/``."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from thresher.fields import Field, Schema
from thresher.files import atomic, digest, write_text

_DTYPES: Mapping[str, str] = {
    "str": "str",
    "str?": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "float?": "float64",
    "bool": "bool",
    "bool?": "boolean",
}


_WORDS = ("str", "str?", "seed")


class TableError(ValueError):
    """A table that does not have the columns, kinds or values that its schema asks for."""


def check(table: pd.DataFrame, schema: Schema, name: str) -> pd.DataFrame:
    """Return the table with the schema's columns first and their dtypes; factors follow.

    Parameters
    ----------
    table : pandas.DataFrame
        A table without rows may lack columns, too.
    schema : mapping of str to Field
    name : str
        How the error calls the table, such as its path.

    Raises
    ------
    TableError
        If a column is missing, has a missing value it may not have, or can't be converted.
    """
    if table.empty:
        table = table.reindex(columns=[*schema, *(c for c in table if c not in schema)])
    missing = [column for column in schema if column not in table]
    if missing:
        raise TableError(
            f"{name}: column {missing[0]} is missing; has {', '.join(map(str, table))}"
        )
    converted = {label: _converted(table[label], field, name) for label, field in schema.items()}
    factors = [column for column in table if column not in schema]
    return pd.concat([pd.DataFrame(converted), table[factors]], axis=1)


def _converted(values: pd.Series, field: Field, name: str) -> pd.Series:
    if not field.kind.endswith("?") and values.isna().any():
        row = int(values.isna().to_numpy().argmax())
        raise TableError(f"{name}: {values.name} must have a value, but row {row} has none")
    if field.kind == "seed":
        return _seeds(values)
    dtype: Any = _DTYPES.get(field.kind) or _time_dtype(values, field.kind)
    try:
        return values.astype(dtype)
    except (TypeError, ValueError) as error:
        raise TableError(f"{name}: {values.name} must be {field.kind}: {error}") from None


def _seeds(values: pd.Series) -> pd.Series:
    """Return seeds as integers where all of them are written as such, else as words."""
    if pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("int64")
    words = values.astype("str")
    plain = words.str.fullmatch(r"0|[1-9][0-9]{0,17}").all()
    return words.astype("int64") if plain and len(words) else words


def _time_dtype(values: pd.Series, kind: str) -> str:
    """Return an integer type for whole numbers, so that epochs are written as such."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    whole = bool((np.floor(numbers) == numbers)[~np.isnan(numbers)].all())
    return ("Int64" if kind.endswith("?") else "int64") if whole else "float64"


def write_table(table: pd.DataFrame, schema: Schema, path: str | os.PathLike[str]) -> None:
    """Check a table and write it as CSV, unrounded, atomically; its digest is kept beside it.

    Words that a spreadsheet would compute (``=1+1``) get a quote before them, which `read_table`
    takes away.
    """
    checked = check(table, schema, str(path))
    _kept(path).unlink(missing_ok=True)
    guarded = _replaced(checked, _FORMULA, lambda word: f"'{word}")
    with atomic(path) as temporary:
        guarded.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
    write_text(f"{digest(path)}\n", _kept(path))


def _kept(path: str | os.PathLike[str]) -> Path:
    """Name the file that keeps a table's SHA-256, hidden beside it."""
    return Path(path).with_name(f".{Path(path).name}.sha256")


def _verify(path: str | os.PathLike[str]) -> None:
    """Refuse a table that is not what was written: edited by hand, or damaged."""
    if _kept(path).is_file() and _kept(path).read_text("utf-8").strip() != digest(path):
        raise TableError("is not what was written")


# What spreadsheets take for a formula; a quote before it makes it text, and is doubled itself.
_FORMULA, _QUOTED = r"^[=+\-@\t\r']", r"^'[=+\-@\t\r']"


def _replaced(table: pd.DataFrame, pattern: str, by: Callable[[str], str]) -> pd.DataFrame:
    """Replace the words that a pattern matches; numbers and what is missing stay."""
    columns: dict[str, Any] = {}
    for name in map(str, table):
        column = table[name]
        if column.dtype == "str":
            found = column.str.contains(pattern, na=False)
            if found.any():
                columns[name] = column.where(~found, column.map(by, na_action="ignore"))
        elif column.dtype == object:
            columns[name] = column.map(
                lambda value: (
                    by(value) if isinstance(value, str) and re.match(pattern, value) else value
                )
            )
    return table.assign(**columns) if columns else table


def read_table(path: str | os.PathLike[str], schema: Schema) -> pd.DataFrame:
    """Read a table that `write_table` wrote.

    The word ``none`` stays a word; only empty cells are missing.

    Raises
    ------
    TableError
        Naming the file and what to do, if it can't be read or is not such a table.
    """
    text = {c: "str" for c, field in schema.items() if field.kind in _WORDS}
    try:
        _verify(path)
        table = pd.read_csv(Path(path), keep_default_na=False, na_values=[""], dtype=text)
        table = _replaced(table, _QUOTED, lambda word: word[1:])
        lost = [column for column in schema if column not in table]
        if lost:
            raise TableError(f"column {lost[0]} is missing")
        return check(table, schema, str(path))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise TableError(
            f"{path}: can't be used: {reason}; delete it and run again, it is made anew"
        ) from None
