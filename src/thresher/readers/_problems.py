"""What can go wrong with a log, in lines for people."""

from collections.abc import Sequence

SHOWN = 20


class ReadError(ValueError):
    """Logs that can't be read, or that don't say what is asked of them.

    Attributes
    ----------
    problems : tuple of str
        One line each: file, line, column, value and remedy, as far as they are known. The message
        holds the first `SHOWN` of them.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(problems)
        shown = list(problems[:SHOWN])
        if len(problems) > SHOWN:
            shown.append(f"… and {len(problems) - SHOWN} more")
        super().__init__("\n".join(shown))


class ColumnError(ReadError):
    """A column that is not there, or has to be chosen.

    Attributes
    ----------
    columns : tuple of str
        Those that are there.
    """

    def __init__(self, problem: str, columns: Sequence[str]) -> None:
        super().__init__(problem)
        self.columns = tuple(columns)


class NotALogError(Exception):
    """A file that holds no run: it is left out and said so, unless nothing else is there."""


def place(file: str, line: int | None = None, column: str | None = None) -> str:
    """Name a place in a file: ``runs/a.csv, line 7, column val_loss``."""
    parts = [file]
    if line is not None:
        parts.append(f"line {line}")
    if column is not None:
        parts.append(f"column {column}")
    return ", ".join(parts)


def shown(number: float) -> str:
    """Write a number for people: whole ones in full, others with six digits."""
    return f"{number:.0f}" if abs(number) < 1e15 and float(number).is_integer() else f"{number:g}"


def said(number: float) -> str:
    """Write a number in a sentence: ``200,000``; others than whole ones with six digits."""
    whole = abs(number) < 1e15 and float(number).is_integer()
    return f"{number:,.0f}" if whole else f"{number:g}"


def grouped(problems: list[str]) -> list[str]:
    """Say once what is the same of several files."""
    files: dict[str, list[str]] = {}
    for problem in problems:
        file, mark, rest = problem.partition(": ")
        files.setdefault(mark + rest, []).append(file)
    return [
        f"{own[0]}{f' (and {len(own) - 1} more files)' if len(own) > 1 else ''}{rest}"
        for rest, own in files.items()
    ]


def listed(words: list[str] | tuple[str, ...], most: int = 8) -> str:
    """Join words with commas; beyond `most`, count the rest."""
    words = [word if word else "(unnamed)" for word in words]
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"
