"""``my_models.py:gru``: a file of the user's and a name in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from thresher.logs import UserError

_FORM = re.compile(r"(?P<file>.+\.py)(:(?P<name>.*))?", re.DOTALL)


class OwnError(UserError):
    """A file of the user's that can't be used as it is.

    Attributes
    ----------
    problems : tuple of str
        One line each: file, line, what was found, remedy.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Reference:
    """A name in a file of the user's.

    Attributes
    ----------
    path : Path
    shown : str
        The file as the study names it.
    name : str
        Of a function or class; empty for the file as a whole.
    """

    path: Path
    shown: str
    name: str

    def place(self, line: int | None = None) -> str:
        """Return the beginning of a message: ``my_models.py, line 7``."""
        return self.shown if line is None else f"{self.shown}, line {line}"

    def error(self, line: int | None, problem: str) -> OwnError:
        """Return an error with one line."""
        return OwnError(f"{self.place(line)}: {problem}")


def is_own(name: object) -> bool:
    """Tell whether a study's word for a model or a task names a file.

    Examples
    --------
    >>> is_own("my_models.py:gru"), is_own("lstm")
    (True, False)
    """
    return isinstance(name, str) and _FORM.fullmatch(name) is not None


def refer(name: str, folder: str | Path = ".") -> Reference:
    """Read a study's word for an own model or task.

    Parameters
    ----------
    name : str
        ``file.py:name``, or ``file.py`` for a task of functions.
    folder : path
        That of the study file, which the file is relative to.

    Raises
    ------
    OwnError
        Where there is no such file.
    """
    match = _FORM.fullmatch(name)
    if match is None:
        raise OwnError(f"{name}: is no name in a file; write file.py:name")
    file = match["file"]
    path = Path(folder, file)
    if not path.is_file():
        there = sorted(other.name for other in path.parent.glob("*.py"))
        found = near(path.name, there) or (f"there are {', '.join(there[:8])}" if there else "")
        hint = found or "paths are relative to the study file"
        raise OwnError(f"{file}: no such file beside the study; {hint}")
    return Reference(path, file, match["name"] or "")


def near(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest known word was meant; empty where none is near."""
    found = get_close_matches(word, list(known), 1)
    return f"did you mean {found[0]}?" if found else ""
