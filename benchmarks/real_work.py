"""Measure real-life work on one core: a `fit` for each seed, thresher, and `vmap` in JAX.

    python3 -m venv .venv-bench && .venv-bench/bin/pip install jax
    .venv/bin/python benchmarks/real_work.py [--only mlp --only lstm]

The data are scikit-learn's 1,797 images of digits, laid out as each work needs them; an epoch is a
pass over four fifths of them and an evaluation of the others. Each measurement has a process of its
own, pinned to one core; Linux only. Prints tables and writes results/real_work.json. Times are of
one run's epoch once the program is traced; the start is given by itself. Both clocks are compared:
processor time, which a busy machine does not stretch, and elapsed time, in which a way may wait.
"""

import argparse
import json
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from thresher.files import write_text
from thresher.training_options import Training
from training_speed import CORES, ROOT, finish, start

FOLDER = ROOT / "benchmarks"
YARDSTICK = FOLDER / "real_work_jax.py"
SEEDS = (8, 32)
OTHERS = ("fit", "jax")
PATIENCE = 1800  # seconds for one measurement


@dataclass(frozen=True)
class Work:
    """A model and the shape in which it reads an image.

    Rounds of so many epochs are timed; the quickest counts, after one that traces. A round of ours
    has two evaluations more than epochs: before the first one, and what models say in the end.
    """

    model: str
    options: dict[str, Any]
    shape: tuple[int, ...]
    batch: int = 32
    epochs: int = 3
    rounds: int = 1


RECURRENT = {"dropout": 0.0, "recurrent_dropout": 0.0}
LSTM = {"direction": "forward", **RECURRENT}
MLP = {"units": 64, "depth": 2, "activation": "relu", "dropout": 0.0}
ENCODER = {"units": 32, "heads": 2, "depth": 2, "dropout": 0.0}
WORKS = {
    "mlp": Work("mlp", MLP, (64,), epochs=20, rounds=2),
    "lstm": Work("lstm", {"units": 32, **LSTM}, (8, 8), epochs=10),
    "bilstm": Work("bilstm", {"units": 64, "merge_mode": "concat", **RECURRENT}, (28, 28)),
    "lstm_128": Work("lstm", {"units": 128, **LSTM}, (28, 28), batch=64),
    "convolution": Work("small_convolution.py:convolution", {"filters": 8}, (28, 28, 1)),
    "transformer": Work("transformer", ENCODER, (32, 2)),
}


@dataclass(frozen=True)
class Measurement:
    """One process: a way to train so many seeds of a work at once, and the data's file."""

    name: str
    way: str
    width: int
    file: str = field(compare=False)

    @property
    def work(self) -> Work:
        return WORKS[self.name]

    @property
    def specification(self) -> dict[str, Any]:
        work = self.work
        task = {"file": self.file, "x": "x", "y": "y", "labels": "classes"}
        task |= {"held_out": 0.2, "last_batch": "keep"}
        training = Training(
            epochs=work.epochs,
            batch_size=work.batch,
            evaluate_every=1,
            loss="sparse_categorical_crossentropy",
            lane_width=self.width,
        )
        return {
            **dict.fromkeys(("study", "arm", "variant"), "speed"),
            "factors": [],
            "task": {"name": "arrays", "options": task},
            "model": {"name": work.model, "options": work.options},
            "training": asdict(training),
            "pairing": "data+weights",
            "entropy": 0,
        }


def write_images(shape: tuple[int, ...], path: Path) -> None:
    """Write the digits in a shape, made larger by repeating pixels where it has more of them."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = (found.images / 16).astype(np.float32)
    if shape[0] == 28:
        places = np.arange(28) * 8 // 28
        images = images[:, places][:, :, places]
    np.savez(path, x=images.reshape(len(images), *shape), y=found.target)


def plan(names: Sequence[str], folder: str) -> list[Measurement]:
    """List what is measured; ways that are compared stand next to each other."""
    files = {name: f"{folder}/{name}.npz" for name in names}
    found = []
    for width in SEEDS:
        for name, file in files.items():
            usual = [Measurement(name, "fit", 1, file)] if width == SEEDS[0] else []
            both = [Measurement(name, way, width, file) for way in ("thresher", "jax")]
            found += [*usual, *both]
    return found


def measure(given: Measurement, jax: str) -> dict[str, Any]:
    """Measure in a process of its own; return a run's epoch, and what the first round took more."""
    work = given.work
    command = [sys.executable, __file__, "--measure", json.dumps(asdict(given))]
    if given.way == "jax":
        sizes = {"seeds": given.width, "epochs": work.epochs, "batch": work.batch}
        sizes["rounds"] = work.rounds
        options = [f"--{name}={value}" for name, value in sizes.items()]
        command = [jax, str(YARDSTICK), given.name, given.file, *options]
    found = finish(start(command, CORES[:1]), PATIENCE)
    first, *others = np.array(found.pop("rounds"))
    best = np.min(others, axis=0)
    names = ("start_s", "start_cpu_s", "ms", "cpu_ms")
    values = [*(first - best), *(1000 * best / given.width / work.epochs)]
    return {**dict(zip(names, map(float, values), strict=True)), **found}


def time_thresher(given: Measurement) -> dict[str, Any]:
    """Time groups of lanes as a job of the workflow trains them."""
    from thresher.training.job import load_named, prepared, train

    clocks = [_clock()]

    def report(progress: Any) -> None:
        if progress.done == progress.epochs:
            clocks.append(_clock())

    named = load_named(given.specification, str(FOLDER))
    job = prepared(given.specification, named, str(FOLDER))
    block = train(job, range(given.width * (given.work.rounds + 1)), named, report)
    return _raw(clocks, block.loss[:, 0].mean())


def time_fit(given: Measurement) -> dict[str, Any]:
    """Time one run; each of them traces its program anew, so that the start is of a run."""
    from thresher.training.job import load_named, prepared, task_and_model

    clocks = [_clock()]
    named = load_named(given.specification, str(FOLDER))
    job = prepared(given.specification, named, str(FOLDER))
    data, build = task_and_model(job, named)
    part = data.part(np.random.default_rng(0))
    model = build()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit = partial(
        model.fit,
        data.x[part.train],
        data.y[part.train],
        batch_size=given.work.batch,
        epochs=given.work.epochs,
        validation_data=data.held_out(part),
        validation_batch_size=len(part.held_out),
        verbose=0,
    )
    losses = []
    for _ in range(given.work.rounds + 1):
        losses += fit().history["loss"]
        clocks.append(_clock())
    return _raw(clocks, losses[0])


def _clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _raw(clocks: list[tuple[float, float]], loss: float) -> dict[str, Any]:
    """Return the seconds of each round, peak memory, and the loss of the first epoch.

    The loss tells whether all ways do the same work.
    """
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"rounds": np.diff(clocks, axis=0).tolist(), "gb": memory, "loss": float(loss)}


def _row(given: Measurement, found: dict[str, Any]) -> str:
    return (
        f"{given.name:<13}{given.way:<10}{given.width:>9}{found['start_s']:>9.1f}"
        f"{found['start_cpu_s']:>9.1f}{found['ms']:>10.2f}{found['cpu_ms']:>10.2f}"
        f"{found['gb']:>7.2f}{found['loss']:>7.2f}"
    )


HEADER = (
    f"{'work':<13}{'way':<10}{'at once':>9}{'start s':>9}{'cpu s':>9}{'ms':>10}"
    f"{'cpu ms':>10}{'GB':>7}{'loss':>7}"
)


CLOCKS = {"cpu_ms": "processor time", "ms": "elapsed time"}


def ratios(found: dict[Measurement, dict[str, Any]], clock: str = "cpu_ms") -> list[dict[str, Any]]:
    """Return how many times as long the others take for as many seeds, by a clock.

    More seeds may be trained in smaller groups, where that is quicker.
    """
    rows = []
    for name, seeds in product(dict.fromkeys(given.name for given in found), SEEDS):

        def best(way: str, name: str = name, seeds: int = seeds) -> float:
            return min(
                values[clock]
                for m, values in found.items()
                if (m.name, m.way) == (name, way) and m.width <= seeds
            )

        ours = best("thresher")
        rows.append({"work": name, "seeds": seeds, **{w: best(w) / ours for w in OTHERS}})
    return rows


def main() -> None:
    """Measure everything and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=WORKS, action="append", help="leave out other works")
    parser.add_argument("--jax", default=str(ROOT / ".venv-bench/bin/python"))
    parser.add_argument("--output", default=str(ROOT / "results" / "real_work.json"))
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        given = Measurement(**json.loads(options.measure))
        print(json.dumps((time_fit if given.way == "fit" else time_thresher)(given)))
        return
    if not Path(options.jax).exists():
        parser.error(f"no {options.jax}; the first lines of this file say how to install JAX")
    print(HEADER, flush=True)
    found, names = {}, options.only or list(WORKS)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            write_images(WORKS[name].shape, Path(folder, f"{name}.npz"))
        for given in plan(names, folder):
            found[given] = measure(given, options.jax)
            print(_row(given, found[given]), flush=True)
    claims = {clock: ratios(found, clock) for clock in CLOCKS}
    for clock, seeds in product(CLOCKS, SEEDS):
        print(f"\n{CLOCKS[clock]}, {seeds} seeds\n{'fit/thresher':>26}{'JAX/thresher':>13}")
        chosen = [claim for claim in claims[clock] if claim["seeds"] == seeds]
        for claim in chosen:
            print(f"{claim['work']:<14}{claim['fit']:>12.2f}{claim['jax']:>13.2f}")
        medians = [float(np.median([claim[way] for claim in chosen])) for way in OTHERS]
        print(f"{'median':<14}{medians[0]:>12.2f}{medians[1]:>13.2f}")
    rows = [
        {**{key: getattr(given, key) for key in ("name", "way", "width")}, **values}
        for given, values in found.items()
    ]
    machine = {"platform": platform.platform(), "cores": len(CORES)}
    content = {"machine": machine, "rows": rows, "ratios": claims}
    write_text(json.dumps(content, indent=2) + "\n", options.output)


if __name__ == "__main__":
    main()
