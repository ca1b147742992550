"""Where the workflow's files are: the clone's own, or what an installed package carries."""

from pathlib import Path

PACKAGE = Path(__file__).parent
_CARRIED = PACKAGE / "_project"


def in_clone() -> bool:
    """Say whether this package is the one in a clone's ``src``, as in an editable installation."""
    return PACKAGE.parent.name == "src" and (PACKAGE.parents[1] / "Snakefile").is_file()


def root() -> Path:
    """Return the folder with Snakefile, workflow, scripts, config and profiles.

    Returns
    -------
    path
        Absolute. The clone's own where there is a clone, so that stale copies are never used;
        otherwise what the wheel carries.
    """
    return PACKAGE.parents[1] if in_clone() else _CARRIED
