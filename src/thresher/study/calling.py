"""How Snakemake was called: what would go wrong without a word."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from thresher.study.reading import StudyError

_VARIABLE = "SNAKEMAKE_PROFILE"


def check_profile(
    arguments: Sequence[str], environment: Mapping[str, str], project: str | Path
) -> None:
    """Refuse a profile of the project that is called by ``--profile``.

    Snakemake would join it with ``profiles/default``, whose lines win, and another project's
    settings could send the jobs elsewhere, or nowhere: they would run on this machine.

    Parameters
    ----------
    arguments : sequence of str
        Snakemake's, without its own name.
    environment : mapping of str to str
        ``SNAKEMAKE_PROFILE`` says the same as ``--profile``.
    project : path
        The folder of the Snakefile.

    Raises
    ------
    StudyError
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--profile", nargs="+", action="extend", default=[])
    named = parser.parse_known_args(list(arguments))[0].profile
    given = "--profile" if named else _VARIABLE
    named = named or environment.get(_VARIABLE, "").split(",")
    for name in filter(None, named):
        if found := _own(name, Path(project, "profiles")):
            raise StudyError(
                f"{given} {name}: is a profile of this workflow, which would be mixed with "
                f"profiles/default; call it by --workflow-profile {found}"
            )


def _own(name: str, profiles: Path) -> str | None:
    """Name a profile of the project as it should be given; None for anybody else's."""
    for place in (Path(name), profiles / name):
        folder = place.parent if place.is_file() else place
        if folder.is_dir() and folder.resolve().parent == profiles.resolve():
            return f"profiles/{folder.resolve().name}"
    return None
