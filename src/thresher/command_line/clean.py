"""``thresher clean``: remove a study's results, after asking."""

import argparse
import sys
from pathlib import Path

from thresher.command_line._command import DONE, FAILED, Command, add_study


def arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(given: argparse.Namespace) -> int:
    import shutil

    from thresher.command_line._printing import columns, size
    from thresher.command_line._study import locate, shown
    from thresher.logs import UserError

    place = locate(given.study)
    results = place.results
    if not results.is_dir():
        print(f"{shown(results)}: is not there; nothing to remove")
        return DONE
    rows = [(shown(path), size(_bytes(path))) for path in sorted(results.iterdir())]
    print("\n".join(columns(rows)))
    question = f"Remove {shown(results)} ({size(_bytes(results))})? The study file stays."
    if not given.yes:
        if not sys.stdin.isatty():
            raise UserError(f"{question} Say --yes: there is nobody to ask")
        if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
            print("nothing was removed")
            return FAILED
    shutil.rmtree(results)
    print(f"removed {shown(results)}")
    return DONE


def _bytes(path: Path) -> int:
    if path.is_symlink() or path.is_file():
        return path.lstat().st_size
    return sum(inner.lstat().st_size for inner in path.rglob("*") if not inner.is_dir())


COMMAND = Command(
    help="remove a study's results, after asking",
    description="""\
Show what there is of a study's results and what it takes, ask, and remove it. The study file and
the files that it names stay.
""",
    arguments=arguments,
    run=run,
    order=75,
)
