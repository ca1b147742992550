"""What is wrong with a study file: a key, what is said of it, and what else that depends on."""

from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str | int, ...]
"""The way to a value: ``("report", "panels", 0, "title")``."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    key : tuple of str or int
        Where; empty for the file as a whole.
    text : str
        What follows the key: ``must be positive, but was -3``.
    needs : tuple of key
        What else was taken for right when this was found.
    """

    key: Key
    text: str
    needs: tuple[Key, ...] = ()

    def __str__(self) -> str:
        """Return the line: the key, dotted, and what is said of it."""
        gap = "" if not self.key or self.text.startswith(":") else " "
        return f"{dotted(self.key)}{gap}{self.text}"

    def follows_from(self, wrong: Iterable[Key]) -> bool:
        """Tell whether it may only follow from values that are known to be wrong.

        So it is where its own key lies under one of these, or where what it needs lies under one
        of these or above it.
        """
        return any(
            _under(self.key, path)
            or any(_under(need, path) or _under(path, need) for need in self.needs)
            for path in wrong
        )


def _under(key: Key, path: Key) -> bool:
    return key[: len(path)] == path


def dotted(key: Key) -> str:
    """Write a key as the manual does.

    Examples
    --------
    >>> dotted(("report", "panels", 0, "title"))
    'report.panels[0].title'
    """
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
