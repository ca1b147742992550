"""The study that an argument names: its file, where its results are, what it says."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from thresher.project import root
from thresher.study import Study, StudyError, load
from thresher.study.places import OF_FOLDER, check_name, check_results, name_of

_ENDINGS = ("*.yaml", "*.yml")


@dataclass(frozen=True)
class Place:
    """A study file and where it works.

    Attributes
    ----------
    given : Path
        The file, as people named it.
    folder : Path
        The working folder of its workflow, absolute; ``results/`` is in it.
    file : str
        The file, from there.
    name : str
    """

    given: Path
    folder: Path
    file: str
    name: str

    @property
    def results(self) -> Path:
        """Where its results are, or will be; absolute."""
        return self.folder / "results" / self.name

    @property
    def report(self) -> Path:
        """Its report, whether it is there or not."""
        return self.results / "report.html"

    @cached_property
    def study(self) -> Study:
        """The checked study; `StudyError` where something is wrong with it."""
        load(self.given, root())  # its problems name the file as people do
        with working_in(self.folder):
            study = load(self.file, root())
            check_results(study)
        return study


def locate(argument: str) -> Place:
    """Find the study that an argument names: a file, or a folder with one.

    The results of a study are beside its file; those of a clone's own studies are in the clone,
    where Snakemake has them, too.

    Raises
    ------
    StudyError
        Where there is none, or more than one.
    """
    given = Path(argument)
    if given.is_dir():
        given = _in_folder(given)
    if not given.exists() and not given.suffix:
        raise StudyError(f"{given}: no such study; thresher list names those that are here")
    if not given.is_file():
        load(given, root())  # says what is wrong, and what there is
    check_name(given)
    whole = given.parent.resolve() / given.name
    folder = whole.parent
    if whole.is_relative_to(root() / "config") and (root() / "pyproject.toml").exists():
        folder = root()
    return Place(given, folder, whole.relative_to(folder).as_posix(), name_of(given))


def _in_folder(folder: Path) -> Path:
    usual = folder / f"{OF_FOLDER}.yaml"
    if usual.is_file():
        return usual
    found = sorted(file for ending in _ENDINGS for file in folder.glob(ending))
    if len(found) == 1:
        return found[0]
    if not found:
        raise StudyError(
            f"{folder}: holds no study file; name one, or begin with thresher init FOLDER"
        )
    raise StudyError(f"{folder}: holds {', '.join(map(str, found))}; name one of them")


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in a folder, as the study's workflow does."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def shown(path: Path) -> str:
    """Name a path from the working folder, if it is inside."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
