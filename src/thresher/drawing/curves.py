"""What figures of the metric along the axis share: raw runs, means with bands, levels."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from thresher.drawing.arms import ArmStyle
from thresher.drawing.keys import BASELINE, THRESHOLD, Level, dashed
from thresher.drawing.palette import GREY
from thresher.format import along, count, measure
from thresher.matrices import Evaluations, rows_of
from thresher.metric import Axis
from thresher.results import Results
from thresher.study.plan import METRIC

RUNS = 32
"""Raw runs drawn for an arm at most."""
ALL_RUNS = 256
"""Raw runs drawn in a figure at most."""
_POINTS, _FEW_POINTS, _FILLED = 61, 31, 1000


def finite_rows(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Keep the rows that have a finite value."""
    return frame[np.isfinite(frame[column].to_numpy(float, na_value=np.nan))]


def chosen_seeds(seeds: Sequence[Any], most: int = RUNS) -> list[Any]:
    """Choose at most so many seeds, evenly."""
    ordered = sorted(seeds)
    place_of = np.linspace(0, len(ordered) - 1, min(len(ordered), most)).round().astype(int)
    return [ordered[i] for i in place_of]


def runs_of(
    evaluations: Evaluations, arm: str, metric: str, most: int = RUNS
) -> Iterator[tuple[Hashable, np.ndarray, np.ndarray]]:
    """Yield seed, times and values of an arm's chosen runs, thinned to what can be seen."""
    rows = rows_of(evaluations, arm, ["time", metric])
    wanted = chosen_seeds(list(rows["seed"].unique()), most)
    finite = finite_rows(rows[rows["seed"].isin(wanted)], metric).sort_values(["seed", "time"])
    for seed, run in finite.groupby("seed"):
        yield seed, *thinned(run["time"].to_numpy(), run[metric].to_numpy(), _POINTS)


def finite_runs(results: Results, arm: str, seeds: Sequence[Any]) -> pd.DataFrame:
    """Return seed, time and metric of an arm's runs of these seeds, where it is finite."""
    name = results.study.metric.name
    return finite_rows(rows_of(results.evaluations, arm, ["time", name], seeds), name)


def thinned(time: np.ndarray, value: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Keep so many points at most, evenly, the first and the last among them."""
    kept = places(len(time), most)
    return time[kept], value[kept]


def places(number: int, most: int) -> np.ndarray:
    """Return so many places of a number of points at most, evenly, the first and the last too."""
    return np.unique(np.linspace(0, number - 1, min(number, most)).astype(int))


def fill(axes: Axes, time: np.ndarray, low: np.ndarray, high: np.ndarray, **style: Any) -> None:
    """Fill between two curves, at so many places at most as can be seen.

    Lines are drawn without what can't be seen by matplotlib itself, areas are not.
    """
    kept = places(len(time), _FILLED)
    axes.fill_between(time[kept], low[kept], high[kept], linewidth=0, **style)


def draw_runs(axes: Axes, results: Results, arm: ArmStyle, arms: int) -> None:
    """Draw single runs as faint lines, ``raw-<arm>-<k>``, behind everything.

    Parameters
    ----------
    axes : Axes
    results : Results
    arm : ArmStyle
    arms : int
        Whose runs are drawn altogether.
    """
    alpha, most = min(0.18, 1.6 / arms), min(RUNS, ALL_RUNS // arms)
    style: dict[str, Any] = {"color": arm.look.colour, "alpha": alpha, "linewidth": 0.5}
    runs = runs_of(results.evaluations, arm.arm, results.study.metric.name, most)
    for k, (_, time, value) in enumerate(runs):
        axes.plot(time, value, gid=f"raw-{arm.index}-{k}", zorder=0.8, **style)


def draw_band(
    axes: Axes, rows: pd.DataFrame, arm: ArmStyle, alpha: float = 0.18, tail: str = ""
) -> None:
    """Draw a mean and, where the table has one, its band.

    A mean that leaves diverged runs out is thin and dotted: it is not the arm's.

    Parameters
    ----------
    axes : Axes
    rows : pandas.DataFrame
        Of the table ``curves`` or ``curve_differences``.
    arm : ArmStyle
    alpha : float
        Of the band.
    tail : str
        Makes the ids unique where an arm is drawn several times.
    """
    rows = rows.sort_values("time")
    time, colour = rows["time"].to_numpy(), arm.look.colour
    lower, upper = (rows[name].to_numpy(float, na_value=np.nan) for name in ("lower", "upper"))
    if np.isfinite(lower).any():
        gid = arm.gid(f"band{tail}")
        fill(axes, time, lower, upper, facecolor=colour, alpha=alpha, gid=gid)
    mean = rows["mean"].to_numpy(float, na_value=np.nan)
    style = dashed(arm.look, is_whole(rows))
    if len(time) == 1:
        style = {**style, "marker": arm.look.marker}
    axes.plot(time, mean, color=colour, gid=arm.gid(f"line{tail}"), **style)


def draw_faint(axes: Axes, rows: pd.DataFrame, arm: ArmStyle) -> None:
    """Draw the mean of an arm that a figure does not tell apart."""
    rows = finite_rows(rows.sort_values("time"), "mean")
    time, mean = thinned(rows["time"].to_numpy(), rows["mean"].to_numpy(float), _FEW_POINTS)
    style: dict[str, Any] = {"color": GREY.colour, "linewidth": 0.6, "alpha": 0.45, "zorder": 0.9}
    axes.plot(time, mean, gid=arm.gid("line"), **style)


def is_whole(rows: pd.DataFrame) -> bool:
    """Return whether a mean is of all runs, none left out because it diverged."""
    return bool((rows["n"] == rows["runs"]).all())


def last_finite(values: pd.Series) -> float:
    """Return the last finite value, NaN where there is none."""
    array = values.to_numpy(float, na_value=np.nan)
    array = array[np.isfinite(array)]
    return float(array[-1]) if len(array) else np.nan


def baseline_of(results: Results) -> float | None:
    """Return the task's position baseline, where the metric is the loss that it belongs to."""
    task = results.study.task
    return task.baseline if task and results.study.metric.name == METRIC else None


def levels_of(results: Results) -> list[Level]:
    """Return the threshold and the position baseline, one line where they are the same."""
    study, baseline = results.study, baseline_of(results)
    threshold, metric = study.endpoint.threshold, study.metric
    if baseline is None:
        name = f"threshold, {measure(threshold, metric)}"
        return [Level("threshold", name, threshold, THRESHOLD)]
    if abs(baseline - threshold) < 1e-3 * abs(threshold):
        name = f"threshold = position baseline, {measure(threshold, metric)}"
        return [Level("threshold", name, threshold, THRESHOLD)]
    return [
        Level("threshold", f"threshold, {measure(threshold, metric)}", threshold, THRESHOLD),
        Level("baseline", f"position baseline, {measure(baseline, metric)}", baseline, BASELINE),
    ]


def first_divergence(results: Results, arm: str) -> float | None:
    """Return the first time at which a run of the arm is not finite; None where all are."""
    events = results.tables["events"]
    times = events.loc[events["arm"] == arm, "diverged_at"].dropna()
    return float(times.min()) if len(times) else None


def at(time: float, axis: Axis) -> str:
    """Say a place on the axis: ``epoch 5``."""
    return f"{axis.name} {along(time, axis)}"


def curve_counts(results: Results, arm: ArmStyle, rows: pd.DataFrame) -> str:
    """Say how many runs a mean curve is made of, and which are left out; beside the arm's name.

    ``n = 32, 2 censored``; ``16 of 32 runs, 2 censored; 16 diverged, from epoch 5, left out``.
    """
    total = int(rows["runs"].max()) if len(rows) else arm.n
    n = int(rows["n"].min()) if len(rows) else 0
    when = first_divergence(results, arm.arm)
    since = "" if when is None else f", from {at(when, results.study.axis)}"
    if not n:
        return f"no mean: all {count(total)} runs diverged{since}" if when else "no mean"
    if n == total:
        return f"n = {count(n)}, {arm.outcomes}"
    lost = f"{count(arm.censored) if arm.censored else 'none'} censored"
    left_out = f"{count(total - n)} diverged{since}, left out"
    return f"mean of {count(n)} of {count(total)} runs, {lost}; {left_out}"
