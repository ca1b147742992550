"""Three plots as one finds them in a tutorial: one run an arm, and the winner they suggest."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Picture

from thresher.drawing import wording
from thresher.drawing.arms import ArmStyle, arms_of, present
from thresher.drawing.curves import finite_runs
from thresher.drawing.keys import dashed, draw_paragraph, paragraph, paragraph_lines
from thresher.drawing.limits import metric_limits
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT
from thresher.drawing.style import LINE, along_axis, styled, ticks
from thresher.drawing.wrapping import shorten
from thresher.format import metric_title, tick
from thresher.registry import Drawing, Figure
from thresher.results import Results


def caption(results: Results) -> str:
    """Say how the seeds were chosen."""
    shown, total = len(_shown(results)), len(results.tables["arms"])
    return (
        "Three real comparisons of one run an arm, drawn at random; where wrong winners exist, at "
        f"least one of them is shown.{wording.left_out(shown, total, 'arms')} "
        f"{wording.runs(results)}"
    )


def _shown(results: Results) -> list[ArmStyle]:
    """List the arms whose runs are drawn: those that stand out, and the seeds' winners."""
    events = results.tables["events"]
    arms = present(arms_of(results), events)
    winners = seed_winners(events[events["seed"].isin(drawn_seeds(results))])
    return [arm for arm in arms if arm.chosen or arm.arm in winners.values()]


@styled
def single_runs(results: Results, seeds: Sequence[Any], width: float) -> Picture:
    """Draw the metric of one run an arm for each of the seeds.

    Parameters
    ----------
    results : Results
    seeds : sequence
    width : float
        Inches.
    """
    study, arms = results.study, _shown(results)
    name = study.metric.name
    key = paragraph([arm.name for arm in arms], width - 0.1)
    titles = [_title(results, seed) for seed in seeds]
    room = paragraph_lines(key) * LINE + 0.1
    heading = f"{metric_title(study.metric)}, one run an arm"
    figure, panels = grid(titles, heading, study.axis.title, width, 1.7, room)
    finite = {arm.arm: finite_runs(results, arm.arm, seeds) for arm in arms}
    threshold, drawn = study.endpoint.threshold, pd.concat(finite.values())
    limits = metric_limits(drawn.rename(columns={name: "mean"}), [threshold], study.metric)
    for k, (axes, seed) in enumerate(zip(panels, seeds, strict=True)):
        for arm in arms:
            run = finite[arm.arm][finite[arm.arm]["seed"] == seed].sort_values("time")
            style: dict[str, Any] = {"color": arm.look.colour, **dashed(arm.look)}
            style |= {"marker": arm.look.marker} if len(run) == 1 else {}
            gid = arm.gid(f"run-{k}")
            axes.plot(run["time"], run[name], gid=gid, linewidth=1.1, **style)
        axes.axhline(threshold, color=TEXT, linewidth=0.8, linestyle=(0, (6, 2)))
        along_axis(axes, study.endpoint.budget, "")
        axes.set_ylim(*limits)
        ticks(axes, "y", tick)
        axes.grid(axis="y")
    draw_paragraph(figure, key, arms, room - 0.02)
    return figure


def overall_winner(arms: Sequence[ArmStyle]) -> str:
    """Return the arm with the smallest restricted mean over all seeds."""
    return min(arms, key=lambda arm: arm.mean).arm


def seed_winners(events: pd.DataFrame) -> dict[Any, str]:
    """Return, by seed, the arm whose run reaches first; seeds without one, or with a tie, lack."""
    runs = events[events["event"]]
    first = runs[runs["time"] == runs.groupby("seed")["time"].transform("min")]
    alone = first[~first["seed"].duplicated(keep=False)]
    return dict(zip(alone["seed"].tolist(), map(str, alone["arm"]), strict=True))


def _title(results: Results, seed: Any) -> str:
    events, arms = results.tables["events"], arms_of(results)
    own = events[events["seed"] == seed]
    winner = seed_winners(own).get(seed)
    if winner is None:
        none = not own["event"].any()
        return f"seed {seed}: no run gets there" if none else f"seed {seed}: a tie"
    wrong = "" if winner == overall_winner(present(arms, events)) else ", the wrong one"
    return f"seed {seed}: {shorten(arms[winner].name, 1.4)} wins{wrong}"


def drawn_seeds(results: Results) -> list[Any]:
    """Draw up to three seeds at random, at least one with the wrong winner where there is one.

    The same three seeds are drawn every time; only seeds that every arm has.
    """
    events = results.tables["events"]
    arms = present(arms_of(results), events)
    generator = np.random.default_rng(np.random.SeedSequence(results.study.entropy))
    everyone = events.groupby("seed")["arm"].nunique()
    full = sorted(everyone.index[everyone == len(arms)].tolist())
    order = [full[k] for k in generator.permutation(len(full))]
    best, winners = overall_winner(arms), seed_winners(events)
    wrong = [seed for seed in order if winners.get(seed, best) != best]
    chosen = order[:3]
    if wrong and not set(wrong) & set(chosen):
        chosen[-1] = wrong[0]
    return chosen


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield three single-run plots, where there are arms to compare."""
    if len(results.tables["arms"]) < 2:
        return
    seeds = drawn_seeds(results)
    if seeds:
        yield Drawing(single_runs(results, seeds, width))


FIGURE = Figure(
    title="Three single-run comparisons",
    caption=caption,
    section="luck",
    draw=draw,
    needs=("arms", "events", "evaluations"),
    order=20,
)
