"""Measure how fast seeds are trained: the usual ways, thresher, and a yardstick written in JAX.

    python3 -m venv .venv-bench && .venv-bench/bin/pip install jax
    .venv/bin/python benchmarks/training_speed.py [--quick]

Each measurement has a process of its own, pinned to one core unless said otherwise; Linux only.
Prints a table and writes results/training_speed.json. The ratios are what is claimed: other
machines have other times. Processor time is given, too, because a busy machine stretches the other.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from thresher.canonical import canonical
from thresher.files import write_text
from thresher.garbage_collection import collect_never
from thresher.lean import without
from thresher.training_options import Training

ROOT = Path(__file__).parents[1]
YARDSTICK = ROOT / "benchmarks" / "yardstick_jax.py"
CORES = sorted(os.sched_getaffinity(0))
WIDEST = 128  # lanes; more seeds are trained in groups
NO_DROPOUT = {"dropout": 0.0, "recurrent_dropout": 0.0}
MODELS = {
    "lstm": {"units": 20, "direction": "forward", **NO_DROPOUT},
    "bilstm": {"units": 20, "merge_mode": "concat", **NO_DROPOUT},
}
PATIENCE, TRIES = 600, 2  # seconds for one measurement; times that the yardstick is tried
ROUNDS = 9  # of one core alone and all together
# An epoch of the usual ways is long and always the same, so few are timed.
EPOCHS_TIMED = {"fit": 50, "train_on_batch": 200}
# What is measured of thresher alone, once, and its bound.
LIMITS = {
    "weights": ("first weights of 1,024 lanes, BiLSTM, s", 1),
    "memory": ("a job of 256 lanes × 10,000 epochs, with evaluation, peak GB", 2),
}


@dataclass(frozen=True)
class Work:
    """What is trained; ``evaluate`` is an epoch interval, 0 for never; seeds have their own sets.

    The way "sum" trains nothing: adding integers shows what a machine's cores give together.
    """

    way: str
    model: str = "lstm"
    seeds: int = 1
    evaluate: int = 0
    timesteps: int = 10
    batch: int = 1
    epochs: int = 250
    cores: int = 1

    @property
    def width(self) -> int:
        return min(self.seeds, WIDEST)

    @property
    def training(self) -> Training:
        return Training(
            epochs=self.epochs,
            batch_size=self.batch,
            evaluate_every=self.evaluate or self.epochs,
            lane_width=self.width,
        )

    @property
    def specification(self) -> str:
        names = dict.fromkeys(("study", "arm", "variant"), "speed")
        task = {"timesteps": self.timesteps, "limit_fraction": 0.25}
        return canonical(
            {
                **names,
                "factors": [],
                "task": {"name": "cumulative_sum", "options": task},
                "model": {"name": self.model, "options": MODELS[self.model]},
                "training": asdict(self.training),
                "pairing": "data+weights",
                "entropy": 0,
            }
        )


def plan(quick: bool) -> list[Work]:
    """List everything to be measured; ways that are compared stand next to each other."""
    models = ["lstm"] if quick else list(MODELS)
    seeds = [128] if quick else [8, 32, 128, 1024]
    both = ("thresher", "jax")
    work = []
    for model in models:
        for evaluate in (0, 5):
            work += [Work(way, model, evaluate=evaluate) for way in EPOCHS_TIMED]
            work += [Work(way, model, n, evaluate) for n in seeds for way in both]
        work += [Work(way, model, 128, cores=len(CORES)) for way in both]
    work.append(Work("sum", cores=len(CORES)))
    if not quick:
        lengths = [(timesteps, batch) for timesteps in (10, 50, 200) for batch in (1, 32)]
        work += [
            Work(way, "lstm", 32, 5, timesteps, batch, epochs=50)
            for timesteps, batch in lengths
            for way in both
        ]
    return work


def measure(work: Work, jax: str) -> dict[str, Any]:
    """Measure in processes of their own: thresher has one for each core, the others have one."""
    if work.way == "jax":
        given = {name: getattr(work, name) for name in ("model", "seeds", "epochs", "timesteps")}
        given |= {"batch": work.batch, "evaluate-every": work.evaluate}
        given |= {"evaluation-size": work.training.evaluation_size}
        options = [f"--{name}={value}" for name, value in given.items()]
        return _yardstick(work, [jax, str(YARDSTICK), *options])
    if work.cores > 1:
        return measure_together(work)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--measure", json.dumps(asdict(work)), folder]
        return finish(start([*command, str(time.time())], CORES[:1]))


def _yardstick(work: Work, command: list[str]) -> dict[str, Any]:
    """Measure JAX, which was seen to wait forever on two cores: NaN then."""
    for _ in range(TRIES):
        process = start(command, CORES[: work.cores])
        try:
            found = finish(process)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        steady, busy = (1000 * min(found[key]) / work.seeds for key in ("steady_s", "cpu_s"))
        return {**found, "steady_ms": steady, "cpu_ms": busy}
    return {"first_s": np.nan, "steady_ms": np.nan, "cpu_ms": np.nan}


def measure_together(work: Work) -> dict[str, float]:
    """Let a process on each core train alone and all at once, in turns.

    A neighbour on the machine then slows both alike; ``gain`` is the throughput of all cores in
    units of one core's, the median over rounds.
    """
    command = [sys.executable, __file__, "--serve", json.dumps(asdict(work))]
    running = [start(command, [core], stdin=subprocess.PIPE) for core in CORES]

    def turn(processes: list[subprocess.Popen]) -> float:
        begin = time.perf_counter()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in processes:
            if not process.stdout.readline():
                finish(process)
        return time.perf_counter() - begin

    turn(running)
    rounds = np.array([[turn(running), *(turn([p]) for p in running)] for _ in range(ROUNDS)])
    for process in running:
        process.kill()
        process.communicate()
    together, alone = rounds[:, 0], rounds[:, 1:]
    return {
        "steady_ms": 1000 * float(np.median(together)) / work.seeds / work.cores,
        "gain": float(np.median(alone.sum(axis=1) / together)),
    }


def start(command: list[str], cores: list[int], stdin: int | None = None) -> subprocess.Popen:
    """Start a process on some cores."""
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )


def finish(process: subprocess.Popen, patience: float = PATIENCE) -> dict[str, Any]:
    """Return what a process printed last, which is JSON."""
    output, errors = process.communicate(timeout=patience)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, process.args))}\n{errors}")
    return json.loads(output.splitlines()[-1])


def time_thresher(work: Work, folder: Path, spawned: float) -> dict[str, float]:
    """Time one job from its start until its files are there, then further groups of lanes."""
    collect_never()  # this and the next as in the job's script
    with without("pandas"):
        from thresher.training import Streams, run_job, train_block
        from thresher.training.job import task_and_model

    imported = time.time()
    files = [str(folder / name) for name in ("traces", "predictions", "run")]
    devnull = os.open(os.devnull, os.O_WRONLY)
    saved = os.dup(1)
    os.dup2(devnull, 1)
    run_job(work.specification, range(work.seeds), *files)
    os.dup2(saved, 1)
    written = time.time()

    clocks: list[tuple[float, float]] = []

    def report(progress: Any) -> None:
        if progress.done == progress.epochs:
            clocks.append((time.perf_counter(), time.process_time()))

    task, build = task_and_model(json.loads(work.specification))
    train_block(build, task, range(work.width * 4), work.training, Streams(), report)
    wall, cpu = np.diff(clocks, axis=0).min(axis=0) * 1000 / work.width
    return {
        "cold_s": written - spawned,
        "first_s": written - imported,
        "steady_ms": wall,
        "cpu_ms": cpu,
    }


def serve(work: Work) -> None:
    """Train a group of lanes for each line that is read, and answer with a line."""

    def answer() -> None:
        print("done", flush=True)
        if not sys.stdin.readline():
            os._exit(0)

    if work.way == "sum":
        while sys.stdin.readline():
            sum(range(50_000_000))
            print("done", flush=True)
        return

    import tensorflow as tf

    from thresher.training import Streams, train_block
    from thresher.training.job import task_and_model

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    task, build = task_and_model(json.loads(work.specification))
    seeds = range(work.width * (2 * ROUNDS + 2))
    sys.stdin.readline()
    train_block(
        build, task, seeds, work.training, Streams(), lambda p: p.done < p.epochs or answer()
    )


def time_usual(work: Work) -> dict[str, float]:
    """Time some epochs of one run, and multiply."""
    import tensorflow as tf

    from thresher.training.job import task_and_model

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    task, build = task_and_model(json.loads(work.specification))
    model = build()
    model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
    generator = np.random.default_rng(0)
    held_out = task.held_out(generator, work.training.evaluation_size)
    clocks = []
    for epoch in range(EPOCHS_TIMED[work.way] + 5):  # the first five warm up
        if epoch >= 5:
            clocks.append((time.perf_counter(), time.process_time()))
        x, y = task.draw(generator, work.batch)
        if work.way == "fit":
            model.fit(x, y, batch_size=work.batch, verbose=0)
        else:
            model.train_on_batch(x, y)
        if work.evaluate and epoch % work.evaluate == 0:
            model.evaluate(*held_out, batch_size=len(held_out[0]), verbose=0)
    clocks.append((time.perf_counter(), time.process_time()))
    wall, cpu = (np.array(clocks[-1]) - clocks[0]) / EPOCHS_TIMED[work.way] * work.epochs * 1000
    return {"steady_ms": wall, "cpu_ms": cpu}


def measure_limit(name: str) -> float:
    """Return one of `LIMITS`, measured in a process of its own on one core."""
    command = [sys.executable, __file__, "--limit", name]
    return finish(start(command, CORES[:1]))["value"]


def time_weights() -> float:
    """Return the seconds that it takes to draw the first weights, tracing included."""
    from thresher.training import Streams
    from thresher.training.job import task_and_model
    from thresher.training.weights import build, initial

    built = build(task_and_model(json.loads(Work("thresher", "bilstm").specification))[1])
    begin = time.perf_counter()
    initial(built, built.model.trainable_variables, Streams(), range(1024))
    return time.perf_counter() - begin


def peak_memory() -> float:
    """Return the most memory (GB) that a process needs for a long job in one group of lanes."""
    from thresher.training import run_job

    job = json.loads(Work("thresher", seeds=256, evaluate=5, epochs=10_000).specification)
    job["training"]["lane_width"] = 256
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/{name}" for name in ("traces", "predictions", "run")]
        run_job(canonical(job), range(256), *files)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def row(work: Work, found: dict[str, Any]) -> str:
    first = f"{found['first_s']:8.2f}" if "first_s" in found else " " * 8
    cold = f"{found['cold_s']:8.2f}" if "cold_s" in found else " " * 8
    note = (
        f"  extrapolated from {EPOCHS_TIMED[work.way]} epochs" if work.way in EPOCHS_TIMED else ""
    )
    return (
        f"{work.way:<15}{work.model:<7}{work.seeds:>6}{work.evaluate:>6}{work.timesteps:>5}"
        f"{work.batch:>6}{work.cores:>6}{cold}{first}{found['steady_ms']:>12.2f}"
        f"{found.get('cpu_ms', np.nan):>12.2f}{note}"
    )


HEADER = (
    f"{'way':<15}{'model':<7}{'seeds':>6}{'every':>6}{'T':>5}{'batch':>6}{'cores':>6}"
    f"{'cold s':>8}{'first s':>8}{'ms a run':>12}{'cpu ms':>12}"
)


CLAIM = ("claim", "ratio", "side", "bound")


def ratios(found: dict[Work, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is claimed: name, ratio of times, and the bound that it is to keep."""

    def best(work: Work, key: str, seeds: tuple[int, ...] = (8, 32, 128, 1024)) -> float:
        sizes = [replace(work, seeds=n) for n in seeds]
        return min(found[size][key] for size in sizes if size in found)

    claims = []
    for model, gain in (("lstm", 4000), ("bilstm", 2000)):
        if Work("fit", model) not in found:
            continue
        ours, theirs = Work("thresher", model, 128), Work("jax", model, 128)
        usual = found[Work("fit", model)]["steady_ms"]
        claims.append((f"{model}: fit / thresher", usual / found[ours]["steady_ms"], ">", gain))
        for every in (0, 5):
            a, b = replace(ours, evaluate=every), replace(theirs, evaluate=every)
            name = f"{model}, {'with' if every else 'no'} evaluation: thresher / JAX"
            for label, key in (("steady", "steady_ms"), ("steady, processor time", "cpu_ms")):
                claims.append((f"{name}, {label}", best(a, key) / best(b, key), "<", 1))
            ratio = found[a]["first_s"] / found[b]["first_s"]
            claims.append((f"{name}, first block", ratio, "<", 1))
        gain = found[replace(ours, cores=len(CORES))]["gain"]
        claims.append((f"{model}: {len(CORES)} cores / one core", gain, ">", 0.9 * len(CORES)))
    gain = found[Work("sum", cores=len(CORES))]["gain"]
    claims.append(
        (f"adding integers: {len(CORES)} cores / one core", gain, "", "the machine's own")
    )
    return [dict(zip(CLAIM, claim, strict=True)) for claim in claims]


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not measured: JSON has no NaN."""
    return {name: value for name, value in values.items() if value == value}


def main() -> None:
    """Measure everything and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="LSTM only, 128 seeds, 10 timesteps")
    parser.add_argument("--jax", default=str(ROOT / ".venv-bench/bin/python"))
    parser.add_argument("--output", default=str(ROOT / "results" / "training_speed.json"))
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--limit", choices=LIMITS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(Work(**json.loads(options.serve)))
        return
    if options.limit:
        value = time_weights() if options.limit == "weights" else peak_memory()
        print(json.dumps({"value": value}))
        return
    if options.measure:
        work = Work(**json.loads(options.measure[0]))
        if work.way in EPOCHS_TIMED:
            print(json.dumps(time_usual(work)))
        else:
            folder, spawned = Path(options.measure[1]), float(options.measure[2])
            print(json.dumps(time_thresher(work, folder, spawned)))
        return
    if not Path(options.jax).exists():
        parser.error(f"no {options.jax}; the first lines of this file say how to install JAX")
    print(HEADER, flush=True)
    found = {}
    for work in plan(options.quick):
        found[work] = measure(work, options.jax)
        print(row(work, found[work]), flush=True)
    claims = ratios(found)
    for name, (label, bound) in LIMITS.items():
        measured = (label, measure_limit(name), "<", bound)
        claims.append(dict(zip(CLAIM, measured, strict=True)))
    for claim in claims:
        print(f"{claim['claim']:<62}{claim['ratio']:>10,.2f}  {claim['side']} {claim['bound']}")
    content = {
        "machine": {"platform": platform.platform(), "cores": len(CORES)},
        "rows": [{**asdict(work), **_finite(values)} for work, values in found.items()],
        "claims": claims,
    }
    write_text(json.dumps(content, indent=2) + "\n", options.output)


if __name__ == "__main__":
    main()
