"""The one way in which a figure becomes a file: the same bytes every time."""

import io
import os
import re
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from thresher.drawing.style import STYLE
from thresher.files import atomic

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"
_METADATA: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure as SVG, PDF or PNG, by the path's suffix, atomically and reproducibly.

    The ids in an SVG are salted with the file's name, so that several can stand in one page.

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
    with mpl.rc_context(settings):
        figure.savefig(buffer, format=kind, metadata=_METADATA[kind], dpi=160)
    content = buffer.getvalue()
    with atomic(target) as temporary:
        temporary.write_bytes(_tidy(content.decode()).encode() if kind == "svg" else content)


def _tidy(svg: str) -> str:
    """Give text the reader's own font, and coordinates two decimals: half the bytes."""
    svg = svg.replace("'DejaVu Sans'", FONTS).replace("DejaVu Sans", FONTS)
    shorter = re.compile(r"(\.\d\d)\d+")
    return re.sub(r' d="[^"]*"', lambda match: shorter.sub(r"\1", match[0]), svg)
