"""Where a study's file and its results are: found, named alike from everywhere, told apart."""

import json
import os
from pathlib import Path
from typing import Any

from thresher.study import wording
from thresher.study.names import LONGEST_NAME, names_folder, repeats, unusable
from thresher.study.plan import Study
from thresher.study.reading import StudyError

_ENDINGS = (".yaml", ".yml")
OF_FOLDER = "study"
"""The stem of a study file that has its folder's name."""


def find(path: Any, project: str | Path) -> Path:
    """Find the study file that is meant: from the working folder, or from the project's.

    Raises
    ------
    StudyError
        If it is no file that could hold a study, or its name can't name a folder.
    """
    if not isinstance(path, (str, Path)) or not str(path):
        raise StudyError(
            "config/config.yaml: study must be the path of a study file, such as "
            f"config/studies/smoke.yaml, but was {wording.show(path)}"
        )
    if "\n" in str(path) or unusable(str(path)):
        raise StudyError(f"{str(path)!r}: a path must be of printable characters; rename it")
    places = [Path(path), Path(project, path)]
    file = next((place for place in places if place.exists()), places[0])
    if file.is_dir():
        raise StudyError(f"{path}: is a folder; name a study file in it")
    _check_ending(file, project)
    check_name(file)
    return file


def _check_ending(file: Path, project: str | Path) -> None:
    if file.suffix not in _ENDINGS:
        candidates = [file.with_name(f"{file.name}.yaml"), Path("config/studies", f"{file}.yaml")]
        meant = [place for place in candidates if place.exists() or Path(project, place).exists()]
        remedy = f"did you mean {meant[0]}?" if meant else "name such a file"
        raise StudyError(f"{file}: a study file ends in .yaml; {remedy}")


def check_name(file: Path) -> None:
    """Refuse a study file whose name for the study could be no folder's.

    Raises
    ------
    StudyError
    """
    name = name_of(file)
    what = "its folder" if name != file.stem else "it"
    if repeats(name):
        raise StudyError(
            f"{file}: the study's name, {wording.show(name)!r}, names a folder, and Snakemake "
            f"can't have one that ends in twenty repetitions; rename {what}"
        )
    if not names_folder(name):
        raise StudyError(
            f"{file}: the study's name, {wording.show(name)!r}, names a folder: it must begin "
            "with a letter or digit, hold only letters, digits, '_', '-' and '.', and at most "
            f"{LONGEST_NAME} of them; rename {what}"
        )


def name_of(file: Path) -> str:
    """Return a study's name: its file's stem, or for a file ``study.yaml`` its folder's name."""
    return file.parent.resolve().name if file.stem == OF_FOLDER else file.stem


def shown(file: Path, project: str | Path) -> str:
    """Name a study file alike however it was named: from the working folder or the project's.

    Returns
    -------
    str
        With ``/`` on every system; absolute where the file is in neither folder.
    """
    whole = file.parent.resolve() / file.name
    for folder in (Path.cwd(), Path(project)):
        if whole.is_relative_to(folder.resolve()):
            return whole.relative_to(folder.resolve()).as_posix()
    return whole.as_posix()


def beside(file: Path) -> str:
    """Name a study file's folder alike however it was named: from the working folder, if inside."""
    folder = file.parent.resolve()
    inside = folder.is_relative_to(Path.cwd().resolve())
    return (folder.relative_to(Path.cwd().resolve()) if inside else folder).as_posix()


def folder_of(study: Study, project: str | Path) -> str:
    """Return the folder of a study's file, absolute: what the files that it names are beside."""
    places = [Path(study.path), Path(project, study.path)]
    file = next((place for place in places if place.exists()), places[0])
    return str(file.parent.resolve())


def check_results(study: Study) -> None:
    """Refuse to mix the results of two studies of one name, or to go on with half of the figures.

    Snakemake knows a folder of figures as a whole and misses none of its files.

    Raises
    ------
    StudyError
    """
    folder = Path("results", study.name)
    if folder.exists() and not folder.is_dir():
        raise StudyError(
            f"{study.path}: its results would lie in {folder}, which is a file; rename the study"
        )
    if folder.exists() and not os.access(folder, os.W_OK):
        raise StudyError(f"{folder}: can't be written to; mend its rights, or where it is mounted")
    _check_links(folder)
    document = folder / "study.json"
    known = _content(document)
    other = known.get("path") if isinstance(known, dict) else None
    if other not in (None, study.path):
        raise StudyError(
            f"{study.path}: {folder} has the results of {other}, another study of that name; "
            f"rename one of the two files, or, if this one was moved, delete {document}"
        )
    for drawn in (folder / "figures", folder / "phone"):
        _check_drawn(drawn)


def _check_links(folder: Path) -> None:
    """Refuse links to what is outside: nothing is read from, or written to, elsewhere."""
    inside = folder.resolve()
    if folder.is_symlink() and not inside.is_relative_to(folder.parent.resolve()):
        raise StudyError(
            f"{folder}: is a link out of {folder.parent}; make {folder.parent} itself a link"
        )
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                raise StudyError(
                    f"{path}: is a link out of {folder}; put what it names in its place, or make "
                    "results itself a link"
                )


def _check_drawn(folder: Path) -> None:
    listed = _content(folder / "figures.json")
    for entry in listed if isinstance(listed, list) else []:
        file = folder / str(entry.get("file") if isinstance(entry, dict) else "")
        if not file.exists():
            raise StudyError(f"{file}: is missing; delete {folder} and run again, it is drawn anew")


def _content(path: Path) -> Any:
    """Read JSON; None where there is nothing yet, or damage: whoever uses it says so."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
