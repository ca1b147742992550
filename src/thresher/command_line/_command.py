"""What a command says of itself, as the constant ``COMMAND`` of its file."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130
"""Exit codes."""


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes
    ----------
    help : str
        One line for the list of commands.
    description : str
        What it does, for its own help.
    arguments : callable
        Adds its arguments to a parser.
    run : callable
        Parsed arguments → exit code. It imports what is heavy itself.
    order : int
        Among the commands.
    takes_more : bool
        Whether arguments after ``--`` are passed on; they are in ``passed_on``.
    """

    help: str
    description: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    order: int = 50
    takes_more: bool = False


def add_study(parser: argparse.ArgumentParser, optional: bool = False) -> None:
    """Add the argument that names a study."""
    parser.add_argument(
        "study",
        metavar="STUDY",
        nargs="?" if optional else None,
        default=".",
        help="a study file, or a folder with one" + (" (here, without)" if optional else ""),
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
