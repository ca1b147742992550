"""What several parts of the page share: rows of a table, arms that are named with their counts."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from thresher import format as say
from thresher.results import Results

NAMED = 12
"""Arms that a sentence names at most."""


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def soonest(results: Results) -> str:
    """Return the arm with the smallest restricted mean."""
    arms = results.table("arms")
    return str(arms["arm"].iloc[int(arms["restricted_mean"].argmin())])


def numbered(results: Results, counts: Mapping[str, int]) -> str:
    """Name arms with a number each: ``bilstm sum 8 and lstm 2``."""
    parts = [f"{results.label(arm)} {say.count(n)}" for arm, n in counts.items()]
    return say.listed(parts, NAMED)
