"""``thresher cite``: how to cite thresher, and the methods that a study used."""

import argparse

from thresher import __version__
from thresher.command_line._command import DONE, Command, add_json

_TITLE = "thresher: separates real differences between training configurations from seed luck"
_AUTHORS = "The thresher developers"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "study", metavar="STUDY", nargs="?", help="a study that was run, for the methods it used"
    )
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._printing import print_json

    methods = _methods(given.study) if given.study else []
    if given.json:
        found = {"title": _TITLE, "authors": _AUTHORS, "version": __version__}
        print_json({**found, "methods": [{"method": m, "reference": r} for m, r in methods]})
        return DONE
    print(f"{_AUTHORS}. {_TITLE}. Version {__version__}.")
    print(
        f"\n@software{{thresher,\n  title = {{{_TITLE}}},\n  author = {{{{{_AUTHORS}}}}},\n"
        f"  version = {{{__version__}}}\n}}"
    )
    if methods:
        print("\nThe methods that this study used:")
        print("\n".join(f"{method}: {reference}." for method, reference in methods))
    return DONE


def _methods(argument: str) -> list[tuple[str, str]]:
    """Return the methods that a study's results rest on, each with its publication."""
    from thresher import analyses
    from thresher.command_line._study import locate
    from thresher.logs import UserError
    from thresher.report.method import used
    from thresher.stages import read_results
    from thresher.study import read_document
    from thresher.tables import TableError

    place = locate(argument)
    tables = {name: place.results / "tables" / f"{name}.csv" for name in analyses.schemas()}
    try:
        study = read_document(place.results / "study.json")
        results = read_results(study, tables, place.results / "evaluations.parquet")
    except (OSError, ValueError, TableError):
        raise UserError(
            f"{place.given}: its results are not complete; thresher run {place.given} makes them"
        ) from None
    return [(source.method, source.reference) for source in used(results)]


COMMAND = Command(
    help="how to cite, with the methods that a study used",
    description="Print how to cite thresher, and, of a study that was run, the methods it used.",
    arguments=arguments,
    run=run,
    order=80,
)
