"""Make a figure fit to stand inside the page: unique ids, the page's colours, fewer bytes."""

import re
from html import escape

_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
# Matplotlib's style element holds one rule for `*`, which would reach the whole page.
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\s(?:width|height|version|role|aria-label)="[^"]*"')
_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)')
_PATH = re.compile(r'(?<= d=")[^"]*')
_DECIMALS = re.compile(r"(\.\d\d)\d+")
_SPACE = re.compile(r"\s*\n\s*")
_INK = re.compile(r"#1a1a1a\b", re.IGNORECASE)


def inline(svg: str, name: str, description: str) -> str:
    """Return the SVG element of a matplotlib figure for use inside HTML.

    Parameters
    ----------
    svg : str
        A whole SVG file.
    name : str
        Prefix of every id, unique in the page.
    description : str
        What a screen reader says of the figure.
    """
    body = _PROLOGUE.sub("", svg, count=1)
    body = _STYLE.sub("", _METADATA.sub("", body))
    body = _REFERENCE.sub(rf"\g<1>{name}--", body)
    body = _PATH.sub(lambda match: _shorter(match[0]), body)
    body = _SPACE.sub("\n", _INK.sub("currentColor", body))
    return _ROOT.sub(lambda match: _root(match[0], description), body, count=1).strip()


def _shorter(path: str) -> str:
    """Round to hundredths of a point, a two-hundredth of a pixel in print."""
    return _SPACE.sub("", _DECIMALS.sub(r"\1", path))


def _root(tag: str, description: str) -> str:
    width = re.search(r'\bwidth="([\d.]+)pt"', tag)
    size = f' style="--width:{float(width[1]):.0f}pt"' if width else ""
    return f'{_SIZE.sub("", tag)[:-1]} role="img" aria-label="{escape(description)}"{size}>'
