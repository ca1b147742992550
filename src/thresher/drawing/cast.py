"""The arms as figures need them: place, name, look and counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from thresher.drawing.palette import Look, look
from thresher.format import arm_label


@dataclass(frozen=True)
class Actor:
    """One arm; `index` is its place in the study and part of the ids of what is drawn for it."""

    index: int
    arm: str
    name: str
    n: int
    censored: int
    diverged: int
    restricted_mean: float
    look: Look

    @property
    def label(self) -> str:
        """Its name with its numbers: ``bilstm sum, n = 32, 2 censored``."""
        return arm_label(self.name, self.n, self.censored, self.diverged)

    @property
    def counts(self) -> str:
        """Its numbers alone: ``n = 32, 2 censored``."""
        return self.label.removeprefix(f"{self.name}, ")

    def gid(self, part: str) -> str:
        """Return the id of a part of it: ``arm-3-line``."""
        return f"arm-{self.index}-{part}"


Cast = Mapping[str, Actor]


def cast(arms: pd.DataFrame, labels: Mapping[str, str] | None = None) -> dict[str, Actor]:
    """List the arms of `tables.ARMS`, in their order, by arm.

    Parameters
    ----------
    arms : pandas.DataFrame
        Columns of `tables.ARMS`.
    labels : mapping of str to str, optional
        What to call an arm, where not by its name.
    """
    names = labels or {}
    columns = ["arm", "n", "censored", "diverged", "restricted_mean"]
    rows = arms[columns].itertuples(index=False, name=None)
    return {
        arm: Actor(i, arm, names.get(arm, arm), int(n), int(lost), int(died), float(mean), look(i))
        for i, (arm, n, lost, died, mean) in enumerate(rows)
    }


def present(actors: Cast, table: pd.DataFrame) -> list[Actor]:
    """List the arms that a table has, in the study's order."""
    found: Iterable[str] = set(table["arm"])
    return [actor for actor in actors.values() if actor.arm in found]
