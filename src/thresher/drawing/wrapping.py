"""Text broken into lines that fit."""

import re
import textwrap
from collections.abc import Iterator, Sequence

from thresher.drawing.fonts import text_width

LINES = 3
"""A user's label takes so many lines at most."""


def wrap(text: str, width: float, weight: str = "normal") -> str:
    """Break text into lines no wider than `width` inches, after commas where that is enough."""
    return "\n".join(_wrapped(line, width, weight) for line in text.split("\n"))


def _wrapped(text: str, width: float, weight: str) -> str:
    if text_width(text, weight) <= width:
        return text
    rows: list[str] = []
    for phrase in re.split(r"(?<=,) ", text):
        whole = text_width(phrase, weight) <= width
        for glue, part in [(" ", phrase)] if whole else _parts(phrase, width, weight):
            joined = f"{rows[-1]}{glue}{part}" if rows else part
            if rows and text_width(joined, weight) <= width:
                rows[-1] = joined
            else:
                rows.append(part)
    return "\n".join(rows)


def _parts(phrase: str, width: float, weight: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a phrase with what joins them to the one before.

    Words too long for a line come in pieces: after an underscore or the like, where that is enough.
    """
    for word in phrase.split():
        glue = " "
        fits = text_width(word, weight) <= width
        for piece in [word] if fits else re.split(r"(?<=[_\-/.=])", word):
            for part in _pieces(piece, width, weight):
                yield glue, part
                glue = ""


def _pieces(word: str, width: float, weight: str) -> list[str]:
    size = text_width(word, weight)
    if size <= width:
        return [word]
    return textwrap.wrap(word, max(int(len(word) * width / size) - 1, 1))


def fit(text: str, width: float, most: int = LINES) -> str:
    """Wrap text; of more lines than `most`, an ellipsis stands for what is left out in the middle.

    The beginning and the end stay, since long labels often differ at their end.
    """
    wrapped = wrap(text, width)
    kept = len(text)
    while wrapped.count("\n") >= most and kept > 2:
        kept = int(kept * 0.95)
        half = (kept + 1) // 2
        wrapped = wrap(f"{text[:half].rstrip()}…{text[-(kept - half) :].lstrip()}", width)
    return wrapped


def shorten(text: str, width: float) -> str:
    """Fit text into one line of `width` inches."""
    return fit(text, width, 1)


def lines(texts: Sequence[str]) -> int:
    """Count the lines of the longest text."""
    return max((text.count("\n") + 1 for text in texts), default=1)
