"""What figures of loss against epochs share: raw runs, bands, reference levels."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Transform

from thresher.drawing.cast import Actor
from thresher.drawing.labels import dashed
from thresher.drawing.palette import TEXT
from thresher.drawing.style import LINE, place, text_width
from thresher.format import nats

RUNS = 32
"""Raw runs drawn for an arm at most."""
_POINTS = 61


def evaluations(traces: pd.DataFrame, metric: str = "eval_loss") -> pd.DataFrame:
    """Keep the rows that have a finite value of the metric."""
    return traces[np.isfinite(traces[metric].to_numpy(float))]


def chosen_seeds(seeds: Sequence[int], most: int = RUNS) -> list[int]:
    """Choose at most so many seeds, evenly."""
    ordered = sorted(seeds)
    place_of = np.linspace(0, len(ordered) - 1, min(len(ordered), most)).round().astype(int)
    return [ordered[i] for i in place_of]


def runs_of(
    traces: pd.DataFrame, arm: str, metric: str = "eval_loss"
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield seed, epochs and values of an arm's chosen runs, thinned to what can be seen."""
    rows = traces[traces["arm"] == arm]
    wanted = chosen_seeds(list(rows["seed"].unique()))
    finite = evaluations(rows[rows["seed"].isin(wanted)], metric).sort_values(["seed", "epoch"])
    for seed, run in finite.groupby("seed"):
        epoch, value = run["epoch"].to_numpy(), run[metric].to_numpy()
        kept = np.unique(np.linspace(0, len(epoch) - 1, min(len(epoch), _POINTS)).astype(int))
        yield int(str(seed)), epoch[kept], value[kept]


def draw_runs(axes: Axes, traces: pd.DataFrame, actor: Actor, alpha: float) -> None:
    """Draw single runs as faint lines, ``raw-<arm>-<k>``, behind everything."""
    style: dict[str, Any] = {"color": actor.look.colour, "alpha": alpha, "linewidth": 0.5}
    for k, (_, epoch, value) in enumerate(runs_of(traces, actor.arm)):
        axes.plot(epoch, value, gid=f"raw-{actor.index}-{k}", zorder=0.8, **style)


def draw_band(axes: Axes, rows: pd.DataFrame, actor: Actor, alpha: float = 0.18) -> None:
    """Draw a mean and, where the table has one, its band."""
    rows = rows.sort_values("epoch")
    epoch, colour = rows["epoch"].to_numpy(), actor.look.colour
    lower, upper = (rows[name].to_numpy(float, na_value=np.nan) for name in ("lower", "upper"))
    if np.isfinite(lower).any():
        fill: dict[str, Any] = {"facecolor": colour, "alpha": alpha, "linewidth": 0}
        axes.fill_between(epoch, lower, upper, gid=actor.gid("band"), **fill)
    mean = rows["mean"].to_numpy(float, na_value=np.nan)
    axes.plot(epoch, mean, color=colour, gid=actor.gid("line"), **dashed(actor.look))


def last_finite(values: pd.Series) -> float:
    """Return the last finite value, NaN where there is none."""
    array = values.to_numpy(float, na_value=np.nan)
    array = array[np.isfinite(array)]
    return float(array[-1]) if len(array) else np.nan


def draw_levels(axes: Axes, threshold: float, baseline: float | None) -> None:
    """Draw and name the threshold and the position baseline; last, so that names find room."""
    name = f"threshold, {nats(threshold)}"
    if baseline is not None and abs(baseline - threshold) < 1e-3 * threshold:
        name, baseline = f"threshold = position baseline, {nats(threshold)}", None
    curves = [line for line in axes.lines if not str(line.get_gid()).startswith("raw-")]
    level: dict[str, Any] = {"color": TEXT, "linewidth": 0.9}
    axes.axhline(threshold, gid="threshold", linestyle=(0, (6, 2)), **level)
    if baseline is None:
        _name_level(axes, curves, threshold, name, (True, False))
        return
    above = threshold > baseline
    _name_level(axes, curves, threshold, name, (above,))
    axes.axhline(baseline, gid="baseline", linestyle=(0, (1.5, 1.5)), **level)
    _name_level(axes, curves, baseline, f"position baseline, {nats(baseline)}", (not above,))


def _name_level(
    axes: Axes, curves: Sequence[Line2D], level: float, name: str, sides: Sequence[bool]
) -> None:
    """Write the name above or below its level, at the left or the right, where curves are least."""
    left, bottom, right, top = place(axes)
    wide, high = text_width(name) / (right - left), LINE / (top - bottom)
    to_share = axes.transData + axes.transAxes.inverted()
    points = np.concatenate([np.empty((0, 2)), *(_dense(to_share, line) for line in curves)])
    y = to_share.transform((axes.get_xlim()[0], level))[1]
    found = []
    for above in sides:
        low = y if above else y - high
        inside = (points[:, 1] > low - 0.01) & (points[:, 1] < low + high + 0.01)
        for start in (0.02, max(0.98 - wide, 0.02)):
            met = inside & (points[:, 0] > start - 0.01) & (points[:, 0] < start + wide + 0.01)
            found.append((int(met.sum()), start, above))
    _, start, above = min(found, key=lambda candidate: candidate[0])
    axes.annotate(
        name,
        (start, level),
        xycoords=("axes fraction", "data"),
        xytext=(0, 2 if above else -2),
        textcoords="offset points",
        va="bottom" if above else "top",
        annotation_clip=True,
    )


def _dense(to_share: Transform, line: Line2D) -> np.ndarray:
    """Return points along a curve, evenly in x, as shares of the axes."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    kept = np.isfinite(x) & np.isfinite(y)
    if not kept.any():
        return np.empty((0, 2))
    even = np.linspace(x[kept].min(), x[kept].max(), 200)
    return to_share.transform(np.column_stack([even, np.interp(even, x[kept], y[kept])]))


def loss_limits(
    curves: pd.DataFrame, threshold: float, baseline: float | None
) -> tuple[float, float]:
    """Return limits that show the means and levels; a diverging mean does not set them."""
    mean = curves["mean"].to_numpy(float)
    mean = mean[np.isfinite(mean)]
    levels = [threshold, *([baseline] if baseline else [])]
    if not len(mean):
        return min(levels) / 5, max(levels) * 2
    first = curves.loc[curves["epoch"] == curves["epoch"].min(), "mean"].to_numpy(float)
    start = np.max(first, initial=max(levels), where=np.isfinite(first))
    positive = mean[mean > 0]
    bottom = min([*levels, positive.min() if len(positive) else np.inf]) * 0.8
    return float(bottom), float(min(max(mean.max(), max(levels)) * 1.08, start * 2))
