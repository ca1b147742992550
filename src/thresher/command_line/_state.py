"""What there is of a study's results: which blocks are made, whether there is a report."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thresher.command_line._study import Place
from thresher.study import Study


@dataclass(frozen=True)
class State:
    """What there is.

    Attributes
    ----------
    runs, all_runs : int
        Made, and of the study; 0 for runs that were made elsewhere.
    report : str
        When it was written, as date and time; empty where there is none.
    """

    runs: int
    all_runs: int
    report: str

    @property
    def words(self) -> str:
        """All of it in a few words."""
        if self.report:
            return f"report of {self.report}"
        if self.runs:
            return f"{self.runs} of {self.all_runs} runs made, no report yet"
        return "not run yet"


def state_of(place: Place) -> State:
    """Look at a study's results."""
    study = place.study
    runs = sum(len(study.seeds_of(block)) for _, block in made(place))
    all_runs = 0 if study.traces else study.seeds * len(study.arms)
    report = ""
    if place.report.exists():
        written = datetime.datetime.fromtimestamp(place.report.stat().st_mtime)
        report = written.isoformat(sep=" ", timespec="minutes")
    return State(runs, all_runs, report)


def made(place: Place) -> Iterator[tuple[str, str]]:
    """Yield the path of the arm and the name of each block of the study that is there."""
    for arm, block in blocks(place.study):
        if facts_path(place, arm, block).exists():
            yield arm, block


def blocks(study: Study) -> Iterator[tuple[str, str]]:
    """Yield the path of the arm and the name of each block of a study."""
    for arm in study.arms:
        for block in [] if study.traces else study.blocks():
            yield arm.path, block


def facts_path(place: Place, arm: str, block: str) -> Path:
    """Return the file that says how a block was made."""
    return place.results / "traces" / arm / f"seeds_{block}.run.json"


def facts(place: Place, arm: str, block: str) -> dict[str, Any] | None:
    """Read how a block was made; None where that is not known."""
    try:
        found: dict[str, Any] = json.loads(
            facts_path(place, arm, block).read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return None
    return found
