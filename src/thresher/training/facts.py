"""What a training job says of the machine that it ran on; no part of the traces."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

import tensorflow as tf

PACKAGES = ("thresher", "tensorflow", "keras", "numpy")


def machine_facts(run_epochs: int, seconds: float) -> dict[str, Any]:
    """Return what was done, when, where, and with which versions.

    Parameters
    ----------
    run_epochs : int
        Epochs, over all runs of the job.
    seconds : float
    """
    return {
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "run_epochs": run_epochs,
        "run_epochs_per_second": round(run_epochs / seconds, 1),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "accelerators": [device.name for device in tf.config.list_physical_devices("GPU")],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": versions(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions() -> dict[str, str]:
    """Return the versions of what decides the bits of a trace."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}
