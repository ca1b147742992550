"""``thresher run``: from a study to its report."""

import argparse
import sys

from thresher.command_line._command import DONE, FAILED, STOPPED, Command, add_study


def arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser)
    parser.add_argument(
        "--cores", type=_positive, metavar="N", help="cores to use (all there are, without)"
    )
    parser.add_argument("--open", action="store_true", help="open the report in the browser")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, but was {text}")
    return int(text)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._snakemake import call, command_of
    from thresher.command_line._study import locate, shown
    from thresher.command_line.report import open_report

    place = locate(given.study)
    _ = place.study  # what is wrong with it is said before anything starts
    code, stopped = call(command_of(place, given.cores, given.passed_on), place.folder)
    if stopped:
        print(
            f"stopped; what is finished is kept: thresher run {place.given} goes on with the rest",
            file=sys.stderr,
        )
        return STOPPED
    if code:
        return FAILED
    if place.report.exists():
        print(f"report: {shown(place.report)}")
        if given.open:
            open_report(place.report)
    return DONE


COMMAND = Command(
    help="train, analyse, and write the report; called again, it goes on",
    description="""\
Run a study: train what is not trained yet, analyse, and write results/<name>/ beside the study's
file. Ctrl-C stops it; called again, it goes on. What follows -- goes to Snakemake as it is:
  thresher run my_study -- --workflow-profile slurm --keep-going
""",
    arguments=arguments,
    run=run,
    order=40,
    takes_more=True,
)
