"""Any program as the source of runs: one process for each arm and seed, its trace read and kept."""

from thresher.command.filling import (
    FILLED,
    CommandError,
    fill,
    missing_files,
    placeholders,
    problems,
    split,
)
from thresher.command.job import code_digest, run_command

__all__ = [
    "FILLED",
    "CommandError",
    "code_digest",
    "fill",
    "missing_files",
    "placeholders",
    "problems",
    "run_command",
    "split",
]
