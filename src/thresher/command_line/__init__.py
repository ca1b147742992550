"""The command ``thresher``: one file here for each of its commands, found by its name.

A command is imported when the program starts, so nothing here imports more than argparse at its
top: ``thresher --help`` has to be there at once.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from thresher import __version__
from thresher.command_line._command import FAILED, STOPPED, WRONG, Command
from thresher.declarations import names

__all__ = ["commands", "main", "parser"]

_ABOUT = "Separates real differences between training configurations from seed luck."
_MORE = """\
A study is a folder with a study.yaml, or such a file. Exit codes: 0 done, 1 runs failed,
2 wrong input, 130 stopped by Ctrl-C. Colours are off where there is no terminal, and by NO_COLOR.
"""


def commands() -> dict[str, Command]:
    """Return every command by its name, in the order in which they are of use."""
    found = {name.rstrip("_"): name for name in names(Path(__file__).parent)}
    loaded = {name: import_module(f"{__name__}.{file}").COMMAND for name, file in found.items()}
    return dict(sorted(loaded.items(), key=lambda item: (item[1].order, item[0])))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command; its texts are the source of docs/command.md."""
    whole = argparse.ArgumentParser(
        prog="thresher",
        description=_ABOUT,
        epilog=_filled(_MORE),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"thresher {__version__}")
    every = whole.add_subparsers(metavar="COMMAND", dest="command")
    for name, command in commands().items():
        own = every.add_parser(
            name,
            help=command.help,
            description=_filled(command.description),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.arguments(own)
        own.set_defaults(called=command.run, takes_more=command.takes_more, passed_on=[])
    return whole


def _filled(text: str) -> str:
    """Fill lines to the terminal; those that are indented stay as they are."""
    import shutil
    import textwrap
    from itertools import groupby

    width = min(shutil.get_terminal_size().columns - 2, 100)
    parts = []
    for indented, lines in groupby(text.splitlines(), key=lambda line: line.startswith(" ")):
        part = "\n".join(lines)
        parts.append(part if indented else textwrap.fill(" ".join(part.split()), width))
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process without.

    Returns
    -------
    int
        The exit code: 0 done, 1 runs failed, 2 wrong input, 130 stopped.
    """
    own, more = _split(sys.argv[1:] if arguments is None else list(arguments))
    whole = parser()
    given = whole.parse_args(own)
    if given.command is None:
        whole.print_help(sys.stderr)
        return WRONG
    if more and not given.takes_more:
        whole.error(f"{given.command} passes nothing on; remove what follows --")
    given.passed_on = more
    try:
        code: int = given.called(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("thresher: stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read the output has enough of it; nothing more is to be said, at exit neither.
        sys.stdout = None
        return FAILED
    except ValueError as error:
        if not _is_about_input(error):
            raise
        print(error, file=sys.stderr)
        return WRONG
    return code


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Divide at the first ``--``: what follows is passed on as it is."""
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


def _is_about_input(error: ValueError) -> bool:
    """Tell whether an error is said in lines for people."""
    from thresher.logs import UserError
    from thresher.study.reading import StudyError

    if isinstance(error, (UserError, StudyError)):
        return True
    readers = sys.modules.get("thresher.readers")
    return readers is not None and isinstance(error, readers.ReadError)
