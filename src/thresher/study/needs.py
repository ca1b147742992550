"""What jobs need of a scheduler, memory and time, from the size of the study.

The numbers are the largest of Snakemake's benchmark files (``results/<study>/benchmarks``), with
room for Slurm's job step and the two Snakemakes around each job, about 350 MB. Schedulers end what
goes beyond; a job that is tried again gets as much more.
"""

import math
from dataclasses import dataclass

from thresher.study.plan import Study

_UNKNOWN_EVALUATIONS, _UNKNOWN_ARMS = 1000, 8
_BYTES_OF_A_ROW = 20


@dataclass(frozen=True)
class Size:
    """What jobs grow with.

    Attributes
    ----------
    rows : int
        Evaluations of the study, or epochs of all runs of a block.
    of_an_arm : int
        Those of one arm: so much is read at a time.
    seeds : int
        Runs of an arm, each of which has a sign in every flip.
    """

    rows: int = 0
    of_an_arm: int = 0
    seeds: int = 0


@dataclass(frozen=True)
class Need:
    """What one rule's jobs need.

    Attributes
    ----------
    mb, minutes : int
        However small the study is.
    bytes_a_row, bytes_of_an_arm, bytes_a_seed, seconds_a_row : float
        Beyond that: for each row, each of one arm, each seed; see `Size`.
    """

    mb: int
    minutes: int
    bytes_a_row: float = 0
    bytes_of_an_arm: float = 0
    bytes_a_seed: float = 0
    seconds_a_row: float = 0

    def memory(self, size: Size, attempt: int = 1) -> int:
        """Return the megabytes for a size; each further attempt gets as much again."""
        grown = self.bytes_a_row * size.rows + self.bytes_of_an_arm * size.of_an_arm
        grown += self.bytes_a_seed * size.seeds
        return attempt * (self.mb + math.ceil(grown / 1e6))

    def time(self, size: Size, attempt: int = 1) -> int:
        """Return the minutes for a size."""
        return attempt * (self.minutes + math.ceil(self.seconds_a_row * size.rows / 60))


# TensorFlow and a compiled step take 850 MB, whatever the block; the slowest model of ours does 170
# epochs of a run in a second.
TRAINING = Need(2000, 30, bytes_a_row=100, seconds_a_row=0.05)
COMMAND = Need(2000, 60)
COLLECT = Need(1000, 20, bytes_a_row=30, bytes_of_an_arm=800, seconds_a_row=1e-5)
# 99,999 flips are a byte each; of every run there are events at each threshold. 20 arms × 10,000
# seeds × 201 evaluations took 1.6 GB for analyses, 1.3 GB for the report, a minute a job.
ANALYSIS = Need(
    1000, 20, bytes_a_row=15, bytes_of_an_arm=200, bytes_a_seed=120e3, seconds_a_row=1e-5
)
DRAWING = Need(1200, 30, bytes_a_row=30, bytes_of_an_arm=100, seconds_a_row=1e-5)
PLAIN = Need(800, 10)


def size_of_block(study: Study) -> Size:
    """Return how large a block of runs is."""
    epochs = study.training.epochs if study.training else 0
    return Size(min(study.seeds, study.seeds_per_job) * epochs)


def size_of(study: Study, log_bytes: int = 0) -> Size:
    """Return about how large the evaluations of all runs are.

    Parameters
    ----------
    study : Study
    log_bytes : int
        Size of the logs of runs that were made elsewhere, whose arms are not known yet.
    """
    if study.traces is not None:
        rows = log_bytes // _BYTES_OF_A_ROW
        return Size(rows, rows // _UNKNOWN_ARMS, rows // _UNKNOWN_EVALUATIONS)
    training = study.training
    known = training is not None and training.steps is None
    each = len(training.evaluations) if training and known else _UNKNOWN_EVALUATIONS
    own = study.seeds * each
    return Size(len(study.arms) * own, own, study.seeds)
