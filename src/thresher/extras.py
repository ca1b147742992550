"""What is not installed with the base package, and how to get it."""

from importlib.util import find_spec

from thresher.logs import UserError


class MissingExtraError(UserError, ImportError):
    """A library of one of the package's extras is needed, but not installed."""


def absent(*modules: str) -> list[str]:
    """Name those of some modules that are not installed, without importing any."""
    return [name for name in modules if not _found(name)]


def require(what: str, *modules: str, extra: str = "train") -> None:
    """Refuse what needs modules that are not installed.

    Parameters
    ----------
    what : str
        What needs them, the beginning of a sentence.
    *modules : str
        Top-level modules.
    extra : str
        The package's extra that brings them.

    Raises
    ------
    MissingExtraError
        In one line, with the command that installs them.
    """
    if missing := absent(*modules):
        raise MissingExtraError(
            f"{what} needs {' and '.join(missing)}, not installed here: "
            f"pip install 'thresher[{extra}]'"
        )


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
