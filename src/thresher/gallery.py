"""Every figure that a study's results allow, as files; and those files, read again."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thresher import figures
from thresher.drawing.saving import save
from thresher.drawing.style import DOUBLE, SINGLE
from thresher.files import write_text
from thresher.registry import Drawing, Figure
from thresher.results import Results

MANIFEST = "figures.json"
WIDTHS = {"single": SINGLE, "double": DOUBLE}
_REMEDY = "delete that folder and run again, it is made anew"

Path_ = str | os.PathLike[str]


class GalleryError(ValueError):
    """A folder of figures that is not whole; names the file and what to do."""


@dataclass(frozen=True)
class Shown:
    """A picture, ready to be shown.

    Attributes
    ----------
    name : str
        Of its figure: a file of `figures/`.
    variant : str
        Empty for the one that is shown first.
    title, caption : str
    section : str
        A key of `registry.SECTIONS`.
    order : int
        Among what its section shows.
    svg : str
        The whole file.
    """

    name: str
    variant: str
    title: str
    caption: str
    section: str
    order: int
    svg: str


def drawable(results: Results) -> Iterator[tuple[str, Figure]]:
    """Yield the figures whose tables have rows, in the report's order."""
    for name, figure in figures.every().items():
        known = all(need == "evaluations" or need in results.tables for need in figure.needs)
        if known and results.has(*figure.needs):
            yield name, figure


def pictures(results: Results, width: float) -> Iterator[tuple[str, Figure, Drawing]]:
    """Yield every picture of every figure, in the report's order."""
    for name, figure in drawable(results):
        for drawing in figure.draw(results, width):
            yield name, figure, drawing


def file_of(name: str, variant: str) -> str:
    """Name a picture's file."""
    return f"{name}.{variant}.svg" if variant else f"{name}.svg"


def draw_all(results: Results, folder: Path_, width: float = DOUBLE) -> list[str]:
    """Write every picture as SVG, and ``figures.json``, which lists them; return the files' names.

    Parameters
    ----------
    results : Results
    folder : path
    width : float
        Of every figure, inches: `style.DOUBLE` for a page, `style.SINGLE` for a phone.
    """
    listed: list[dict[str, Any]] = []
    captions: dict[str, str] = {}
    for name, figure, drawing in pictures(results, width):
        file = file_of(name, drawing.variant)
        save(drawing.figure, Path(folder) / file)
        if not drawing.caption and name not in captions:
            captions[name] = figure.caption(results)
        listed.append(
            {
                "name": name,
                "variant": drawing.variant,
                "file": file,
                "title": drawing.title or figure.title,
                "caption": drawing.caption or captions[name],
                "section": figure.section,
                "order": figure.order,
            }
        )
    write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", Path(folder) / MANIFEST)
    return [entry["file"] for entry in listed]


def draw_for_paper(results: Results, folder: Path_) -> list[str]:
    """Write the main figures as PDF, one and two columns wide, and return the files' names.

    Files are called ``<name>_single.pdf`` (3.5 inches) and ``<name>_double.pdf`` (7.2 inches). A
    letter that no font of this machine has is named on the standard output.
    """
    written, without = [], ""
    for suffix, width in WIDTHS.items():
        for name, figure in drawable(results):
            if not figure.paper:
                continue
            for drawing in figure.draw(results, width):
                if drawing.variant:
                    break
                file = f"{name}_{suffix}.pdf"
                without += save(drawing.figure, Path(folder) / file)
                written.append(file)
    if without:
        letters = "".join(dict.fromkeys(without))
        print(
            f"{folder}: no font of this machine has {letters}; boxes stand for them in the PDFs. "
            "Install a font that has them, such as Noto Sans, and run again, or set report.labels"
        )
    return written


def read_gallery(folder: Path_) -> list[Shown]:
    """Read what `draw_all` wrote, in the report's order.

    Raises
    ------
    GalleryError
        Naming the file and what to do, if the list or a listed picture is missing or damaged.
    """
    manifest = Path(folder) / MANIFEST
    try:
        listed = json.loads(manifest.read_text(encoding="utf-8"))
        return [_shown(Path(folder), entry) for entry in listed]
    except FileNotFoundError as error:
        raise GalleryError(f"{error.filename}: is missing; {_REMEDY}") from None
    except GalleryError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GalleryError(f"{manifest}: can't be used: {error!r}; {_REMEDY}") from None


def _shown(folder: Path, entry: dict[str, Any]) -> Shown:
    fields = {key: value for key, value in entry.items() if key != "file"}
    path = folder / entry["file"]
    svg = path.read_text(encoding="utf-8")
    if not svg.rstrip().endswith("</svg>"):
        raise GalleryError(f"{path}: is not a whole picture; {_REMEDY}")
    return Shown(**fields, svg=svg)
