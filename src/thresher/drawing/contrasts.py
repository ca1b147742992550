"""Which contrasts figures with a panel or a row for each show, and what they call them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from thresher.drawing.arms import ArmStyle, arms_of, extremes
from thresher.drawing.wrapping import shorten
from thresher.results import Results

PANELS = 12
"""Contrasts with a panel of their own at most."""
ROWS = 40
"""Rows of a figure at most."""


@dataclass(frozen=True)
class Contrast:
    """An arm, what it is compared with, and its rows of a table.

    Attributes
    ----------
    arm, reference : ArmStyle
    rows : pandas.DataFrame
    one : bool
        Whether all contrasts have the same reference, which need not be named.
    place : int
        Among those shown.
    """

    arm: ArmStyle
    reference: ArmStyle
    rows: pd.DataFrame
    one: bool
    place: int

    @property
    def name(self) -> str:
        """The arm, with what it is compared with where that differs."""
        return self.arm.name if self.one else f"{self.arm.name} − {self.reference.name}"

    @property
    def row(self) -> dict[str, Any]:
        """Its first row, by column."""
        return {str(name): value for name, value in self.rows.iloc[0].items()}

    def gid(self, part: str) -> str:
        """Return the id of a part of it, unique though an arm stands in several contrasts."""
        return self.arm.gid(f"{part}{self.tail}")

    @property
    def tail(self) -> str:
        """What makes ids of an arm in several contrasts unique."""
        return "" if self.one else f"-{self.place}"


def contrasts_of(
    results: Results, table: pd.DataFrame, most: int = PANELS
) -> tuple[list[Contrast], int]:
    """List the contrasts of a table that are shown, in its order, and count all.

    All of up to `most`. Of more: those of arms that stand out, the largest differences first.
    """
    arms = arms_of(results)
    groups = [
        (arms[str(arm)], arms[str(reference)], rows)
        for (arm, reference), rows in table.groupby(["arm", "reference"], sort=False)
    ]
    one = len({reference.arm for _, reference, _ in groups}) == 1
    kept = list(range(len(groups)))
    if len(groups) > most:
        kept = sorted(_kept(results, groups, most))
    shown = [Contrast(*groups[k], one, place) for place, k in enumerate(kept)]
    return shown, len(groups)


def _kept(
    results: Results, groups: Sequence[tuple[ArmStyle, ArmStyle, pd.DataFrame]], most: int
) -> set[int]:
    """Choose groups by their place: from both ends of the differences, arms that stand out first.

    Where several arms are references, the arm that is soonest is the one that the others are seen
    against, as far as there is room.
    """
    difference = [arm.mean - reference.mean for arm, reference, _ in groups]
    ranked = sorted(range(len(groups)), key=lambda k: (difference[k], k))
    standing_out = [k for k in ranked if groups[k][0].chosen and groups[k][1].chosen]
    if len({reference.arm for _, reference, _ in groups}) > 1:
        soonest = min((arm for pair in groups for arm in pair[:2]), key=lambda arm: arm.mean)
        standing_out = [k for k in standing_out if soonest in groups[k][:2]]
    first = extremes(standing_out, most)
    return extremes(ranked, most, sorted(first))


def heading_of(contrasts: Sequence[Contrast]) -> str:
    """Say what is subtracted from what: ``difference to lstm_forward``."""
    if contrasts[0].one:
        return f"difference to {shorten(contrasts[0].reference.name, 2.4)}"
    return "first arm − second"
