"""Header and delimiter of a table of text, and numbers as loggers write them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """How a table of text is laid out.

    Attributes
    ----------
    header : tuple of str
        Column names, without quotes and spaces around them.
    delimiter : str
        One character; a space stands for any white space.
    skip : int
        Lines before the first row.
    decimal : str
    """

    header: tuple[str, ...]
    delimiter: str
    skip: int
    decimal: str = "."


def layout(lines: Sequence[str]) -> Layout | None:
    """Find header and delimiter in the first lines of a text; None where it is no table."""
    comment, skip = "", 0
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            break
        comment, skip = (line.lstrip()[1:] if line.strip() else comment), skip + 1
    if skip == len(lines):
        return None
    first = lines[skip]
    following = next((line for line in lines[skip + 1 :] if line.strip()), "")
    delimiter = _delimiter(first)
    header = cells(first, delimiter)
    if header and all(_is_number(cell) for cell in header):
        named = cells(comment, _delimiter(comment)) if comment else ()
        if len(named) != len(header):
            return None
        return Layout(named, delimiter, skip)
    row = cells(following, delimiter)
    if len(row) == len(header) + 1:  # R names its rows; others end each row with a delimiter
        header = (*header, "") if row[-1] == "" else ("", *header)
    comma = delimiter == ";" and "." not in following and "," in following
    return Layout(header, delimiter, skip + 1, "," if comma else ".")


def _delimiter(line: str) -> str:
    counts = {mark: line.count(mark) for mark in (",", "\t", ";", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best]:
        return best
    return " " if len(line.split()) > 1 else ","


def cells(line: str, delimiter: str) -> tuple[str, ...]:
    if delimiter == " ":
        return tuple(line.split())
    try:
        row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return ()
    return tuple(cell.strip() for cell in row)


def _is_number(text: str) -> bool:
    return parse_number(text, ".") is not None


def parse_number(text: str, decimal: str) -> float | None:
    """Parse a number as loggers write it; None where it is none."""
    if decimal != ".":
        text = text.replace(decimal, ".")
    if "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None
