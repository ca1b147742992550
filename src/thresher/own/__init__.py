"""Models and tasks of the user's own: a function or class in a file beside the study.

At parse time only the file's text is read: options, loss, and what files it needs. It is run in
jobs.
"""

from pathlib import Path

from thresher.declarations import ModelDeclaration, TaskDeclaration
from thresher.own import outline as _outline
from thresher.own.outline import Outline
from thresher.own.reference import OwnError, is_own, near, refer
from thresher.own.source import digest_files, reach

__all__ = [
    "Outline",
    "OwnError",
    "digest",
    "is_own",
    "load_model",
    "load_task",
    "near",
    "outline_model",
    "outline_task",
]


def outline_model(name: str, folder: str | Path = ".") -> Outline:
    """Read an own model's options from its file, without running it.

    Parameters
    ----------
    name : str
        ``file.py:function``.
    folder : path
        That of the study file.

    Raises
    ------
    OwnError
        One line: file, line, what was found, remedy.
    """
    return _outline.outline_model(refer(name, folder))


def outline_task(name: str, folder: str | Path = ".") -> Outline:
    """Read an own task's options and loss from its file, without running it; see `outline_model`.

    Parameters
    ----------
    name : str
        ``file.py:class``, or ``file.py`` for functions.
    folder : path
    """
    return _outline.outline_task(refer(name, folder))


def digest(name: str, folder: str | Path = ".") -> str:
    """Digest what an own model or task depends on, wherever the project lies.

    That is its file, the modules beside it that it imports, directly or not, and the files that
    a task names in ``files``.
    """
    reference = refer(name, folder)
    path = reference.path.resolve()
    files = reach(path).files
    try:
        data = _outline.outline_task(reference).files
    except OwnError:
        data = ()
    named = tuple(path.parent / file for file in data)
    missing = [file for file, there in zip(data, named, strict=True) if not there.is_file()]
    if missing:
        raise reference.error(None, f"names the file {missing[0]}, which is not there; add it")
    return digest_files((*files, *named), path.parent)


def load_model(name: str, folder: str | Path = ".") -> ModelDeclaration:
    """Run an own model's file and adapt it; its parameters are known by building only.

    Raises
    ------
    OwnError
    """
    from thresher.own.adapting import load_model as load  # numpy is not for parse time

    return load(refer(name, folder))


def load_task(name: str, folder: str | Path = ".") -> TaskDeclaration:
    """Run an own task's file and adapt it.

    Raises
    ------
    OwnError
    """
    from thresher.own.adapting import load_task as load

    return load(refer(name, folder))
