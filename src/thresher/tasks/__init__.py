"""Every task that a study may name, discovered by file name: `tasks/<name>.py` has `TASK`."""

from importlib import import_module
from pathlib import Path

from thresher import declarations

NAMES = declarations.names(Path(__file__).parent)


def load(name: str) -> declarations.TaskDeclaration:
    """Return what `tasks/<name>.py` declares.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    if name not in NAMES:
        raise KeyError(f"no task {name!r}; there are {', '.join(NAMES)}")
    declaration: declarations.TaskDeclaration = import_module(f"{__name__}.{name}").TASK
    return declaration


def files_of(name: str) -> tuple[str, ...]:
    """Return the options of a task of ours that name files; none for one of the user's own."""
    return load(name).files if name in NAMES else ()
