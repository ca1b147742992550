"""The figures that were drawn, as the report takes them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "figures.json"


class GalleryError(ValueError):
    """A folder of figures that is not whole."""


@dataclass(frozen=True)
class Shown:
    """One picture of a figure."""

    name: str
    variant: str
    title: str
    caption: str
    section: str
    order: int
    svg: str


def read_gallery(folder: str | os.PathLike[str]) -> list[Shown]:
    """Read what was drawn into a folder, in the report's order.

    Raises
    ------
    GalleryError
        Naming the file and the remedy, where the manifest or a listed file is missing.
    """
    manifest = Path(folder) / MANIFEST
    remedy = "delete the folder and run again, it is drawn anew"
    try:
        listed = json.loads(manifest.read_text(encoding="utf-8"))
        return [
            Shown(
                svg=(Path(folder) / entry["file"]).read_text(encoding="utf-8"),
                **{key: value for key, value in entry.items() if key != "file"},
            )
            for entry in listed
        ]
    except OSError as error:
        raise GalleryError(f"{error.filename}: is missing; {remedy}") from None
    except (ValueError, KeyError) as error:
        raise GalleryError(f"{manifest}: can't be read: {error}; {remedy}") from None
