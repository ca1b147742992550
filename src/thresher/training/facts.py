"""What a training job says of the machine that it ran on; no part of the traces."""

from typing import Any

import tensorflow as tf

from thresher import machine

PACKAGES = ("thresher", "tensorflow", "keras", "numpy")


def machine_facts(run_epochs: int, seconds: float) -> dict[str, Any]:
    """Return what was done, when, where, and with which versions; see `machine.machine_facts`."""
    accelerators = [device.name for device in tf.config.list_physical_devices("GPU")]
    return machine.machine_facts(run_epochs, seconds, PACKAGES, accelerators)


def versions() -> dict[str, str]:
    """Return the versions of what decides the bits of a trace."""
    return machine.versions(PACKAGES)
