"""What a study found: its tables and evaluations, as figures, report and notebooks read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from thresher.matrices import Evaluations
from thresher.study.plan import Study


@dataclass(frozen=True)
class Results:
    """A study and its tables.

    Attributes
    ----------
    study : Study
    tables : mapping of str to pandas.DataFrame
        Every table that an analysis gives, by name; without rows where there is nothing to say.
    evaluations : pandas.DataFrame or Stored
        As `matrices.rows_of` takes them, for single runs.
    """

    study: Study
    tables: Mapping[str, pd.DataFrame]
    evaluations: Evaluations = field(repr=False)

    def has(self, *names: str) -> bool:
        """Return whether all these tables (or the evaluations) have rows."""
        return all(
            len(self.evaluations if name == "evaluations" else self.tables[name]) > 0
            for name in names
        )

    def table(self, name: str) -> pd.DataFrame:
        """Return a table."""
        return self.tables[name]

    def label(self, arm: str) -> str:
        """Say an arm as the study file wants it said."""
        return self.study.label(arm)

    @property
    def longest(self) -> float:
        """How far runs are followed at any threshold: to the budget, or beyond it to an end."""
        found = (self.tables[name]["own_time"] for name in ("events", "threshold_events"))
        ends = [float(own.max()) for own in found if len(own)]
        return max([self.study.endpoint.budget, *ends])

    @property
    def against(self) -> str:
        """Name the reference, to follow a caption; empty where all pairs are compared."""
        reference = self.study.contrast_reference
        return f", compared with {self.label(reference)}" if reference else ""

    @property
    def levels(self) -> list[float]:
        """The thresholds of the grid, ascending; empty without one."""
        return sorted(self.tables["threshold_events"]["threshold"].unique().tolist())
