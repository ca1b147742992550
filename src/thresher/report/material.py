"""Everything that the report is made of, loaded once."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thresher.gallery import Shown, read_gallery
from thresher.results import Results

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Material:
    """What one report is made of.

    Attributes
    ----------
    results : Results
    csv : mapping of str to bytes
        The files of the tables, byte by byte.
    shown, phone : tuple of Shown
        The figures, for a page and one column wide.
    runs : tuple of mapping
        One ``*.run.json`` for each block; empty for runs that were made elsewhere.
    canary : mapping or None
        The determinism canary; None where none was trained.
    """

    results: Results
    csv: Mapping[str, bytes]
    shown: tuple[Shown, ...] = ()
    phone: tuple[Shown, ...] = ()
    runs: tuple[Facts, ...] = ()
    canary: Facts | None = None

    @property
    def plan(self) -> Facts | None:
        """What `study.fixing.keys` gave when the first block was trained, where that is known."""
        first: Facts = min(self.runs, key=lambda run: str(run.get("finished", "")), default={})
        return first.get("plan")


def load(
    results: Results,
    tables: Mapping[str, str | os.PathLike[str]],
    figures: str | os.PathLike[str],
    phone: str | os.PathLike[str],
    runs: Sequence[str | os.PathLike[str]] = (),
    canary: str | os.PathLike[str] | None = None,
) -> Material:
    """Read the files of a report; one that is missing is an error that names it."""
    return Material(
        results=results,
        csv={name: Path(tables[name]).read_bytes() for name in results.tables},
        shown=tuple(read_gallery(figures)),
        phone=tuple(read_gallery(phone)),
        runs=tuple(_facts(path) for path in runs),
        canary=None if canary is None else _facts(canary),
    )


def _facts(path: str | os.PathLike[str]) -> Facts:
    try:
        found: Facts = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise ValueError(
            f"{path}: can't be used: {reason}; delete it and run again, it is made anew"
        ) from None
    return found
