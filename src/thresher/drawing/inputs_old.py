"""What a study offers to its figures: tables, settings and, for raw runs, traces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from thresher.drawing.cast import Actor, cast
from thresher.drawing.style import DOUBLE


@dataclass(frozen=True)
class Inputs:
    """The input of every figure.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        By the names of `tables.TABLES`; what a study does not have is missing or empty.
    settings : mapping
        The content of `Study.report_settings()`.
    traces : pandas.DataFrame or None
        Columns of `tables.TRACE`.
    width : float
        Of every figure, inches.
    """

    tables: Mapping[str, pd.DataFrame]
    settings: Mapping[str, Any]
    traces: pd.DataFrame | None = field(default=None, repr=False)
    width: float = DOUBLE

    def has(self, *names: str) -> bool:
        """Return whether all these tables have rows."""
        return all(name in self.tables and len(self.tables[name]) > 0 for name in names)

    @cached_property
    def actors(self) -> dict[str, Actor]:
        """The arms, in the study's order."""
        return cast(self.tables["arms"], self.settings["report"]["labels"])

    @property
    def threshold(self) -> float:
        """The threshold, nats."""
        return float(self.settings["endpoint"]["threshold"])

    @property
    def baseline(self) -> float | None:
        """The task's position baseline, nats, or None."""
        return self.settings["task"]["baseline"]

    @property
    def budget(self) -> int:
        """The budget, epochs."""
        return int(self.settings["budget"])

    @property
    def grid(self) -> list[float]:
        """The threshold grid, nats, ascending."""
        return sorted(self.settings["analysis"]["threshold_grid"])
