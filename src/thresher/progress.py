"""How far a job is, in a small file for whoever looks; nothing where nobody does.

Whoever looks sets the variable `FOLDER` in the environment of the jobs. What is written there is
no part of any result.
"""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = "THRESHER_PROGRESS"
"""The variable that names the folder for these files."""
# Seconds between two writes of a job.
_PAUSE = 0.2


def reporter(output: str) -> Callable[[float], None]:
    """Return what takes the share of a job that is done, from 0 to 1.

    Parameters
    ----------
    output : str
        The job's first output, by which `read_share` finds it.
    """
    folder = os.environ.get(FOLDER)
    if not folder or not Path(folder).is_dir():
        return lambda share: None
    path, written = file_of(folder, output), -_PAUSE

    def tell(share: float) -> None:
        nonlocal written
        now = time.monotonic()
        if now - written < _PAUSE and share < 1:
            return
        written = now
        temporary = path.with_suffix(".tmp")
        with contextlib.suppress(OSError):  # a full disk, or nobody looks any more
            temporary.write_text(json.dumps({"output": output, "share": share}), encoding="utf-8")
            temporary.replace(path)

    return tell


def file_of(folder: str | Path, output: str) -> Path:
    """Return the file that says how far the job with this output is."""
    return Path(folder, f"{hashlib.sha256(output.encode()).hexdigest()[:16]}.json")


def read_share(folder: str | Path, output: str) -> float:
    """Return the share of a job that is done; 0 where it has not said anything yet."""
    try:
        share = float(json.loads(file_of(folder, output).read_text(encoding="utf-8"))["share"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0
    return min(max(share, 0.0), 1.0)
