"""Links between files of the repository, as links between pages of the site."""

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path

_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_DIAGRAM = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
DRAWN = "![From a study file to a report](data-flow.svg)"
"""What stands for the one diagram, which needs a program from elsewhere to be drawn."""


def without_diagrams(text: str) -> str:
    """Put the picture in the place of the diagram that it shows."""
    return _DIAGRAM.sub(DRAWN, text)


def rewritten(text: str, page: str, own: str, pages: Mapping[str, str], root: Path) -> str:
    """Lead every link to the page that has its target.

    Parameters
    ----------
    text : str
        Markdown.
    page, own : str
        The page on the site, and the file of the repository that it comes from.
    pages : mapping of str to str
        Page → file, for all pages that are not simply files of docs/.
    root : Path
        The repository.

    Returns
    -------
    str
        A link to a file that has no page is its text alone; one that leads nowhere stays as it is,
        so that a strict build stops at it.
    """
    by_file = {file: name for name, file in pages.items()}

    def lead(match: re.Match[str]) -> str:
        shown, target = match[1], match[2]
        path, _, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", target):
            return match[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(own), path))
        there = by_file.get(file)
        if there is None and file.startswith("docs/"):
            there = file.removeprefix("docs/")
        if there is None:
            return shown if (root / file).exists() else match[0]
        relative = posixpath.relpath(there, posixpath.dirname(page) or ".")
        opening = "!" if match[0].startswith("!") else ""
        return f"{opening}[{shown}]({relative}{'#' + anchor if anchor else ''})"

    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [_led(text[end : fence.start()], lead), fence[0]]
        end = fence.end()
    return "".join([*parts, _led(text[end:], lead)])


def _led(text: str, lead: Callable[[re.Match[str]], str]) -> str:
    return _LINK.sub(lead, _IMAGE.sub(lead, text))
