"""Where the workflow is."""

from pathlib import Path


def root() -> Path:
    """Return the folder that holds Snakefile, workflow/, scripts/, config/ and profiles/."""
    return Path(__file__).parents[2]
