"""Measure what the luck of a held-out set does to a paired difference, and what its size costs.

    .venv/bin/python benchmarks/held_out_size.py [--sets own one] [--sizes 64 256] [--rounds 10]

Some arms of the default study are trained again and again with other held-out sets, everything
else equal; docs/held-out.md says what is learnt from it. With sets of their own, the variance of
the paired difference of epochs to threshold falls into two parts: between sets of one seed, which
is the sets' luck, and between seeds, which is the rest. With one set for all seeds, part of a
set's luck is common to all of them, which no number of seeds averages out. Prints a table and
writes results/held_out_size.json; everything takes an hour on one core.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from thresher.events import first_sustained_crossing
from thresher.files import write_text
from thresher.study import load
from thresher.training import Block, Streams, Training, train_block
from thresher.training.job import task_and_model

ROOT = Path(__file__).parents[1]
STUDY = str(ROOT / "config" / "studies" / "merge_modes.yaml")
REFERENCE, ARMS = "lstm_forward", ("bilstm mul", "bilstm concat")
SETS = {
    "own": "a set for each seed",
    "independent": "the same, of independent draws",
    "one": "one set for all seeds",
}
SPACINGS, SEEDS, SUSTAIN, TIMED = (5, 10), 32, 3, 3
HEADER = (
    f"{'sets':<12}{'size':>5}{'every':>6}  {'arm':<15}{'mean':>8}{'SD':>7}{'luck SD':>9}"
    f"{'share':>8}{'by half':>9}{'cost':>7}"
)


@dataclass(frozen=True)
class Repeated(Streams):
    """Seeds in rounds of `SEEDS`: each round repeats all draws but those of the held-out sets."""

    one: bool = False

    def data(self, seed: int) -> np.random.Generator:
        return super().data(seed % SEEDS)

    def weights(self, seed: int, *key: int) -> np.ndarray:
        return super().weights(seed % SEEDS, *key)

    def layers(self, seed: int, position: int) -> np.ndarray:
        return super().layers(seed % SEEDS, position)

    def held_out(self, seed: int | None = None) -> np.random.Generator:
        return super().held_out(seed // SEEDS if self.one and seed is not None else seed)


@dataclass(frozen=True)
class Independent:
    """A task whose held-out sets are independent draws, as its batches are."""

    task: Any

    def draw(self, generator: np.random.Generator, n: int) -> Any:
        return self.task.draw(generator, n)

    held_out = draw


def train(arm: Any, study: Any, options: Training, rounds: int, sets: str) -> tuple[Block, float]:
    """Train all rounds; return the traces and the processor time of a run (ms)."""
    task, build = task_and_model(json.loads(study.specification(arm)))
    clocks: list[float] = []

    def report(progress: Any) -> None:
        if progress.done == progress.epochs:
            clocks.append(time.process_time())

    streams = Repeated(study.entropy, study.pairing, arm.label, one=sets == "one")
    source = Independent(task) if sets == "independent" else task
    block = train_block(build, source, range(SEEDS * rounds), options, streams, report)
    return block, 1000 * float(np.diff(clocks).min()) / SEEDS


def times(block: Block, name: str, every: int, threshold: float) -> np.ndarray:
    """Return epochs to threshold, censored at the budget, shape (rounds, seeds)."""
    kept = block.evaluation_epochs % every == 0
    losses, epochs = getattr(block, name)[:, kept], block.evaluation_epochs[kept]
    found = first_sustained_crossing(losses, epochs, threshold, SUSTAIN)
    return np.minimum(found, epochs[-1]).reshape(-1, SEEDS)


def parts(differences: np.ndarray, halves: np.ndarray, one: bool) -> dict[str, float | None]:
    """Divide the variance of a difference between the sets' luck and the rest.

    Parameters
    ----------
    differences, halves : ndarray, shape (rounds, seeds)
        Measured with whole sets, and with their first halves.
    one : bool
        The seeds of a round have one set.

    Notes
    -----
    Sets of their own: a one-way analysis of variance, seeds being groups and rounds replicates.
    One set: a two-way analysis, the luck being the rounds' part, common to all seeds; one study
    has one round, whose halves can't tell it.

    docs/held-out.md says why the halves' part is divided by √2.
    """
    rounds = len(differences)
    seeds_part = differences - differences.mean(axis=0)
    if one:
        common = seeds_part.mean(axis=1, keepdims=True)
        interaction = float(((seeds_part - common) ** 2).sum()) / (rounds - 1) / (SEEDS - 1)
        luck = max(float(common.var(ddof=1)) - interaction / SEEDS, 0.0)
    else:
        luck = float((seeds_part**2).sum()) / (rounds - 1) / SEEDS
    total = float(differences.var(axis=1, ddof=1).mean()) + (luck if one else 0.0)
    by_half = (halves - differences).var(axis=1, ddof=1).mean() / 2**0.5
    return {
        "mean": float(differences.mean()),
        "sd": total**0.5,
        "luck_sd": luck**0.5,
        "share": luck / total,
        "by_half": None if one else float(by_half) / total,
    }


def measure(sets: str, size: int, rounds: int) -> list[dict[str, Any]]:
    """Return a row for each spacing and arm."""
    study = load(STUDY)
    arms = {arm.label: arm for arm in study.arms}
    base = replace(study.training, evaluation_size=size, evaluate_every=min(SPACINGS))
    idle = replace(base, evaluate_every=base.epochs)
    labels = (REFERENCE, *ARMS)
    trained = {label: train(arms[label], study, base, rounds, sets) for label in labels}
    bare = {label: train(arms[label], study, idle, TIMED, sets)[1] for label in ARMS}
    rows = []
    for every in SPACINGS:
        wholes, halves = (
            {
                label: times(block, name, every, study.endpoint.threshold)
                for label, (block, _) in trained.items()
            }
            for name in ("eval_loss", "eval_loss_half")
        )
        for arm in ARMS:
            differences, of_halves = (t[arm] - t[REFERENCE] for t in (wholes, halves))
            spent = (trained[arm][1] - bare[arm]) * base.evaluate_every / every
            rows.append(
                {
                    **{"sets": sets, "size": size, "every": every, "arm": arm},
                    **parts(differences, of_halves, sets == "one"),
                    **{"training_ms": bare[arm], "evaluation_ms": spent},
                }
            )
    return rows


def line(row: Mapping[str, Any]) -> str:
    cost = 1 + row["evaluation_ms"] / row["training_ms"]
    by_half = "" if row["by_half"] is None else f"{row['by_half']:.1%}"
    return (
        f"{row['sets']:<12}{row['size']:>5}{row['every']:>6}  {row['arm']:<15}{row['mean']:>8.1f}"
        f"{row['sd']:>7.1f}{row['luck_sd']:>9.1f}{row['share']:>8.1%}{by_half:>9}"
        f"{cost:>7.2f}"
    )


def main() -> None:
    """Measure everything and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[64, 128, 256, 512])
    parser.add_argument("--rounds", type=int, default=6, help="sets a seed")
    parser.add_argument("--output", default=str(ROOT / "results" / "held_out_size.json"))
    given = parser.parse_args()
    import tensorflow as tf

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    print(HEADER, flush=True)
    rows = []
    for sets in given.sets:
        for size in given.sizes:
            found = measure(sets, size, given.rounds)
            print(*map(line, found), sep="\n", flush=True)
            rows += found
    write_text(json.dumps(rows, indent=2) + "\n", given.output)


if __name__ == "__main__":
    main()
