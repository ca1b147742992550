"""Measure how fast the statistics are, each in a process of its own on one core.

    python benchmarks/statistics_speed.py

Prints a table and writes results/statistics_speed.json.
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
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import pyarrow as pa

from thresher.evaluations import evaluations
from thresher.events import events
from thresher.files import write_text
from thresher.metric import Metric
from thresher.statistics.bands import mean_band
from thresher.statistics.contrasts import contrasts, pairs_of
from thresher.study import Endpoint
from thresher.trace import read_traces, write_trace

ROOT = Path(__file__).parents[1]
TASKS = {
    "events": "100,000 runs × 201 evaluations, Parquet to events",
    "contrasts": "190 contrasts of 20 arms × 256 seeds, 99,999 flips",
    "bands": "bands of 20 arms × 1,001 epochs, 256 seeds",
}
QUANTITIES = {
    **dict.fromkeys(("loss", "accuracy"), "training"),
    **dict.fromkeys(("eval_loss", "eval_accuracy"), "held-out"),
}
SECONDS = {"events": 20, "contrasts": 20, "bands": 10}
GIGABYTES = {"events": 2.0}


def write_traces(folder: Path, arms: int = 20, blocks: int = 10, seeds: int = 500) -> None:
    """Write traces of arms × blocks × seeds runs of 200 epochs, each epoch evaluated."""
    epochs = np.arange(201)
    generator = np.random.default_rng(0)
    for arm in range(arms):
        (folder / f"arm{arm:02d}").mkdir()
        for block in range(blocks):
            middle = 60 * np.exp(0.45 * generator.normal(size=(seeds, 1)))
            losses = 0.02 + 0.67 / (1 + (epochs / middle) ** 2)
            losses = (losses + 0.03 * generator.normal(size=losses.shape)).ravel()
            trained = pa.array(losses, mask=np.tile(epochs == 0, seeds))
            name = pa.array([f"arm{arm}"] * len(losses))
            columns = {
                "study": pa.array(["speed"] * len(losses)),
                "arm": name,
                "variant": name,
                "seed": np.repeat(np.arange(block * seeds, (block + 1) * seeds), len(epochs)),
                "epoch": np.tile(epochs, seeds),
                "loss": trained,
                "accuracy": trained,
                "eval_loss": losses,
                "eval_accuracy": losses,
            }
            write_trace(
                pa.table(columns),
                folder / f"arm{arm:02d}" / f"seeds_{block:02d}.parquet",
                specification="{}",
                axis="epoch",
                quantities=QUANTITIES,
            )


def time_events(folder: Path) -> tuple[float, int]:
    """Return the seconds from files to events, and the number of runs."""
    metric, paths = Metric(minimum=0.0), sorted(folder.glob("*/*.parquet"))
    begin = time.perf_counter()
    frame = evaluations(read_traces(paths), "epoch", [metric.name], 200, quantities=["loss"])
    found = events(frame, metric, Endpoint(0.2, budget=200))
    return time.perf_counter() - begin, len(found)


def time_contrasts(_: Path) -> tuple[float, int]:
    """Return the seconds that all pairs of 20 arms take, and the number of contrasts."""
    arms, seeds, budget = [f"arm{k}" for k in range(20)], 256, 1000
    times = np.ceil(50 * np.exp(0.45 * np.random.default_rng(0).normal(size=20 * seeds))) * 5
    table = pd.DataFrame({"study": "speed", "arm": np.repeat(arms, seeds), "variant": "v"})
    table = table.assign(seed=np.tile(np.arange(seeds), 20), threshold=0.2)
    table = table.assign(budget=budget, event=times <= budget, time=np.minimum(times, budget))
    begin = time.perf_counter()
    found = contrasts(table, pairs_of(arms, None), flips=99_999)
    return time.perf_counter() - begin, len(found)


def time_bands(_: Path) -> tuple[float, int]:
    """Return the seconds that 20 simultaneous bands take, and their number."""
    curves = np.random.default_rng(0).normal(size=(20, 256, 1001)).cumsum(axis=2)
    begin = time.perf_counter()
    bands = [mean_band(arm) for arm in curves]
    return time.perf_counter() - begin, len(bands)


WORK: dict[str, Callable[[Path], tuple[float, int]]] = {
    "events": time_events,
    "contrasts": time_contrasts,
    "bands": time_bands,
}


def measure(task: str, folder: Path) -> dict[str, float]:
    """Run one task in a process of its own, on one core."""
    command = [sys.executable, __file__, "--only", task, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def report(task: str, folder: Path) -> None:
    """Print what one task takes in this process, as JSON."""
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    pa.set_cpu_count(1)
    seconds, count = WORK[task](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps({"seconds": seconds, "peak_gigabytes": peak, "count": count}))


def main() -> None:
    """Measure every task, print a table and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=WORK, help="one task, in this process")
    parser.add_argument("--folder", type=Path, help="traces to reduce; made where missing")
    options = parser.parse_args()
    if options.only:
        report(options.only, options.folder)
        return
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not list(folder.glob("*/*.parquet")):
            write_traces(folder)
        for task, meaning in TASKS.items():
            found = measure(task, folder)
            met = found["seconds"] < SECONDS[task]
            met &= found["peak_gigabytes"] < GIGABYTES.get(task, np.inf)
            limits = {"limit_seconds": SECONDS[task], "limit_gigabytes": GIGABYTES.get(task)}
            rows.append({"task": meaning, **found, **limits, "met": bool(met)})
    print(pd.DataFrame(rows).round(2).to_string(index=False))
    facts = {"python": platform.python_version(), "platform": platform.platform()}
    text = json.dumps({**facts, "results": rows}, indent=2, ensure_ascii=False)
    write_text(text + "\n", ROOT / "results" / "statistics_speed.json")


if __name__ == "__main__":
    main()
