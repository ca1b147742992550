"""What each factor does over the cells that have both levels, and what two do together."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.fields import STUDY, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.sources import HOLM, INVERSION, SIGN_FLIP

EFFECTS: Schema = {
    **STUDY,
    "factor": Field("str", "", "the factor"),
    "level": Field("str", "", "its level"),
    "base": Field("str", "", "the level that it is compared with: the first in the study file"),
    "cells": Field("int", "", "groups of arms, alike in everything else, that have both levels"),
    "n": Field("int", "seeds", "seeds that all these arms have"),
    "difference": Field("float", "axis", "mean difference of time within the budget"),
    "lower": Field("float?", "axis", "sign-flip lower limit; missing where there is none"),
    "upper": Field("float?", "axis", "sign-flip upper limit; missing where there is none"),
    "p": Field("float", "", "sign-flip p-value"),
    "p_adjusted": Field("float", "", "Holm over all effects and interactions of factors"),
}
TOGETHER: Schema = {
    **EFFECTS,
    "by": Field("str", "", "another factor"),
    "by_level": Field("str", "", "its level"),
    "by_base": Field("str", "", "the level that it is compared with"),
}
MAIN, INTERACTIONS = "factor_effects", "factor_interactions"


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Estimate main effects, and interactions of two factors."""
    from thresher.statistics.factors import Cell, effects

    cells = [
        Cell(arm.label, arm.variant, {name: str(level) for name, level in arm.factors.items()})
        for arm in study.arms
    ]
    events = needed["events"]
    found = effects(
        events,
        cells,
        confidence=study.analysis.confidence,
        flips=study.analysis.flips,
        entropy=study.entropy,
    )
    found.insert(0, "study", events["study"].iloc[0] if len(events) else "")
    alone = found["by"] == ""
    return {
        MAIN: found.loc[alone, list(EFFECTS)].reset_index(drop=True),
        INTERACTIONS: found.loc[~alone, list(TOGETHER)].reset_index(drop=True),
    }


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say what these are, and are not."""
    count = len(results.table(MAIN)) + len(results.table(INTERACTIONS))
    if not count:
        return
    paired = "" if results.study.paired else (
        " Runs are not paired; they are matched by the seeds' numbers here, as any order would do."
    )  # fmt: skip
    adjusted = (
        f"The p-values of all {count} are adjusted together by Holm's method; intervals are each "
        "for itself."
        if count > 1
        else "There is one, so nothing is adjusted."
    )
    yield (
        "contrasts",
        "Factors: each level is compared with the first over all groups of arms that are alike in "
        "everything else, so they answer another question than the planned contrasts, and are "
        f"exploratory beside them. {adjusted}{paired}",
    )


_NUMBERS = (
    ViewColumn("Groups", "cells", "count"),
    ViewColumn("Seeds", "n", "count"),
    ViewColumn("Difference (sign-flip limits)", "difference", "difference", ("lower", "upper")),
    ViewColumn("p", "p", "p"),
    ViewColumn("p, adjusted", "p_adjusted", "p"),
)
ANALYSIS = Analysis(
    title="Factors",
    needs=("events",),
    uses=("arms", "entropy", "analysis"),
    tables={
        MAIN: Table(EFFECTS, "What each level of a factor does, compared with the first."),
        INTERACTIONS: Table(
            TOGETHER, "How much what a level does differs between levels of another factor."
        ),
    },
    compute=compute,
    views=(
        View(
            MAIN,
            "contrasts",
            "What each factor does by itself",
            (
                ViewColumn("Factor", "factor"),
                ViewColumn("Level", "level"),
                ViewColumn("Compared with", "base"),
                *_NUMBERS,
            ),
            order=60,
        ),
        View(
            INTERACTIONS,
            "contrasts",
            "What two factors do together: how much a difference differs",
            (
                ViewColumn("Factor", "factor"),
                ViewColumn("Level", "level"),
                ViewColumn("Compared with", "base"),
                ViewColumn("Other factor", "by"),
                ViewColumn("Its level", "by_level"),
                ViewColumn("Its base", "by_base"),
                *_NUMBERS,
            ),
            order=61,
        ),
    ),
    notes=notes,
    sources=lambda results: (SIGN_FLIP, INVERSION, HOLM) if results.has(MAIN) else (),
)
