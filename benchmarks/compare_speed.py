"""Time and memory from runs that exist to an answer and a report, on one core.

Run ``.venv/bin/python benchmarks/compare_speed.py``; each shape is made up and analysed in a
process of its own. ``notebook`` is `thresher.compare` of 8 arms × 32 runs × 201 steps, without the
report. ``report`` reads 10 arms × 1,000 runs × 1,000 steps (10 million rows) from one CSV with
`thresher.read`, compares them and writes the report. Prints a table and writes
``results/compare_speed.json``.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

ROOT = Path(__file__).parents[1]
THRESHOLD = 0.4
Shape = tuple[int, int, int]


def losses(arms: int, runs: int, steps: int) -> np.ndarray:
    """Make up losses that fall, shape (arms, runs, steps); a few runs never reach 0.4."""
    generator = np.random.default_rng(0)
    speed = np.linspace(1, 1.5, arms)[:, None, None]
    middle = steps / 4 / speed * np.exp(0.4 * generator.normal(size=(arms, runs, 1)))
    curve = 1 / (1 + (np.arange(steps) / middle) ** 2)
    found: np.ndarray = curve + 0.03 * generator.normal(size=curve.shape)
    return found


def notebook(shape: Shape, folder: Path) -> dict[str, float]:
    """Compare a frame."""
    import pandas as pd

    import thresher

    arm, run, step = np.indices(shape)
    frame = pd.DataFrame(
        {"arm": [f"arm {k}" for k in arm.ravel()], "seed": run.ravel(), "step": step.ravel()}
    ).assign(loss=losses(*shape).ravel())
    begin = time.perf_counter()
    found = thresher.compare(
        frame, time="step", better="lower", threshold=THRESHOLD, reference="arm 0", paired=True
    )
    answer = repr(found)
    seconds = time.perf_counter() - begin
    assert "arm 7" in answer
    for name in found.results.tables:
        found.table(name)
    return {"compare": seconds, "every table": time.perf_counter() - begin}


def report(shape: Shape, folder: Path) -> dict[str, float]:
    """Read one long CSV, compare, write the report."""
    import thresher

    arms, runs, _ = shape
    values = losses(*shape)
    path = folder / "all.csv"
    with path.open("w") as file:
        file.write("arm,seed,step,loss\n")
        for arm in range(arms):
            for run in range(runs):
                own = enumerate(values[arm, run].tolist())
                file.write("".join(f"arm {arm},{run},{i},{value:.6f}\n" for i, value in own))
    del values
    begin = time.perf_counter()
    logs = thresher.read(str(path), metric="loss", axis="step")
    read = time.perf_counter()
    found = thresher.compare(
        logs, better="lower", threshold=THRESHOLD, reference="arm 0", paired=True, minimum=0
    )
    repr(found)
    answered = time.perf_counter()
    found.report(folder / "out.html")
    ended = time.perf_counter()
    return {
        "read": read - begin,
        "compare": answered - read,
        "report": ended - answered,
        "all": ended - begin,
        "megabytes": (folder / "out.html").stat().st_size / 1e6,
    }


JOBS: dict[str, tuple[Callable[[Shape, Path], dict[str, float]], Shape]] = {
    "notebook": (notebook, (8, 32, 201)),
    "report": (report, (10, 1000, 1000)),
}


def measured(name: str, shape: Shape) -> dict[str, Any]:
    """Run a job in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_job, (name, shape))


def _job(name: str, shape: Shape) -> dict[str, Any]:
    import thresher.comparison
    import thresher.report  # noqa: F401  imports are not what is measured

    with tempfile.TemporaryDirectory() as folder:
        found = {key: round(took, 2) for key, took in JOBS[name][0](shape, Path(folder)).items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {**found, "peak_gigabytes": round(peak, 2)}


def main() -> None:
    """Measure the jobs that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="*", default=[*JOBS], help=", ".join(JOBS))
    parser.add_argument("--shape", help="arms,runs,steps instead of the job's own")
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = {}
    for name in asked.jobs:
        shape = tuple(map(int, asked.shape.split(","))) if asked.shape else JOBS[name][1]
        assert len(shape) == 3
        found[name] = {"shape": list(shape), **measured(name, shape)}
        print(name, found[name], flush=True)
    output = ROOT / "results" / "compare_speed.json"
    output.parent.mkdir(exist_ok=True)
    output.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
