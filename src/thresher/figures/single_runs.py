"""Three plots as one finds them in a tutorial: one run an arm, and the winner they suggest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from thresher.drawing.cast import Actor, present
from thresher.drawing.curves import evaluations
from thresher.drawing.labels import KEY, dashed, key
from thresher.drawing.multiples import grid
from thresher.drawing.palette import TEXT
from thresher.drawing.style import (
    DOUBLE,
    LINE,
    epoch_axis,
    styled,
    text_width,
    ticks,
    write,
)
from thresher.figures.inputs import Inputs
from thresher.format import number


@styled
def single_runs(
    traces: pd.DataFrame,
    events: pd.DataFrame,
    actors: Mapping[str, Actor],
    seeds: Sequence[int],
    threshold: float,
    width: float = DOUBLE,
) -> Figure:
    """Draw the held-out loss of one run an arm for each of the seeds.

    Parameters
    ----------
    traces : pandas.DataFrame
        Columns of `tables.TRACE`.
    events : pandas.DataFrame
        Columns of `tables.EVENTS`.
    actors : mapping of str to Actor
    seeds : sequence of int
    threshold : float
        Nats.
    width : float
        Inches.
    """
    arms = present(actors, events)
    best = overall_winner(arms)
    titles = [_title(events, actors, seed, best) for seed in seeds]
    places = _key_places([actor.name for actor in arms], width)
    room = (places[-1][1] + 1) * LINE * 1.2
    heading = "Held-out loss (nats), one run an arm"
    figure, panels = grid(titles, heading, "Training epochs", width, 1.7, room)
    finite = evaluations(traces[traces["seed"].isin(list(seeds))])
    start = finite.loc[finite["epoch"] == finite["epoch"].min(), "eval_loss"].max()
    top = max(float(start) * 1.3 if pd.notna(start) else 0.0, threshold * 1.5)
    for k, (axes, seed) in enumerate(zip(panels, seeds, strict=True)):
        for actor in arms:
            run = finite[(finite["seed"] == seed) & (finite["arm"] == actor.arm)]
            style: dict[str, Any] = {
                "color": actor.look.colour,
                "linewidth": 1.1,
                **dashed(actor.look),
            }
            run = run.sort_values("epoch")
            axes.plot(run["epoch"], run["eval_loss"], gid=actor.gid(f"run-{k}"), **style)
        axes.axhline(threshold, color=TEXT, linewidth=0.8, linestyle=(0, (6, 2)))
        epoch_axis(axes, int(events["budget"].iloc[0]), "")
        axes.set_ylim(0, top)
        ticks(axes, "y", number, 1.3)
        axes.grid(axis="y")
    first = 0.12 + places[-1][1] * LINE
    for actor, (x, line) in zip(arms, places, strict=True):
        key(figure, x, first - line * LINE, actor.look, actor.gid("key"))
        write(figure, x + KEY + 0.05, first - line * LINE, actor.name, gid=actor.gid("label"))
    return figure


def _key_places(names: Sequence[str], width: float) -> list[tuple[float, int]]:
    """Set the key in lines, as words in a paragraph; return x and line of each name."""
    places, x, line = [], 0.1, 0
    for name in names:
        size = KEY + 0.05 + text_width(name) + 0.22
        if x > 0.1 and x + size > width:
            x, line = 0.1, line + 1
        places.append((x, line))
        x += size
    return places


def overall_winner(arms: Sequence[Actor]) -> str:
    """Return the arm with the smallest restricted mean over all seeds."""
    return min(arms, key=lambda actor: actor.restricted_mean).arm


def seed_winner(events: pd.DataFrame, seed: int) -> str | None:
    """Return the arm whose run of this seed reaches first; None without one, or in a tie."""
    runs = events[(events["seed"] == seed) & events["event"]]
    first = runs.loc[runs["time"] == runs["time"].min(), "arm"] if len(runs) else runs["arm"]
    return str(first.iloc[0]) if len(first) == 1 else None


def _title(events: pd.DataFrame, actors: Mapping[str, Actor], seed: int, best: str) -> str:
    winner = seed_winner(events, seed)
    if winner is None:
        none = not events.loc[events["seed"] == seed, "event"].any()
        return f"seed {seed}: no run gets there" if none else f"seed {seed}: a tie"
    wrong = "" if winner == best else ", the wrong one"
    return f"seed {seed}: {actors[winner].name} wins{wrong}"


def drawn_seeds(events: pd.DataFrame, arms: Sequence[Actor], entropy: int) -> list[int]:
    """Draw up to three seeds at random, at least one with the wrong winner where there is one.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of `tables.EVENTS`.
    arms : sequence of Actor
    entropy : int
        The study's; the same three seeds are drawn every time.
    """
    generator = np.random.default_rng(np.random.SeedSequence(entropy))
    everyone = events.groupby("seed")["arm"].nunique()
    full = everyone.index[everyone == len(arms)].to_numpy()
    order = [int(seed) for seed in generator.permutation(np.sort(full))]
    best = overall_winner(arms)
    wrong = [seed for seed in order if seed_winner(events, seed) not in (best, None)]
    chosen = order[:3]
    if wrong and not set(wrong) & set(chosen):
        chosen[-1] = wrong[0]
    return chosen


def drawings(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield three single-run plots, where there are arms to compare and traces."""
    if inputs.traces is None or not inputs.has("events") or len(inputs.actors) < 2:
        return
    events, arms = inputs.tables["events"], list(inputs.actors.values())
    seeds = drawn_seeds(events, arms, inputs.settings["entropy"])
    if seeds:
        yield (
            "single_runs",
            single_runs(
                inputs.traces, events, inputs.actors, seeds, inputs.threshold, inputs.width
            ),
        )
