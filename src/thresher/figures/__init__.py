"""Every figure, discovered by file name: `figures/<name>.py` has `FIGURE`."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from thresher import declarations
from thresher.registry import SECTIONS, Figure

NAMES = declarations.names(Path(__file__).parent)


def load(name: str) -> Figure:
    """Return what `figures/<name>.py` declares."""
    declaration: Figure = import_module(f"{__name__}.{name}").FIGURE
    return declaration


@cache
def every() -> Mapping[str, Figure]:
    """Return all figures by name, in the report's order."""
    found = {name: load(name) for name in NAMES}
    places = list(SECTIONS)
    return dict(
        sorted(found.items(), key=lambda item: (places.index(item[1].section), item[1].order))
    )
