"""Time and memory from traces to the report, through the workflow: thousands of runs.

    python benchmarks/scale.py [--arms 20 --seeds 10000 --epochs 200 --every 1]

Writes what training jobs write, with invented losses, then calls Snakemake for the rest. Prints the
seconds that it took and those of the processor, which other programs do not change, the longest and
the largest jobs and the size of the report; the import of the libraries stands beside them as a
yardstick. Linux only. What it makes is removed in the end.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
STUDY = """\
question: Does it hold at this scale?
task: {{name: cumulative_sum, timesteps: 10}}
variants:
  lstm: {{model: lstm, units: {units}}}
reference: lstm units=1
training: {{epochs: {epochs}, evaluate_every: {every}}}
seeds: {seeds}
seeds_per_job: auto
"""


def invented(job: Mapping[str, Any], seeds: Sequence[int], *_: Any) -> Any:
    """Return a block whose losses fall like those of training, sooner with more units."""
    from thresher.training import Block

    options = job["training"]
    times = np.arange(0, options["epochs"] + 1, options["evaluate_every"])
    random = np.random.default_rng([seeds[0], job["model"]["options"]["units"]])
    runs, steps = len(seeds), options["epochs"]
    middle = (
        steps * 0.35 * np.exp(random.normal(-0.01 * job["model"]["options"]["units"], 0.3, runs))
    )

    def fallen(at: np.ndarray, noise: float) -> np.ndarray:
        loss = 0.02 + 0.67 / (1 + (at / middle[:, None]) ** 2)
        return np.maximum(loss + noise * random.normal(size=loss.shape), 1e-3)

    evaluated, trained = fallen(times, 0.01), fallen(np.arange(1, steps + 1), 0.1)
    x = random.random((1, 10, 1)).astype(np.float32)
    y = (x.cumsum(axis=1) > 2.5).astype(np.float32)
    return Block(
        seeds=np.asarray(seeds),
        loss=trained,
        accuracy=1 - trained / 2,
        evaluation_epochs=times,
        eval_loss=evaluated,
        eval_accuracy=1 - evaluated / 2,
        eval_loss_half=fallen(times, 0.02),
        eval_accuracy_half=1 - evaluated / 2,
        diverged_at=np.full(runs, -1),
        examples=(np.broadcast_to(x, (runs, 1, 10, 1)), np.broadcast_to(y, (runs, 1, 10, 1))),
        predictions=random.random((runs, 1, 10, 1)),
        parameters=500,
    )


def write_block(specification: str, seeds: Sequence[int], stem: str) -> None:
    """Write what the job of a block writes."""
    from thresher.training import job

    job.train = invented
    Path(stem).parent.mkdir(parents=True, exist_ok=True)
    endings = ("parquet", "predictions.parquet", "run.json")
    job.run_job(specification, seeds, *(f"{stem}.{ending}" for ending in endings))


def write_study(folder: Path, shape: argparse.Namespace) -> int:
    """Write the study and its traces; return the number of blocks."""
    from thresher.study import load

    file = folder / "scale.yaml"
    units = list(range(1, shape.arms + 1))
    given = {"units": units, "epochs": shape.epochs, "every": shape.every, "seeds": shape.seeds}
    file.write_text(STUDY.format(**given))
    study = load(file, folder)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        done = [
            pool.submit(
                write_block,
                study.specification(arm),
                study.seeds_of(block),
                str(folder / "results" / "scale" / "traces" / arm.path / f"seeds_{block}"),
            )
            for arm in study.arms
            for block in study.blocks()
        ]
        for each in done:
            each.result()
    return len(done)


def snakemake(folder: Path, *arguments: str) -> float:
    """Return the seconds that a call takes."""
    begin = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "snakemake",
        *arguments,
        "--directory",
        str(folder),
        "--cores",
        "all",
    ]
    command += ["--snakefile", str(ROOT / "Snakefile"), "--config", "study=scale.yaml"]
    with (folder / "log").open("w") as log:
        if subprocess.run(command, stdout=log, stderr=log).returncode:
            sys.exit((folder / "log").read_text()[-3000:])
    return time.perf_counter() - begin


def processor() -> float:
    """Return the seconds of the processor that all programs called until now took."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def jobs(folder: Path) -> list[dict[str, Any]]:
    """Return each job's seconds and megabytes, as Snakemake has measured them."""
    found = []
    for file in (folder / "results" / "scale" / "benchmarks").rglob("*.tsv"):
        if file.stem == "canary":
            continue
        names, values = (line.split("\t") for line in file.read_text().splitlines()[:2])
        row = dict(zip(names, values, strict=True))
        found.append(
            {"job": file.stem, "seconds": float(row["s"]), "megabytes": float(row["max_rss"])}
        )
    return found


def main() -> None:
    """Make the study, time it, print and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in {"arms": 20, "seeds": 10_000, "epochs": 200, "every": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    shape = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blocks = write_study(folder, shape)
        snakemake(folder, "results/scale/canary.json")  # what is trained, and no part of this
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import thresher.gallery"], check=True)
        yardstick = time.perf_counter() - begin
        before = processor()
        seconds = snakemake(folder)
        spent = processor() - before
        rows = jobs(folder)
        size = (folder / "results" / "scale" / "report.html").stat().st_size / 1e6
    largest = max(rows, key=lambda row: row["megabytes"])
    print(f"{shape.arms} arms × {shape.seeds} seeds, {blocks} blocks, {os.cpu_count()} cores")
    print(
        f"traces to report: {seconds:.0f} s, {spent:.0f} s of the processor "
        f"(an import of the libraries: {yardstick:.1f} s)"
    )
    print(f"largest job: {largest['job']}, {largest['megabytes']:.0f} MB; report: {size:.1f} MB")
    for row in sorted(rows, key=lambda row: -row["seconds"])[:12]:
        print(f"  {row['job']:18s} {row['seconds']:6.1f} s {row['megabytes']:7.0f} MB")
    found = {**vars(shape), "blocks": blocks, "seconds": seconds, "processor": spent}
    text = json.dumps(
        {**found, "yardstick": yardstick, "report_megabytes": size, "jobs": rows}, indent=2
    )
    (ROOT / "results" / "scale.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
