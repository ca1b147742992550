"""The one way in which a figure becomes a file: the same bytes every time."""

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from thresher.drawing.fonts import FAMILY, fallbacks, missing
from thresher.drawing.style import STYLE
from thresher.files import atomic

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"
_METADATA: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def save(figure: Figure, path: str | os.PathLike[str]) -> str:
    """Write a figure as SVG, PDF or PNG, by the path's suffix, atomically and reproducibly.

    The ids in an SVG are salted with the file's name, so that several can stand in one page. Its
    text is text, for which a reader's own fonts are taken; in PDF and PNG it is drawn in fonts of
    this machine.

    Returns
    -------
    str
        Letters that no font of this machine has, so that boxes stand for them; none in an SVG.

    Raises
    ------
    ValueError
        If the suffix is another one.
    """
    target = Path(path)
    kind = target.suffix[1:]
    if kind not in _METADATA:
        raise ValueError(f"{path}: the suffix must be .svg, .pdf or .png, but was {target.suffix}")
    settings = {
        **STYLE,
        "svg.hashsalt": f"thresher {target.stem}",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
    }
    buffer = io.BytesIO()
    without = "" if kind == "svg" else _take_fallbacks(figure)
    fonts = _glyphs_alone() if kind == "pdf" else nullcontext()
    with mpl.rc_context(settings), warnings.catch_warnings(), fonts:
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        figure.savefig(buffer, format=kind, metadata=_METADATA[kind], dpi=160)
    content = buffer.getvalue()
    with atomic(target) as temporary:
        temporary.write_bytes(_tidy(content.decode()).encode() if kind == "svg" else content)
    return without


def _take_fallbacks(figure: Figure) -> str:
    """Give text the fonts that it needs; return the letters for which there is none."""
    texts = [text for text in figure.findobj(Text) if missing(text.get_text())]
    families, without = fallbacks(missing("".join(text.get_text() for text in texts)))
    for text in texts:
        text.set_fontfamily([FAMILY, *families])
    return without


@contextmanager
def _glyphs_alone() -> Iterator[None]:
    """Leave out of a PDF's fonts what composes glyphs, which matplotlib has done by then.

    To reduce those tables takes a third of the time of writing a PDF; no reader uses them.
    """
    from fontTools.subset import Options  # as matplotlib does, for a PDF alone

    # The list that fontTools copies for each font; matplotlib takes no other.
    left_out: list[str] = getattr(Options, "_drop_tables_default", [])
    before = list(left_out)
    left_out += [table for table in ("GSUB", "GPOS", "GDEF", "kern") if table not in before]
    try:
        yield
    finally:
        left_out[:] = before


def _tidy(svg: str) -> str:
    """Give text the reader's own font, and coordinates two decimals: half the bytes."""
    svg = svg.replace("'DejaVu Sans'", FONTS).replace("DejaVu Sans", FONTS)
    further = re.compile(r"(?<=\.\d\d)\d+")
    return re.sub(r' d="[^"]*"', lambda match: further.sub("", match[0]), svg)
