"""What a study will take: from earlier runs of it, else from a few seconds of making some."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from thresher.command_line._state import blocks
from thresher.command_line._study import Place
from thresher.live.happening import MAKING
from thresher.study import Arm, Study
from thresher.training_options import repeated

# Seconds for measuring; what has not been measured then is taken for like the rest.
PATIENCE = 20.0
# How far off, as a share: a few seconds may tell half or double, runs differ by this at least.
_MEASURED = 1.0
_LEAST = 0.15
# What takes about so many times as long as starting a job of the analysis: drawing every figure,
# starting TensorFlow.
_LONGER = {"figures": 5.0, "phone": 5.0, "paper": 4.0, "canary": 5.0}


@dataclass(frozen=True)
class Forecast:
    """What is still to be done will take.

    Attributes
    ----------
    source : str
        What it was found from, for people.
    off : float
        How far off it may be, as a share.
    making : tuple of float
        Seconds of each job that makes runs.
    rest : tuple of float
        Seconds of every other job.
    threads : int
        Of a job that makes runs.
    memory : float
        Bytes of such a job; 0 where not known.
    seed : float
        Seconds of one seed of all arms.
    """

    source: str
    off: float
    making: tuple[float, ...]
    rest: tuple[float, ...]
    threads: int
    memory: float
    seed: float

    @property
    def core_seconds(self) -> float:
        """All of it on one core."""
        return sum(self.making) * self.threads + sum(self.rest)

    def finish(self, cores: int) -> float:
        """Return seconds until all is done on so many cores: longest jobs first, then the rest."""
        places = [0.0] * max(1, cores // self.threads)
        for seconds in sorted(self.making, reverse=True):
            places[places.index(min(places))] += seconds
        # Few analyses wait for each other; the figures and what joins them do.
        side_by_side = min(cores, 4)
        longest = max(self.rest, default=0.0)
        return max(places) + max(sum(self.rest) / side_by_side, longest)

    def parallel(self, cores: int) -> int:
        """Return how many jobs make runs at a time."""
        return min(len(self.making), max(1, cores // self.threads))


def forecast(place: Place, jobs: Sequence[Mapping[str, Any]]) -> Forecast | str:
    """Forecast what some jobs take; say why where that can't be known."""
    study = place.study
    earlier, memory = _earlier(place)
    to_make = [job["wildcards"] for job in jobs if job["rule"] in MAKING]
    paths = [f"{one['variant']}/{one['factors']}" for one in to_make]
    source, off = "earlier runs", _spread(earlier)
    known = {path: fmean(seconds) for path, seconds in earlier.items()}
    if not study.traces and not (known and set(paths) <= set(known)):
        found = _measured(study, place, [arm for arm in study.arms if arm.path not in known])
        if isinstance(found, str):
            return found
        known |= found["seconds"]
        memory = max(memory, found["memory"])
        source, off = "a few seconds of making runs", _MEASURED
    each = _completed(known, study)
    sizes = [len(study.seeds_of(one["block"])) / _full(study) for one in to_make]
    making = tuple(each[path] * size for path, size in zip(paths, sizes, strict=True))
    rest, start = [], _start_of_analysis() if any(j["rule"] not in MAKING for j in jobs) else 0.0
    for job in jobs:
        if job["rule"] not in MAKING:
            timed = _of_rule(place, job["rule"])
            rest.append(timed or _usual(job["rule"], start, study, each))
    threads = study.training.threads if study.training else _threads(study)
    seed = sum(each.values()) / _full(study) if each else 0.0
    return Forecast(source, off, making, tuple(rest), threads, memory, seed)


def _usual(rule: str, start: float, study: Study, each: Mapping[str, float]) -> float:
    """Return the seconds of a rule that was not timed, from those that a job takes to start."""
    usual = _LONGER.get(rule, 1.0) * start
    if rule == "canary" and study.training:
        epochs = study.training.epochs
        usual += each[study.arms[0].path] * repeated(epochs) / epochs
    return usual


def _threads(study: Study) -> int:
    return study.command.resources.get("threads", 1) if study.command else 1


def _full(study: Study) -> int:
    """Return the seeds of a block that is full."""
    return max(1, min(study.seeds_per_job, study.seeds))


def _completed(known: Mapping[str, float], study: Study) -> dict[str, float]:
    """Return seconds of a block of every arm; one that is not known is like others of its model."""
    by_model: dict[str, list[float]] = {}
    for arm in study.arms:
        if arm.path in known:
            by_model.setdefault(arm.model, []).append(known[arm.path])
    every = fmean(known.values()) if known else 0.0
    return {
        arm.path: known.get(arm.path) or fmean(by_model.get(arm.model, [every]))
        for arm in study.arms
    }


def _earlier(place: Place) -> tuple[dict[str, list[float]], float]:
    """Return seconds of full blocks that were made, by arm, and the most memory of one."""
    found: dict[str, list[float]] = {}
    memory = 0.0
    for rule in MAKING:
        for path, block in blocks(place.study):
            row = _benchmark(place.results / "benchmarks" / rule / path / f"seeds_{block}.tsv")
            if row is None:
                continue
            share = len(place.study.seeds_of(block)) / _full(place.study)
            found.setdefault(path, []).append(float(row["s"]) / share)
            memory = max(memory, _number(row.get("max_rss", "")) * 1e6)
    return found, memory


def _benchmark(path: Path) -> dict[str, str] | None:
    """Read Snakemake's own record of a job."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return rows[-1] if rows and _number(rows[-1]["s"]) else None
    except (OSError, KeyError):
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _of_rule(place: Place, rule: str) -> float | None:
    row = _benchmark(place.results / "benchmarks" / f"{rule}.tsv")
    return float(row["s"]) if row else None


def _spread(earlier: Mapping[str, Sequence[float]]) -> float:
    """Return how far blocks of one arm were from their mean, as a share."""
    shares = [
        max(abs(one - fmean(seconds)) / fmean(seconds) for one in seconds)
        for seconds in earlier.values()
    ]
    return max([_LEAST, *shares])


def _start_of_analysis() -> float:
    """Measure how long a job of the analysis takes to start."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", "import thresher.stages, scipy.special"], check=True)
    return time.monotonic() - begin


def _measured(study: Study, place: Place, arms: Sequence[Arm]) -> dict[str, Any] | str:
    """Measure blocks of some arms, the largest first; seconds of a block by the arm's path."""
    ordered = sorted(arms, key=lambda arm: -(arm.parameters or 0))
    distinct = list({arm.model: arm for arm in reversed(ordered)}.values())
    ordered = [*distinct, *(arm for arm in ordered if arm not in distinct)]
    request = {
        "trained": study.training is not None,
        "specifications": [study.specification(arm) for arm in ordered],
        "seeds": study.seeds_of("0") if study.training else [0],
        "folder": str(place.given.parent.resolve()),
        "patience": PATIENCE,
    }
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "thresher.command_line._measuring"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=6 * PATIENCE if study.training else PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        return f"nothing was made within {error.timeout:.0f} s; the first block will tell"
    if ended.returncode:
        last = [line for line in ended.stderr.splitlines() if line.strip()][-1:]
        return f"making runs failed: {''.join(last)}"
    found = json.loads(ended.stdout)
    each = 1 if study.training else _full(study)
    paths = {arm.label: arm.path for arm in arms}
    found["seconds"] = {
        paths[label]: found["start"] + seconds * each for label, seconds in found["seconds"].items()
    }
    return dict(found)
