"""The state of a workflow: which jobs run, what is done of all runs, what has failed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thresher.progress import read_share
from thresher.study.plan import Study

MAKING = ("train_block", "run_command")
"""The rules that make runs."""
_LONGEST = 300

Event = Mapping[str, Any]
"""Fields of a log record of Snakemake, by name."""


@dataclass(frozen=True)
class Job:
    """A job that was begun.

    Attributes
    ----------
    rule, name : str
        What makes it, and what people call it.
    runs : int
        That it makes; 0 for what comes after.
    output, log : str
        Its first ones; empty without.
    begun : float
        On the clock of its `Happening`.
    """

    rule: str
    name: str
    runs: int
    output: str
    log: str
    begun: float


@dataclass(frozen=True)
class Failure:
    """A job that failed: what it said last, and where the rest is."""

    name: str
    log: str
    said: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        parts = [f"failed: {self.name}", *([self.said] if self.said else [])]
        named = not self.log or self.log in self.said
        return ": ".join(parts) + ("" if named else f" (log: {self.log})")


@dataclass(frozen=True)
class Progress:
    """How far everything is.

    Attributes
    ----------
    jobs, all_jobs : int
        Done, and to be done in this call.
    runs, all_runs : int
    epochs, all_epochs : float
        Over all runs; 0 where a run's are not known before its end.
    seconds : float
        Since the first run began.
    """

    jobs: int
    all_jobs: int
    runs: int
    all_runs: int
    epochs: float
    all_epochs: float
    seconds: float

    @property
    def share(self) -> float:
        """Share of the runs, or of the jobs where none is to be made, that is done."""
        if self.all_epochs:
            return self.epochs / self.all_epochs
        if self.all_runs:
            return self.runs / self.all_runs
        return self.jobs / self.all_jobs if self.all_jobs else 0.0

    @property
    def rate(self) -> float:
        """Epochs a second over all jobs, their starting included; 0 before there are any."""
        return self.epochs / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the last run is made, at this rate; None where it is not known yet."""
        done = self.share
        made = self.runs < self.all_runs and 0 < done < 1
        return self.seconds * (1 - done) / done if made else None


@dataclass
class Happening:
    """What is known of a workflow that runs.

    Attributes
    ----------
    study : Study or None
        None where only jobs can be counted.
    folder : str
        Where the jobs say how far they are; see `thresher.progress`.
    clock : callable
        Seconds.
    """

    study: Study | None = None
    folder: str = ""
    clock: Callable[[], float] = time.monotonic
    running: dict[int, Job] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)
    stopped: bool = False
    _jobs: int = 0
    _all_jobs: int = 0
    _runs: int = 0
    _all_runs: int = 0
    _begun: float | None = None
    _ended: float | None = None

    def plan(self, stats: Mapping[str, int]) -> None:
        """Note how many jobs of each rule are to be done in this call."""
        self._all_jobs = sum(count for rule, count in stats.items() if rule not in ("all", "total"))
        blocks = sum(stats.get(rule, 0) for rule in MAKING)
        if self.study is not None:
            there = self._blocks() - blocks
            most = self.study.seeds * len(self.study.arms)
            self._all_runs = most - there * self.study.seeds_per_job if blocks else 0

    def _blocks(self) -> int:
        assert self.study is not None
        return len(self.study.blocks()) * len(self.study.arms)

    def begin(self, event: Event) -> Job:
        """Note that a job is about to begin."""
        wildcards = dict(event.get("wildcards") or {})
        outputs, logs = (list(event.get(key) or [""]) for key in ("output", "log"))
        rule = str(event.get("rule_name", ""))
        job = Job(
            rule,
            self._name(rule, wildcards),
            self._runs_of(rule, wildcards),
            str(outputs[0]),
            str(logs[0]),
            self.clock(),
        )
        number = int(event.get("jobid", -1))
        self.failures.pop(number, None)
        self.running[number] = job
        if job.runs and self._begun is None:
            self._begun = job.begun
        return job

    def _name(self, rule: str, wildcards: Mapping[str, str]) -> str:
        if "variant" not in wildcards:
            return rule
        path = f"{wildcards['variant']}/{wildcards.get('factors', '')}"
        arms = self.study.arms if self.study else ()
        name = next((arm.label for arm in arms if arm.path == path), path)
        if "block" not in wildcards or self.study is None:
            return f"{rule} {name}"
        seeds = self.study.seeds_of(wildcards["block"])
        last = f" to {seeds[-1]}" if len(seeds) > 1 else ""
        return f"{name}, seed{'s' if last else ''} {seeds[0]}{last}"

    def _runs_of(self, rule: str, wildcards: Mapping[str, str]) -> int:
        if rule not in MAKING or self.study is None:
            return 0
        return len(self.study.seeds_of(wildcards["block"]))

    def finish(self, number: int) -> Job | None:
        """Note that a job is done; None for one that nobody saw begin."""
        job = self.running.pop(number, None)
        if job is None:
            return None
        self._jobs += job.rule != "all"
        self._runs += job.runs
        self._all_runs = max(self._all_runs, self._runs)
        if job.runs:
            self._ended = self.clock()
        return job

    def fail(self, event: Event) -> Failure:
        """Note that a job failed, and find what it said last."""
        number = int(event.get("jobid", -1))
        job = self.running.pop(number, None)
        logs = list(event.get("log") or [])
        log = str(logs[0]) if logs else ""
        name = job.name if job else str(event.get("rule_name", "a job"))
        self.failures[number] = failure = Failure(name, log, _last_line(log))
        return failure

    def share_of(self, job: Job) -> float:
        """Return the share of a job that makes runs that is done, as it says itself."""
        return read_share(self.folder, job.output)

    def progress(self) -> Progress:
        """Return how far everything is."""
        each = self.study.training.epochs if self.study and self.study.training else 0
        under_way = sum(
            job.runs * self.share_of(job) for job in list(self.running.values()) if job.runs
        )
        began = self._begun
        done = self._runs >= self._all_runs and self._ended is not None
        now = self._ended if done and self._ended is not None else self.clock()
        return Progress(
            jobs=self._jobs,
            all_jobs=self._all_jobs,
            runs=self._runs,
            all_runs=self._all_runs,
            epochs=(self._runs + under_way) * each,
            all_epochs=float(self._all_runs * each),
            seconds=0.0 if began is None else now - began,
        )


def _last_line(log: str) -> str:
    """Return the last line of a log that says something; empty where there is none."""
    try:
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    return last if len(last) <= _LONGEST else f"{last[:_LONGEST]}…"
