"""What is printed: columns, lines, JSON; colour only where a person looks at it."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_CODES = {"bold": "1", "red": "31", "green": "32", "dim": "2"}


def coloured(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that shows colours, and none has switched them off."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """Return a text as it is, or, for a terminal, in a style: bold, dim, red, green."""
    if not coloured(stream or sys.stdout):
        return text
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def columns(rows: Iterable[Sequence[object]], head: Sequence[str] = ()) -> list[str]:
    """Lay out rows as aligned columns, numbers to the right.

    Examples
    --------
    >>> print("\\n".join(columns([("a", 1), ("bc", 20)], head=("arm", "runs"))))
    arm  runs
    a       1
    bc     20
    """
    cells = [[str(cell) for cell in row] for row in rows]
    right = [all(_is_number(row[place]) for row in cells) for place in range(_width(cells))]
    cells = [list(head), *cells] if head else cells
    sizes = [max(len(row[place]) for row in cells) for place in range(_width(cells))]
    lines = []
    for row in cells:
        parts = [
            cell.rjust(size) if to_right else cell.ljust(size)
            for cell, size, to_right in zip(row, sizes, right, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    return lines


def _width(cells: list[list[str]]) -> int:
    return len(cells[0]) if cells else 0


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit() or cell in {"-", ""}


def print_json(content: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def size(count: float) -> str:
    """Say a number of bytes.

    Examples
    --------
    >>> size(900), size(2_500_000), size(3.2e9)
    ('900 B', '2.5 MB', '3.2 GB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} B"
