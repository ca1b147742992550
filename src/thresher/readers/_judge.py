"""What merged runs say of themselves: refused where they are none, noted where they differ."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from thresher.readers._problems import ReadError, listed, said
from thresher.readers._rows import Rows, bounds_of

_NUMBER = re.compile(r"(\d+)")
_SEEDLIKE = re.compile(r"(seed|run|trial|rep|repeat|replicate|fold|rng)s?[=_\-\s]*$", re.IGNORECASE)


def summarise(rows: Rows, has_seeds: bool) -> pd.DataFrame:
    """Count merged, sorted rows: arm × runs × seeds × first and last step × evaluations.

    Returns
    -------
    pandas.DataFrame
        A row an arm: `arm`, `runs`, `seeds` (0 where runs have none), `first` and `last` (the
        smallest and the largest place on the axis), `last_shortest` (the last place of the run
        that ends first), `evaluations_fewest`, `evaluations_most` (per run), `spacing` (median
        distance between a run's evaluations; NaN for single ones), `diverged` (runs with a value
        that is not finite).
    """
    bounds = bounds_of(rows.run)
    begins, ends = bounds[:-1], bounds[1:]
    run = rows.run[begins]
    runs = pd.DataFrame(
        {
            "arm": rows.run_arm[run],
            "seed": rows.run_seed[run],
            "first": rows.axis[begins],
            "last": rows.axis[ends - 1],
            "evaluations": ends - begins,
            "diverged": np.logical_or.reduceat(np.isnan(rows.value), begins),
        }
    )
    summary = (
        runs.groupby("arm", sort=False)
        .agg(
            runs=("seed", "size"),
            seeds=("seed", "nunique"),
            first=("first", "min"),
            last=("last", "max"),
            last_shortest=("last", "min"),
            evaluations_fewest=("evaluations", "min"),
            evaluations_most=("evaluations", "max"),
            diverged=("diverged", "sum"),
        )
        .reset_index()
    )
    if not has_seeds:
        summary["seeds"] = 0
    for name in ("first", "last", "last_shortest"):
        summary[name] = whole_if_all_are(summary[name].to_numpy())
    summary.insert(8, "spacing", [_spacing(rows, arm) for arm in summary["arm"]])
    summary["arm"] = pd.Series([rows.arm_labels[arm] for arm in summary["arm"]], dtype="str")
    return summary


def whole_if_all_are(steps: np.ndarray) -> np.ndarray:
    """Return places on the axis as int64 where all are whole numbers, else as they are."""
    if np.array_equal(steps, np.floor(steps)) and np.abs(steps).max(initial=0) < 2**53:
        return steps.astype(np.int64)
    return steps


def _spacing(rows: Rows, arm: int) -> float:
    own = rows.run_arm[rows.run] == arm
    gaps = np.diff(rows.axis[own])[np.diff(rows.run[own]) == 0]
    return float(np.median(gaps)) if len(gaps) else float("nan")


def refuse_what_is_no_study(rows: Rows, metric: str, told: bool) -> None:
    """Refuse one-point metrics and arms that are really seeds.

    Parameters
    ----------
    rows : Rows
        Merged.
    metric : str
    told : bool
        Whether the user says which arms there are.

    Raises
    ------
    ReadError
    """
    if not len(rows.run):
        raise ReadError(f"{metric}: nothing was measured in any log; is it the right column?")
    bounds = bounds_of(rows.run)
    if np.diff(bounds).max() == 1:
        file, _ = rows.where(0)
        raise ReadError(
            f"{file}: {metric} has a single value in each run: a result, not a course over time; "
            "name a metric that was logged as training went on"
        )
    question = None if told else arms_or_seeds(rows)
    if question:
        raise ReadError(question)


def arms_or_seeds(rows: Rows) -> str | None:
    """Ask whether arms of one run each are the seeds of fewer arms; None where they are not."""
    arm_of_run = rows.run_arm[rows.run[bounds_of(rows.run)[:-1]]]
    arms = [rows.arm_labels[code] for code in dict.fromkeys(arm_of_run.tolist())]
    if len(arms) < 3 or len(arms) < len(arm_of_run):
        return None
    split = [_NUMBER.split(arm) for arm in arms]
    skeletons = {tuple(parts[::2]) for parts in split}
    if len(skeletons) > 1:
        return None
    varying = [i for i in range(1, len(split[0]), 2) if len({parts[i] for parts in split}) > 1]
    if len(varying) != 1:
        return None
    (at,) = varying
    before = split[0][at - 1]
    values = sorted(int(parts[at]) for parts in split)
    consecutive = values == list(range(values[0], values[0] + len(values)))
    if before.endswith(".") or not (consecutive or _SEEDLIKE.search(before)):
        return None
    field = re.split(r"[,/\s]|__", before.rstrip("=_- "))[-1].strip("_- ") or "the number"
    return (
        f"{len(arms)} configurations of one run each ({listed(arms, 3)}); is `{field}` the seed? "
        "If so, name it in the pattern ({seed}) or with `columns: {seed: …}`; if not, "
        "name the arms with `arms`"
    )


def grid_notes(summary: pd.DataFrame, axis: str) -> list[str]:
    """Say where arms, or runs, were evaluated at other places than others."""
    notes = []
    spacing = summary["spacing"].dropna()
    if len(spacing) > 1 and spacing.max() > spacing.min():
        widest = said(spacing.max())
        shown = [
            f"{arm} every {said(gap)}"
            for arm, gap in zip(summary["arm"], summary["spacing"], strict=True)
        ]
        notes.append(
            f"Arms are evaluated at different places ({listed(shown)}): an event is known only to "
            f"lie between two evaluations; no difference below {widest} ({axis}) is one."
        )
    firsts = summary["first"].to_numpy()
    if len(firsts) > 1 and firsts.min() == 0 and firsts.max() == 1:
        one = summary["arm"][firsts == 1].tolist()
        zero = summary["arm"][firsts == 0].tolist()
        notes.append(
            f"{listed(zero)} start at {axis} 0, {listed(one)} at 1: if both mean the first "
            "evaluation, one of them is a step off."
        )
    return notes


def left_out_notes(left_out: Sequence[tuple[str, str]]) -> list[str]:
    """Say which files were left out, grouped by reason."""
    reasons: dict[str, list[str]] = {}
    for file, reason in left_out:
        reasons.setdefault(reason, []).append(file)
    return [f"Left out: {listed(files)}, because {reason}." for reason, files in reasons.items()]


def twin_notes(digests: dict[str, str], sources: Sequence[str]) -> list[str]:
    """Say which logs are byte for byte the same."""
    twins: dict[str, list[str]] = {}
    for source in sources:
        if source in digests:
            twins.setdefault(digests[source], []).append(source)
    return [
        f"{listed(files)} hold exactly the same bytes; are they different runs?"
        for files in twins.values()
        if len(files) > 1
    ]
