"""Calibrate the statistics: error rates, coverage and power of what the workflow computes.

    python benchmarks/calibration.py            # every cell, 20,000 replicates
    python benchmarks/calibration.py --quick    # every cell, 200 replicates

Each cell's counts are written as soon as they are known, and a cell that is there is not measured
again: stop and go on at will. The page and the figure (`--page`) are made from the counts.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # on small matrices threads cost more than they bring
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import yaml

from calibration_cells import KINDS
from calibration_methods import EFFECTS, planned_seeds
from thresher.events import events
from thresher.files import write_text
from thresher.matrices import Stored, by_arm
from thresher.statistics.curves import whole_runs
from thresher.study import load

ROOT = Path(__file__).parents[1]
ENTROPY = 20261123
BATCH = 100
FULL, QUICK = 20_000, 200
SEEDS = 640
# Standard deviations of the log times of arm and reference: trained arms have 0.10 to 0.13.
SPREADS = {"trained spread": (0.26, 0.13), "unequal spread": (0.6, 0.3)}
STUDY, ARM = "config/studies/merge_modes.yaml", "lstm_forward"


@dataclass(frozen=True)
class Cell:
    """One simulated situation; `question` says which of the page's questions it answers."""

    question: str
    kind: str
    setting: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the cell's file name."""
        parts = (f"{key}={value}" for key, value in self.setting.items())
        return re.sub(r"[^\w=.]+", "_", " ".join([self.question, *parts]))


def cells() -> list[Cell]:
    """List the cells of the study, those that take longest last."""
    return [*_two_arms(), *_others(), *_methods(), *_real(), *_families()]


def _two_arms() -> Iterator[Cell]:
    for correlation, censored, n in product((0.0, 0.6), (0.0, 0.3, 0.6), (8, 16, 32)):
        setting = {"correlation": correlation, "censored": censored, "n": n}
        yield Cell("no difference", "primary", setting)
        yield Cell("30 % faster", "primary", {**setting, "time_ratio": 0.7})
        for question, spreads in SPREADS.items():
            yield Cell(question, "primary", {**setting, "spreads": spreads})


def _others() -> Iterator[Cell]:
    for n in (8, 16, 32):
        yield Cell("no difference unpaired", "unpaired", {"censored": 0.3, "n": n})
        for question, spreads in SPREADS.items():
            setting = {"censored": 0.3, "n": n, "spreads": spreads}
            yield Cell(f"{question} unpaired", "unpaired", setting)
    faster = {"time_ratio": 0.7, "interval": True}
    yield Cell("30 % faster unpaired", "unpaired", {"censored": 0.3, "n": 16, **faster})
    for ratio in (0.9, 1.1):
        margin = {"correlation": 0.6, "censored": 0.3, "n": 32, "mean_ratio": ratio}
        yield Cell("at the margin", "equivalence", margin)
    for n, times in product((8, 16, 32), ("continuous", "grid, 30 % censored")):
        yield Cell("median", "median", {"times": times, "n": n})
    for n in (10, 20, 30):
        yield Cell("bands", "bands", {"curves": "Gaussian", "of": "mean", "n": n})
        for of in ("mean", "paired difference", "unpaired difference"):
            yield Cell("bands", "bands", {"curves": "loss", "of": of, "n": n})


def _methods() -> Iterator[Cell]:
    for ratio, censored in product((0.5, 1.0, 2.0), (0.0, 0.3)):
        setting = {"correlation": 0.6, "censored": censored, "n": 16, "time_ratio": ratio}
        yield Cell("percent", "percent", setting)
    for ratio in (0.5, 1.0, 2.0):
        setting = {"censored": 0.3, "n": 16, "time_ratio": ratio}
        yield Cell("percent unpaired", "percent", {**setting, "paired": False})
    for censored, n in product((0.0, 0.3, 0.6), (4, 8, 16, 32)):
        yield Cell("restricted mean", "mean limits", {"censored": censored, "n": n})
    for paired, n, ratio in product((True, False), (8, 16, 32), (1.0, 0.6)):
        setting = {"paired": paired, "censored": 0.3, "n": n, "time_ratio": ratio}
        yield Cell("sooner", "sooner", setting)
    for effects, n in product(EFFECTS, (10, 32)):
        setting = {"correlation": 0.6, "censored": 0.0, "n": n, "effects": effects}
        yield Cell("verdicts", "verdicts", setting)
    for ratio, contrasts in product((0.7, 0.85), (1, 7)):
        setting = {"correlation": 0.6, "censored": 0.3}
        n = planned_seeds(ratio, contrasts, **setting)
        planned = {**setting, "n": n, "mean_ratio": ratio, "planned for": contrasts}
        yield Cell("planned", "planned", planned)
    for n in (10, 24, 32):
        setting = {"correlation": 0.6, "censored": 0.3, "n": n}
        yield Cell("simultaneous", "simultaneous", setting)


def _real() -> Iterator[Cell]:
    for paired, n in ((True, 10), (True, 32), (False, 16)):
        yield Cell("same arm", "same arm", {"paired": paired, "n": n})
    for paired, n in ((True, 10), (True, 32), (False, 16)):
        yield Cell("same two arms", "same two arms", {"paired": paired, "n": n})
    for of, n in (("mean", 20), ("paired difference", 20), ("unpaired difference", 20)):
        yield Cell("same arm bands", "same curves", {"of": of, "n": n})


def _families() -> Iterator[Cell]:
    for n, extra in (
        (10, {"arms": 8}),
        (32, {"arms": 8}),
        (32, {"arms": 8, "faster": 3}),
        (32, {"arms": 4, "all_pairs": True}),
    ):
        yield Cell("family", "family", {"correlation": 0.6, "censored": 0.3, "n": n, **extra})


def measure(cell: Cell, replicates: int, data: Mapping[str, Any] | None = None) -> dict[str, int]:
    """Count, by measure, in how many replicates it held.

    Every batch has its own generator and flips, so that flips average out over a cell.
    """
    counts: dict[str, int] = {}
    key = zlib.crc32(cell.name.encode())
    for batch, begin in enumerate(range(0, replicates, BATCH)):
        generator = np.random.default_rng(np.random.SeedSequence([ENTROPY, key, batch]))
        size = min(BATCH, replicates - begin)
        entropy = int(generator.integers(1 << 40))
        found = KINDS[cell.kind](generator, size, entropy, **cell.setting, **(data or {}))
        for name, held in found.items():
            counts[name] = counts.get(name, 0) + int(held.sum())
    return counts


def read(folder: Path, cell: Cell, replicates: int) -> dict[str, Any] | None:
    """Return what was measured, or None where there is nothing of that many replicates."""
    path = folder / f"{cell.name}.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    return content if content["replicates"] == replicates else None


def run(chosen: list[Cell], replicates: int, folder: Path, trained: Path, seeds: int) -> None:
    """Measure what is not there yet; write each cell when it is finished."""
    data: dict[str, dict[str, Any]] = {}
    for place, cell in enumerate(chosen, 1):
        if read(folder, cell, replicates):
            continue
        if cell.kind.startswith("same") and not data:
            data = real_data(trained, seeds)
        begin = time.perf_counter()
        counts = measure(cell, replicates, data.get(cell.kind))
        seconds = round(time.perf_counter() - begin, 1)
        content = {**asdict(cell), "replicates": replicates, "counts": counts, "seconds": seconds}
        write_text(json.dumps(content, indent=1) + "\n", folder / f"{cell.name}.json")
        rates = ", ".join(f"{name} {count / replicates:.4f}" for name, count in counts.items())
        print(f"{place}/{len(chosen)} {cell.name}: {rates} ({seconds} s)", flush=True)


def real_data(folder: Path, seeds: int) -> dict[str, dict[str, Any]]:
    """Return the events and curves of two arms that the workflow trained, by the kind of cell.

    Each seed has its own held-out set, so that seeds drawn anew have sets drawn anew.
    """
    file, name = _two_arms_study(folder, seeds), "two_arms"
    evaluations = folder / "results" / name / "evaluations.parquet"
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--cores", "all", "--workflow-profile", str(ROOT / "profiles" / "default")]
    command += [f"results/{name}/evaluations.parquet", "--config", f"study={file}"]
    subprocess.run([sys.executable, "-m", *command], check=True)
    study, frame = load(file), Stored(evaluations)
    found = events(frame, study.metric, study.endpoint)
    arm = next(by_arm(frame, [study.metric.name]))
    curves = whole_runs(arm, study.metric.name)[2]
    one = found[found["arm"] == study.arms[0].label]
    return {
        "same arm": {"events": one},
        "same curves": {"curves": curves},
        "same two arms": {"events": found},
    }


def _two_arms_study(folder: Path, seeds: int) -> Path:
    """Write the default study with two of its arms and as many seeds; return its file."""
    content = yaml.safe_load((ROOT / STUDY).read_text())
    bilstm = {"model": "bilstm", "units": 20, "merge_mode": "mul"}
    content["variants"] = {ARM: content["variants"][ARM], "bilstm": bilstm}
    file = folder / "two_arms.yaml"
    write_text(yaml.safe_dump({**content, "reference": ARM, "seeds": seeds}), file)
    return file


def collect(chosen: list[Cell], replicates: int, folder: Path) -> pd.DataFrame:
    """Tabulate what was measured: a row for each cell and measure."""
    rows = []
    for cell in chosen:
        content = read(folder, cell, replicates)
        if content is None:
            continue
        for name, count in content["counts"].items():
            rate = count / replicates
            error = np.sqrt(rate * (1 - rate) / replicates)
            keys = {"cell": cell.name, "question": cell.question, "measure": name}
            keys["seconds"] = content["seconds"]
            keys |= {key: str(value) for key, value in cell.setting.items()}
            rows.append({**keys, "replicates": replicates, "rate": rate, "error": error})
    return pd.DataFrame(rows)


def main(arguments: list[str] | None = None) -> None:
    """Measure every cell; with --page, write docs/calibration.md and .svg from the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} replicates a cell")
    parser.add_argument("--replicates", type=int)
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "calibration")
    parser.add_argument("--trained", type=Path, help="where the runs of two arms are trained")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of each of the two arms")
    parser.add_argument("--only", default="", help="measure the cells whose name has this in it")
    parser.add_argument("--page", action="store_true", help="write docs/calibration.md and .svg")
    options = parser.parse_args(arguments)
    replicates = options.replicates or (QUICK if options.quick else FULL)
    folder = options.results / str(replicates)
    chosen = [cell for cell in cells() if options.only in cell.name]
    run(chosen, replicates, folder, options.trained or options.results / "trained", options.seeds)
    if options.page:
        from calibration_page import write_page

        write_page(collect(cells(), replicates, folder), ROOT / "docs")


if __name__ == "__main__":
    main()
