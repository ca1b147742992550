"""Everything that the report reads, loaded once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from thresher.tables import TABLES, read_table


@dataclass(frozen=True)
class Inputs:
    """The inputs of one report.

    Attributes
    ----------
    settings : mapping
        What `Study.report_settings` gave.
    tables : mapping of str to pandas.DataFrame
        By name, with every column of its schema; empty where the study has no such table.
    csv : mapping of str to bytes
        The files of the tables that exist, byte by byte.
    figures, phone : mapping of str to str
        SVG by name, for the figures that exist; `phone` has them one column wide.
    runs : tuple of mapping
        One `*.run.json` for each block; empty for imported traces.
    canary : mapping or None
        The determinism canary; None where none was trained.
    """

    settings: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    csv: Mapping[str, bytes]
    figures: Mapping[str, str]
    phone: Mapping[str, str]
    runs: tuple[Mapping[str, Any], ...]
    canary: Mapping[str, Any] | None

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """The labels of the arms, in the study's order."""
        return tuple(arm["label"] for arm in self.settings["arms"])

    @property
    def threshold(self) -> float:
        """The study's threshold (nats)."""
        return float(self.settings["endpoint"]["threshold"])

    @property
    def alpha(self) -> float:
        """The level of the verdicts."""
        return float(self.settings["analysis"]["alpha"])

    @property
    def budget(self) -> int:
        """The study's budget (epochs)."""
        return int(self.settings["budget"])

    def label(self, arm: str) -> str:
        """Say an arm as the study file wants it said."""
        return str(self.settings["report"]["labels"].get(arm, arm))

    def levels(self) -> list[float]:
        """List the thresholds of the grid (nats), ascending; empty without a grid."""
        return sorted(self.tables["threshold_events"]["threshold"].unique().tolist())


def load(
    settings: str,
    tables: Mapping[str, Path],
    figures: Path,
    phone: Path,
    runs: Sequence[Path],
    canary: Path,
) -> Inputs:
    """Read the files of a report; what is missing is empty, never an error."""
    found = {name: Path(path) for name, path in tables.items() if Path(path).is_file()}
    canary = Path(canary)
    return Inputs(
        settings=json.loads(settings),
        tables={name: read_or_empty(found.get(name), name) for name in TABLES},
        csv={name: found[name].read_bytes() for name in TABLES if name in found},
        figures=_svgs(figures),
        phone=_svgs(phone),
        runs=tuple(json.loads(Path(path).read_text(encoding="utf-8")) for path in runs),
        canary=json.loads(canary.read_text(encoding="utf-8")) if canary.is_file() else None,
    )


def _svgs(folder: Path) -> dict[str, str]:
    return {p.stem: p.read_text(encoding="utf-8") for p in sorted(Path(folder).glob("*.svg"))}


def read_or_empty(path: Path | None, name: str) -> pd.DataFrame:
    """Read a table, or give its columns without a row."""
    if path is None or not path.is_file():
        return pd.DataFrame({column: [] for column in TABLES[name]})
    return read_table(path, name)
