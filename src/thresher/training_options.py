"""How a run is trained: what study file, engine and specification share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Training:
    """How a run is trained; lengths in epochs, sizes in sequences."""

    epochs: int = 1000
    batch_size: int = 1
    evaluate_every: int = 5
    evaluation_size: int = 64
    optimizer: str = "adam"
    learning_rate: Any = None
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    loss: str = "binary_crossentropy"
    lane_width: int = 32
    threads: int = 1
