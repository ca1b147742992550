"""``thresher check``: everything that is wrong with a study, before anything runs."""

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from thresher.command_line._command import DONE, WRONG, Command, add_json, add_study

if TYPE_CHECKING:
    from thresher.command_line._study import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, optional=True)
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._printing import print_json
    from thresher.study import StudyError

    facts: dict[str, Any] = {}
    try:
        facts = _checked(given.study)
        errors: list[str] = []
    except StudyError as error:
        errors = str(error).splitlines()
    except ValueError as error:
        errors = _lines(error)
    if given.json:
        print_json({"ok": not errors, "errors": errors, **facts})
    elif errors:
        print("\n".join(errors), file=sys.stderr)
    else:
        for warning in facts["warnings"]:
            print(warning, file=sys.stderr)
        print(f"{facts['file']}: right; {facts['summary']}")
    return WRONG if errors else DONE


def _lines(error: ValueError) -> list[str]:
    from thresher.logs import UserError
    from thresher.readers import ReadError

    if isinstance(error, (UserError, ReadError)):
        return str(error).splitlines()
    raise error


def _checked(argument: str) -> dict[str, Any]:
    """Check a study, its own files and its logs; return what it is."""
    from thresher.command_line._study import locate
    from thresher.study import memory, warnings_of
    from thresher.terminal import several

    place = locate(argument)
    study = place.study
    if study.traces:
        facts = check_logs(place)
        summary = f"{several(len(facts.arms), 'arm')}, {several(facts.files, 'file')} read"
        warnings = warnings_of(study)
    else:
        summary = f"{several(len(study.arms), 'arm')}, {several(study.seeds, 'seed')} each"
        counted = _check_own(place)
        warnings = chain(warnings_of(study), memory.warnings_of(study, place.given.parent, counted))
    return {
        "file": str(place.given),
        "study": place.name,
        "summary": summary,
        "warnings": list(warnings),
    }


def check_logs(place: "Place") -> Any:
    """Read the logs that a study names, as its first job would."""
    from thresher.command_line._study import working_in
    from thresher.importing import facts_of, read_source
    from thresher.readers import ReadError
    from thresher.study import complete, in_study

    study = place.study
    assert study.traces is not None
    with working_in(place.folder):
        try:
            facts, _ = facts_of(study, read_source(study.traces, study))
        except ReadError as error:
            raise in_study(str(place.given), error) from None
    complete(study, facts)
    return facts


def _check_own(place: "Place") -> dict[str, int] | None:
    """Try the user's own models and tasks, as the check before training does.

    Returns
    -------
    dict or None
        Parameters of each arm; None where nothing was tried.
    """
    from thresher import own

    study = place.study
    named = [study.task.name if study.task else "", *(arm.model for arm in study.arms)]
    if not any(map(own.is_own, named)):
        return None
    try:
        return _quietly_check([study.specification(arm) for arm in study.arms], place)
    except ModuleNotFoundError as error:
        if error.name not in {"tensorflow", "keras"}:
            raise
        print(
            f"{place.given}: models and tasks of one's own were read, but not tried: {error.name} "
            "is not installed",
            file=sys.stderr,
        )
        return None


def _quietly_check(specifications: Sequence[str], place: "Place") -> dict[str, int]:
    from thresher.logs import redirected

    with redirected(os.devnull):  # what TensorFlow says at import
        from thresher.training.own_check import check_own

        parameters: dict[str, int] = check_own(specifications, place.given.parent)["parameters"]
    return parameters


COMMAND = Command(
    help="every error of a study, one line each; nothing runs",
    description="""\
Check a study file, and the files that it names: models and tasks of one's own are built and tried,
logs are read. Every error is one line: file, key, value and remedy. Nothing is written.
""",
    arguments=arguments,
    run=run,
    order=20,
)
