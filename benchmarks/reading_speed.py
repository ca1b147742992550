"""Time and memory of reading logs: 10,000 runs × 1,000 steps, as files and as one long table.

Run ``.venv/bin/python benchmarks/reading_speed.py``; it makes up logs in a temporary folder, reads
each shape in a process of its own, prints a table and writes ``results/reading_speed.json``. The
yardstick, in the same run, is a loop over `pandas.read_csv` that reads the same files and joins
them without looking at anything.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
ARMS = 10


def make_files(folder: Path, runs: int, steps: int) -> None:
    """Write a file a run, ``arm_<i>/seed_<j>.csv``, with two metrics."""
    generator = np.random.default_rng(0)
    numbers = np.arange(steps)
    for run in range(runs):
        path = folder / f"arm_{run % ARMS}" / f"seed_{run // ARMS}.csv"
        path.parent.mkdir(exist_ok=True)
        loss = np.exp(-numbers / 300) + generator.normal(0, 0.05, steps)
        rows = [f"{i},{a:.6f},{a + 0.1:.6f}" for i, a in enumerate(loss.tolist())]
        path.write_text("\n".join(["step,loss,val_loss", *rows]) + "\n")


def make_table(folder: Path, runs: int, steps: int) -> None:
    """Write the same runs as one long table."""
    generator = np.random.default_rng(0)
    numbers = np.arange(steps)
    with (folder / "all.csv").open("w") as file:
        file.write("agent,seed,step,val_loss\n")
        for run in range(runs):
            loss = np.exp(-numbers / 300) + generator.normal(0, 0.05, steps)
            start = f"arm_{run % ARMS},{run // ARMS}"
            file.write("".join(f"{start},{i},{a:.6f}\n" for i, a in enumerate(loss.tolist())))


def read_files(folder: Path) -> int:
    """Read the files as a study would."""
    from thresher.readers import read

    pattern = "{arm}/seed_{seed}.csv"
    return len(read(pattern, metric="val_loss", axis="step", folder=folder).table)


def read_files_again(folder: Path) -> int:
    """Read the files with what they said the last time kept beside them."""
    from thresher.readers import read

    pattern, cache = "{arm}/seed_{seed}.csv", folder / "kept.arrow"
    return len(read(pattern, metric="val_loss", axis="step", folder=folder, cache=cache).table)


def read_table(folder: Path) -> int:
    """Read the long table as a study would."""
    from thresher.readers import read

    columns = {"arm": "agent"}
    return len(
        read("all.csv", columns=columns, metric="val_loss", axis="step", folder=folder).table
    )


def yardstick_files(folder: Path) -> int:
    """Read the files with pandas, and join them."""
    import pandas as pd

    parts = [
        pd.read_csv(path).assign(arm=path.parent.name, seed=path.stem)
        for path in sorted(folder.glob("*/*.csv"))
    ]
    return len(pd.concat(parts))


def yardstick_table(folder: Path) -> int:
    """Read the long table with pandas."""
    import pandas as pd

    return len(pd.read_csv(folder / "all.csv"))


def measured(job: Callable[[Path], int], folder: Path) -> dict[str, Any]:
    """Run a job in a fresh process: seconds without its start, peak memory, rows."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (job, folder))


def _timed(job: Callable[[Path], int], folder: Path) -> dict[str, Any]:
    import pandas  # noqa: F401  its import is not what is measured

    begin = time.perf_counter()
    rows = job(folder)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": round(seconds, 2), "peak_gigabytes": round(peak, 2), "rows": rows}


def main() -> None:
    """Make up the logs and read them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=1_000)
    asked = parser.parse_args()
    found: dict[str, Any] = {"runs": asked.runs, "steps": asked.steps}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder, asked.runs, asked.steps)
        make_table(folder, asked.runs, asked.steps)
        jobs = {
            f"{asked.runs} files": read_files,
            f"{asked.runs} files, kept": read_files_again,
            f"{asked.runs} files, again": read_files_again,
            f"{asked.runs} files, pandas": yardstick_files,
            "one long table": read_table,
            "one long table, pandas": yardstick_table,
        }
        for title, job in jobs.items():
            found[title] = result = measured(job, folder)
            print(
                f"{title:24s} {result['seconds']:7.2f} s {result['peak_gigabytes']:6.2f} GB "
                f"{result['rows']:>10d} rows",
                flush=True,
            )
    output = ROOT / "results" / "reading_speed.json"
    output.parent.mkdir(exist_ok=True)
    output.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
