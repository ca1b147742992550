"""Epochs done, run-epochs a second, time left: a line in a log, a bar on a terminal."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

Report = Callable[["Progress"], None]


@dataclass
class Progress:
    """How far a block is.

    Attributes
    ----------
    epochs : int
        The budget.
    groups : int
        Groups of lanes, trained one after another.
    runs : int
        Runs in the block.
    report : callable or None
        Receives this object after each piece; by default a bar on a terminal or in a
        notebook.
    """

    epochs: int
    groups: int
    runs: int
    report: Report | None = None
    done: int = 0
    finished: int = 0

    def __post_init__(self) -> None:
        self.begin = time.perf_counter()
        if self.report is None and (sys.stderr.isatty() or "ipykernel" in sys.modules):
            self.report = draw_bar

    def step(self, done: int) -> None:
        """Note that the present group has done so many epochs."""
        self.done = done
        if self.report:
            self.report(self)

    def end_group(self) -> None:
        """Note that the present group is through."""
        self.finished, self.done = self.finished + 1, 0

    @property
    def share(self) -> float:
        """Share of the block's work that is done."""
        return (self.finished + self.done / self.epochs) / self.groups

    @property
    def line(self) -> str:
        """Epochs done, run-epochs a second, seconds left."""
        elapsed = max(time.perf_counter() - self.begin, 1e-9)
        rate = self.share * self.runs * self.epochs / elapsed
        left = elapsed * (1 - self.share) / max(self.share, 1e-9)
        group = f"group {self.finished + 1} of {self.groups}, " if self.groups > 1 else ""
        done = f"{group}{self.done} of {self.epochs} epochs"
        return f"{done}, {rate:,.0f} run-epochs/s, {left:.0f} s left"


def print_line(progress: Progress) -> None:
    """Print one line, for a log."""
    print(progress.line, flush=True)


def draw_bar(progress: Progress) -> None:
    """Draw a bar over the last one."""
    filled = round(30 * progress.share)
    bar = "█" * filled + "·" * (30 - filled)
    end = "\n" if progress.share >= 1 else ""
    print(f"\r{bar} {progress.line}\x1b[K", end=end, file=sys.stderr, flush=True)
