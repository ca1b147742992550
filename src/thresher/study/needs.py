"""What jobs need of a scheduler, memory and time, from the size of the study.

The numbers are the largest of Snakemake's benchmark files (``results/<study>/benchmarks``), with
room for Slurm's job step and the two Snakemakes around each job, about 350 MB. Schedulers end what
goes beyond; a job that is tried again gets as much more.
"""

import math
from dataclasses import dataclass

from thresher.study.plan import Study

_UNKNOWN_EVALUATIONS = 1000
_BYTES_OF_A_ROW = 20


@dataclass(frozen=True)
class Need:
    """What one rule's jobs need.

    Attributes
    ----------
    mb, minutes : int
        However small the study is.
    bytes_a_row, seconds_a_row : float
        Beyond that: for each evaluation of the study, or each run's epoch of a block.
    """

    mb: int
    minutes: int
    bytes_a_row: float = 0
    seconds_a_row: float = 0

    def memory(self, rows: int, attempt: int = 1) -> int:
        """Return the megabytes for so many rows; each further attempt gets as much again."""
        return attempt * (self.mb + math.ceil(self.bytes_a_row * rows / 1e6))

    def time(self, rows: int, attempt: int = 1) -> int:
        """Return the minutes for so many rows."""
        return attempt * (self.minutes + math.ceil(self.seconds_a_row * rows / 60))


# TensorFlow and a compiled step take 850 MB, whatever the block; the slowest model of ours does 170
# epochs of a run in a second.
TRAINING = Need(2000, 30, bytes_a_row=100, seconds_a_row=0.05)
COMMAND = Need(2000, 60)
COLLECT = Need(1000, 20, bytes_a_row=60, seconds_a_row=1e-5)
ANALYSIS = Need(1000, 20, bytes_a_row=200, seconds_a_row=1e-4)
DRAWING = Need(1200, 30, bytes_a_row=200, seconds_a_row=1e-4)
PLAIN = Need(800, 10)


def block_rows(study: Study) -> int:
    """Return the epochs of all runs of a block."""
    epochs = study.training.epochs if study.training else 0
    return min(study.seeds, study.seeds_per_job) * epochs


def evaluation_rows(study: Study, log_bytes: int = 0) -> int:
    """Return about how many evaluations all runs have.

    Parameters
    ----------
    study : Study
    log_bytes : int
        Size of the logs of runs that were made elsewhere.
    """
    if study.traces is not None:
        return log_bytes // _BYTES_OF_A_ROW
    training = study.training
    known = training is not None and training.steps is None
    each = len(training.evaluations) if training and known else _UNKNOWN_EVALUATIONS
    return len(study.arms) * study.seeds * each
