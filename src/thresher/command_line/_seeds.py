"""What more seeds would cost and buy: the smallest difference that a study can show."""

import math
from dataclasses import dataclass
from itertools import combinations

from thresher.command_line._study import Place
from thresher.study import Study

POWER = 0.80


@dataclass(frozen=True)
class Spread:
    """How far runs of a study lie apart.

    Attributes
    ----------
    deviation : float
        Standard deviation of the difference of two runs: the median over the contrasts; 1 where
        nothing is known yet.
    mean : float or None
        Of the references' times; None where nothing is known yet.
    """

    deviation: float
    mean: float | None


def spread_of(place: Place) -> Spread:
    """Find it in the study's table of events; unknown where there is none."""
    from statistics import fmean, median

    from thresher import analyses
    from thresher.statistics.estimates import runs_by_arm
    from thresher.tables import TableError, read_table

    study = place.study
    try:
        path = place.results / "tables" / "events.csv"
        runs = runs_by_arm(read_table(path, analyses.schemas()["events"]))
    except (OSError, ValueError, TableError):
        return Spread(1.0, None)
    deviations, means = [], []
    for arm, reference in _pairs(study, list(runs)):
        own, its = (runs[name].set_index("seed")["time"].astype(float) for name in (arm, reference))
        if study.paired:
            deviations.append(float((own - its).dropna().std(ddof=1)))
        else:
            deviations.append(math.hypot(float(own.std(ddof=1)), float(its.std(ddof=1))))
        means.append(float(its.mean()))
    known = [one for one in deviations if math.isfinite(one) and one > 0]
    return Spread(median(known), fmean(means)) if known else Spread(1.0, None)


def contrasts_of(study: Study, arms: int) -> int:
    """Count the contrasts of the family."""
    return max(1, arms - 1 if study.contrast_reference else arms * (arms - 1) // 2)


def _pairs(study: Study, arms: list[str]) -> list[tuple[str, str]]:
    reference = study.contrast_reference
    if reference in arms:
        return [(arm, reference) for arm in arms if arm != reference]
    return list(combinations(arms, 2))


def steps(seeds: int, more: int | None) -> list[int]:
    """Return the numbers of seeds that are looked at."""
    if more is not None:
        return [seeds, seeds + more]
    return sorted({seeds, math.ceil(1.5 * seeds), 2 * seeds, 4 * seeds})
