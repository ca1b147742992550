"""What a job says of the machine that it ran on; no part of its results."""

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def machine_facts(
    run_epochs: float, seconds: float, packages: Sequence[str], accelerators: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what was done, when, where, and with which versions.

    Parameters
    ----------
    run_epochs : float
        Epochs, or what the axis counts, over all runs of the job.
    seconds : float
    packages : sequence of str
        Those whose versions decide what is computed.
    accelerators : sequence of str
    """
    return {
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "run_epochs": run_epochs,
        "run_epochs_per_second": round(run_epochs / seconds, 1),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "accelerators": list(accelerators),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": versions(packages),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory() -> int | None:
    """Return this machine's memory in bytes, or what a container may use of it; None if unknown."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdigit() else whole


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of packages."""
    return {name: importlib.metadata.version(name) for name in packages}
