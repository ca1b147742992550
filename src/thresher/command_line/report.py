"""``thresher report``: open what a study found."""

import argparse
import sys
from pathlib import Path

from thresher.command_line._command import DONE, FAILED, Command, add_study


def arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, optional=True)
    parser.add_argument("--path", action="store_true", help="print where it is, and open nothing")


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._study import locate, shown

    place = locate(given.study)
    if not place.report.exists():
        print(
            f"{shown(place.report)}: is not there yet; thresher run {place.given} makes it",
            file=sys.stderr,
        )
        return FAILED
    print(shown(place.report))
    if not given.path:
        open_report(place.report)
    return DONE


def open_report(report: Path) -> None:
    """Open a report in the browser; say so where there is none."""
    import webbrowser

    if not webbrowser.open(report.resolve().as_uri()):
        print("there is no browser to open it; copy the file to where there is one")


COMMAND = Command(
    help="open a study's report in the browser",
    description="Open the report of a study in the browser, and print where it is.",
    arguments=arguments,
    run=run,
    order=60,
)
