"""What making runs takes, from a few seconds of it; a process of its own: ``python -m …``."""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Seconds after the first piece of training.
_EACH = 3.0


class _Enough(Exception):
    """It has been measured for long enough."""


def main() -> None:
    """Read a request as JSON, measure, and print what was found as JSON."""
    request = json.load(sys.stdin)
    kept = os.dup(1)
    os.dup2(2, 1)  # what others print is no part of the answer
    made = _trained(request) if request["trained"] else _commanded(request)
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    scale = 1 if sys.platform == "darwin" else 1024
    found = {**made, "memory": max(one.ru_maxrss for one in usage) * scale}
    os.write(kept, json.dumps(found).encode())


def _trained(request: Mapping[str, Any]) -> dict[str, Any]:
    """Begin to train blocks of some arms: seconds of a whole block each, and to start."""
    import psutil

    from thresher.training.job import load_named, located, train

    start = time.time() - psutil.Process().create_time()
    seconds: dict[str, float] = {}
    begun = time.monotonic()
    for specification in request["specifications"]:
        if seconds and time.monotonic() - begun > request["patience"]:
            break
        job = json.loads(specification)
        named = load_named(job, request["folder"])
        watch = _Watch()
        try:
            train(located(job, named[0], request["folder"]), request["seeds"], named, watch)
            seconds[job["arm"]] = time.monotonic() - watch.begun
        except _Enough:
            seconds[job["arm"]] = watch.whole()
    return {"start": start, "seconds": seconds}


class _Watch:
    """Notes when training was how far, until that is enough."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self._seen: list[tuple[float, float]] = []

    def __call__(self, progress: Any) -> None:
        now = time.monotonic()
        self._seen.append((now, progress.share))
        if len(self._seen) > 1 and now - self._seen[0][0] > _EACH:
            raise _Enough

    def whole(self) -> float:
        """Return the seconds of all, by the pace after the first piece, which waits longest."""
        (first, early), (last, late) = self._seen[0], self._seen[-1]
        return last - self.begun + (1 - late) * (last - first) / (late - early)


def _commanded(request: Mapping[str, Any]) -> dict[str, Any]:
    """Run the program once for an arm each: seconds of a run."""
    from thresher.command.job import run_command

    seconds: dict[str, float] = {}
    begun = time.monotonic()
    for specification in request["specifications"]:
        if seconds and time.monotonic() - begun > request["patience"]:
            break
        with tempfile.TemporaryDirectory() as folder:
            traces, predictions, facts = (str(Path(folder, name)) for name in "tpf")
            start, seeds = time.monotonic(), request["seeds"]
            run_command(specification, seeds, traces, predictions, facts, request["folder"])
            seconds[json.loads(specification)["arm"]] = time.monotonic() - start
    return {"start": 0.0, "seconds": seconds}


if __name__ == "__main__":
    main()
