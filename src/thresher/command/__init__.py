"""Any program as the source of runs: one process for each arm and seed, its trace read and kept.

What runs it is in `thresher.command.job`; a study is checked without it.
"""

from thresher.command.filling import (
    FILLED,
    CommandError,
    fill,
    placeholders,
    problems,
    spelled,
    split,
)
from thresher.command.identity import code_digest, missing_files

__all__ = [
    "FILLED",
    "CommandError",
    "code_digest",
    "fill",
    "missing_files",
    "placeholders",
    "problems",
    "spelled",
    "split",
]
