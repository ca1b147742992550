"""Which letters the figures' font has, how wide text is, and which fonts this machine has else."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from matplotlib import ft2font
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

SIZE = 8.0
"""Of all text, points."""
FAMILY = "DejaVu Sans"
# An enumeration since matplotlib 3.10.
_NO_HINTING: Any = (
    ft2font.LoadFlags.NO_HINTING
    if hasattr(ft2font, "LoadFlags")
    else getattr(ft2font, "LOAD_NO_HINTING")  # noqa: B009, deprecated, unknown to the types
)
_PLACEHOLDER = "Last Resort"  # matplotlib's own: boxes that name a letter's block


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FAMILY)).get_charmap())


def missing(text: str) -> str:
    """Return the visible letters that the figures' own font lacks, each once, in their order.

    Examples
    --------
    >>> missing("lstm 日本, 日")
    '日本'
    """
    known = _letters()
    found = dict.fromkeys(c for c in text if ord(c) not in known and not _invisible(c))
    return "".join(found)


def _invisible(letter: str) -> bool:
    """Return whether a letter takes no room: marks of direction, joiners, accents, newlines."""
    return unicodedata.category(letter) in ("Cf", "Cc", "Mn", "Me")


@lru_cache(maxsize=8192)
def text_width(text: str, weight: str = "normal") -> float:
    """Measure text at the figures' size, inches; the same on every machine.

    Letters that the figures' font lacks count 1.2 ems, enough for Chinese and for emoji in other
    fonts, and for the boxes that stand for what no font has.
    """
    longest = max(sum(_advance(c, weight) for c in line) for line in text.split("\n"))
    return longest / 72 + 0.02


@cache
def _advance(letter: str, weight: str) -> float:
    """Return how far a letter moves the next one, points."""
    if _invisible(letter):
        return 0.0
    if missing(letter):
        return 1.2 * SIZE
    font = get_font(findfont(FontProperties(family=FAMILY, weight=weight)))
    font.set_size(SIZE, 72)
    return float(font.load_char(ord(letter), flags=_NO_HINTING).linearHoriAdvance) / 65536


def fallbacks(letters: str) -> tuple[list[str], str]:
    """Return families of this machine's fonts that have these letters, and the letters none has.

    Parameters
    ----------
    letters : str
        As `missing` returns them.
    """
    left, families = dict.fromkeys(letters), []
    for family, path in _installed():
        if not left:
            break
        covered = [letter for letter in left if ord(letter) in _charmap(path)]
        if covered:
            families.append(family)
            left = dict.fromkeys(letter for letter in left if letter not in covered)
    return families, "".join(left)


def _installed() -> Iterable[tuple[str, str]]:
    """Yield family and file of this machine's upright fonts, sans-serif ones first, by name."""
    entries = [
        font
        for font in fontManager.ttflist
        if font.style == "normal"
        and font.weight in (400, "normal", "regular", "book")
        and not font.name.startswith((_PLACEHOLDER, FAMILY))
        and Path(font.fname).suffix.lower() in (".ttf", ".otf", ".ttc")
    ]
    for font in sorted(entries, key=lambda font: ("Sans" not in font.name, font.name, font.fname)):
        yield font.name, font.fname


@cache
def _charmap(path: str) -> frozenset[int]:
    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):  # a damaged or bitmap font is as good as none
        return frozenset()
