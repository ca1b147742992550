"""Every model that a study may name, discovered by file name: `models/<name>.py` has `MODEL`."""

from importlib import import_module
from pathlib import Path

from thresher import declarations

NAMES = declarations.names(Path(__file__).parent)


def load(name: str) -> declarations.ModelDeclaration:
    """Return what `models/<name>.py` declares.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    if name not in NAMES:
        raise KeyError(f"no model {name!r}; there are {', '.join(NAMES)}")
    declaration: declarations.ModelDeclaration = import_module(f"{__name__}.{name}").MODEL
    return declaration
