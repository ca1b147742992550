"""``thresher list``: the studies that are here, and how far each is."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from thresher.command_line._command import DONE, Command, add_json

_DEEPEST = 3
_PASSED_OVER = {"results", "node_modules", "__pycache__", "site-packages", "workflow", "profiles"}
_KINDS = ({"task", "variants"}, {"traces"}, {"command", "variants"})


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="here, without")
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._printing import columns, print_json
    from thresher.logs import UserError

    folder = Path(given.folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder; name one with studies")
    found = [_facts(path) for path in _studies(folder)]
    if given.json:
        print_json(found)
    elif not found:
        print(f"no study in {folder}; begin one by thresher init FOLDER")
    else:
        rows = [(one["study"], one["file"], one["state"]) for one in found]
        print("\n".join(columns(rows, ("study", "file", "state"))))
    return DONE


def _studies(folder: Path) -> Iterator[Path]:
    """Yield the files here that look like studies, a few folders deep."""
    for base, inner, files in os.walk(folder):
        depth = len(Path(base).relative_to(folder).parts)
        inner[:] = sorted(
            name
            for name in inner
            if depth < _DEEPEST and name not in _PASSED_OVER and not name.startswith(".")
        )
        for name in sorted(files):
            path = Path(base, name)
            if path.suffix in {".yaml", ".yml"} and _looks_like_one(path):
                yield path


def _looks_like_one(path: Path) -> bool:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    keys = {line.partition(":")[0] for line in lines if line[:1].isalpha()}
    return any(kind <= keys for kind in _KINDS)


def _facts(path: Path) -> dict[str, Any]:
    from dataclasses import asdict

    from thresher.command_line._state import state_of
    from thresher.command_line._study import locate
    from thresher.study import StudyError
    from thresher.study.places import name_of

    try:
        place = locate(str(path))
        state = state_of(place)
    except StudyError as error:
        first = str(error).splitlines()[0].removeprefix(f"{path}: ")
        return {"study": name_of(path), "file": str(path), "state": f"wrong: {first}"}
    return {"study": place.name, "file": str(path), "state": state.words, **asdict(state)}


COMMAND = Command(
    help="the studies here, and how far each is",
    description="List the studies in a folder and those inside it, with what there is of each.",
    arguments=arguments,
    run=run,
    order=70,
)
