"""What is shown of a workflow: one live view on a terminal, plain lines anywhere else."""

import threading
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from thresher.live.happening import Failure, Happening, Job, Progress
from thresher.terminal import duration, rate, several

# Jobs and failures that the view has room for.
_MOST = 8
# Seconds without a line after which one says how far everything is.
_SILENCE = 60.0
# Seconds that a failure is held back: where the user stops everything, no job has failed.
_PATIENCE = 1.0


class Shown(Protocol):
    """What is told of a workflow's events."""

    def planned(self) -> None:
        """Begin."""

    def finished(self, job: Job) -> None:
        """Say that a job is done."""

    def failed(self, failure: Failure) -> None:
        """Say that a job failed."""

    def say(self, text: str) -> None:
        """Say what Snakemake says, word for word."""

    def end(self) -> None:
        """End, with what is to stay."""


def facts(progress: Progress) -> str:
    """Say runs and epochs done, rate and time left, in one line."""
    parts = []
    if progress.all_runs:
        parts.append(f"runs {progress.runs:,} of {progress.all_runs:,}")
    if progress.all_epochs:
        parts.append(f"epochs {progress.epochs:,.0f} of {progress.all_epochs:,.0f}")
        if progress.rate:
            parts.append(f"{rate(progress.rate)} epochs/s")
    if progress.left is not None:
        parts.append(f"about {duration(progress.left)} left")
    return ", ".join(parts)


def _how_far(progress: Progress) -> str:
    """Say how far runs are, or jobs where all runs are made."""
    if progress.runs < progress.all_runs:
        return facts(progress)
    return f"jobs {progress.jobs:,} of {progress.all_jobs:,}"


def lines_of_end(happening: Happening) -> list[str]:
    """Say what has failed and what is done, when everything has ended."""
    progress = happening.progress()
    lines = [failure.line for failure in happening.failures.values()]
    if happening.stopped or not progress.all_jobs:
        return [] if happening.stopped else lines
    runs = f"{several(progress.runs, 'run')} made" if progress.all_runs else "no run to be made"
    done = f"{progress.jobs} of {several(progress.all_jobs, 'job')} done, {runs}"
    if happening.failures:
        done += f", {several(len(happening.failures), 'job')} failed"
    return [*lines, done]


class Lines:
    """A line for each job that makes runs and for each failure; now and then how far it is."""

    def __init__(self, happening: Happening, console: Console) -> None:
        self._happening, self._console = happening, console
        self._held: list[tuple[float, Failure]] = []
        self._last = happening.clock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def planned(self) -> None:
        progress = self._happening.progress()
        if not self._thread.is_alive():
            runs = f", {several(progress.all_runs, 'run')} to be made" if progress.all_runs else ""
            self.say(f"{several(progress.all_jobs, 'job')}{runs}")
            self._thread.start()

    def finished(self, job: Job) -> None:
        if job.runs:
            took = duration(self._happening.clock() - job.begun)
            self.say(f"done: {job.name}, in {took}; {facts(self._happening.progress())}")

    def failed(self, failure: Failure) -> None:
        self._held.append((self._happening.clock(), failure))

    def say(self, text: str) -> None:
        self._last = self._happening.clock()
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def end(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if not self._happening.stopped:
            self._release(0.0)
        for line in lines_of_end(self._happening)[-1:]:
            self.say(line)

    def stand_still(self, now: float) -> None:
        """Say how far everything is, where nothing has been said for long."""
        if now - self._last >= _SILENCE:
            self.say(_how_far(self._happening.progress()))

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self._release(_PATIENCE)
            self.stand_still(self._happening.clock())

    def _release(self, patience: float) -> None:
        now = self._happening.clock()
        while self._held and now - self._held[0][0] >= patience:
            self.say(self._held.pop(0)[1].line)


class View:
    """One view that is drawn anew in its place, and gives way to a few lines at the end."""

    def __init__(self, happening: Happening, console: Console, title: str = "") -> None:
        self._happening, self._console, self._title = happening, console, title
        self._begun = happening.clock()
        self._live = Live(
            get_renderable=self.drawn, console=console, refresh_per_second=1, transient=True
        )

    def planned(self) -> None:
        if not self._live.is_started:
            self._live.start()

    def finished(self, job: Job) -> None:
        pass

    def failed(self, failure: Failure) -> None:
        pass

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def end(self) -> None:
        if self._live.is_started:
            self._live.stop()
        for line in lines_of_end(self._happening):
            self.say(line)

    def drawn(self) -> RenderableType:
        """Draw the view as it is now."""
        progress = self._happening.progress()
        elapsed = duration(self._happening.clock() - self._begun)
        jobs = f"jobs {progress.jobs} of {progress.all_jobs}, {elapsed}"
        head = Text(self._title, style="bold", no_wrap=True, overflow="ellipsis")
        head.append(f"  {jobs}", style="not bold")
        bar = Table.grid(expand=True)  # a bar by itself does not end its line
        bar.add_row(ProgressBar(total=1.0, completed=progress.share))
        parts: list[RenderableType] = [head, bar]
        if line := facts(progress):
            parts.append(Text(line))
        return Group(*parts, *self._running(), *self._failures())

    def _running(self) -> list[RenderableType]:
        jobs = list(self._happening.running.values())
        if not jobs:
            return []
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(justify="right", no_wrap=True)
        for job in jobs[:_MOST]:
            took = duration(self._happening.clock() - job.begun)
            share = f"{self._happening.share_of(job):.0%}  " if job.runs else ""
            table.add_row(Text(f"  {job.name}", overflow="ellipsis"), Text(f"{share}{took}"))
        more = len(jobs) - _MOST
        return [table, *([Text(f"  and {more} more")] if more > 0 else [])]

    def _failures(self) -> list[RenderableType]:
        found = list(self._happening.failures.values())
        if self._happening.stopped:
            return []
        shown: list[RenderableType] = [Text(one.line, style="red") for one in found[-_MOST:]]
        more = len(found) - _MOST
        return [*shown, *([Text(f"and {more} more failed")] if more > 0 else [])]
