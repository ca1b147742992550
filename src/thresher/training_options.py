"""How a run is trained and evaluated; imports nothing, so that everything may import it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PER_SEED, SHARED = "per_seed", "shared"
EVALUATIONS = (PER_SEED, SHARED)
# So many examples of a held-out set are evaluated at once, which bounds the memory of all lanes;
# more are slower, too.
AT_ONCE = 256
_STEPS = re.compile(r"([1-9]\d{0,17}) steps?")


@dataclass(frozen=True)
class Training:
    """How a run is trained and evaluated.

    Attributes
    ----------
    epochs : int
        The budget: epochs of every run; a multiple of `evaluate_every`. An epoch is one batch of
        fresh examples.
    batch_size : int
        Examples.
    evaluate_every : int, float or str
        Epochs from one evaluation to the next; the first is at epoch 0. For a data set, one over a
        whole number is that part of a pass, rounded down to whole batches. A text such as
        ``"50 steps"`` counts optimizer steps, which divide a pass or are several.
    evaluation_size : int
        Examples in a held-out set.
    evaluation : str
        ``per_seed``: every seed has a held-out set of its own, the same for all arms that share
        data, so that a set's luck is part of the seed's. ``shared``: one set for all seeds and
        arms; what is found then holds for this set.
    optimizer : str
        A name of `thresher.optimizers.OPTIMIZERS`.
    learning_rate : float, mapping or None
        A rate, or a schedule by its name and settings; None is the optimizer's own default.
    optimizer_options : mapping of str to value
        The optimizer's further arguments, clipping included.
    loss : str
        As Keras names it.
    metrics : tuple of mapping
        Metrics of Keras that are measured on held-out examples besides: ``name``, and options.
    lane_width : int
        Seeds trained together. It is part of what a trace depends on: other widths round
        otherwise.
    threads : int
        Of TensorFlow's pools. Other numbers round otherwise, too.
    """

    epochs: int = 1000
    batch_size: int = 1
    evaluate_every: int | float | str = 5
    evaluation_size: int = 256
    evaluation: str = PER_SEED
    optimizer: str = "adam"
    learning_rate: Any = None
    optimizer_options: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    loss: str = "binary_crossentropy"
    metrics: tuple[Mapping[str, bool | int | float | str], ...] = ()
    lane_width: int = 32
    threads: int = 1

    @property
    def steps(self) -> int | None:
        """Optimizer steps from one evaluation to the next; None where they are not counted."""
        if not isinstance(self.evaluate_every, str):
            return None
        found = _STEPS.fullmatch(self.evaluate_every)
        return int(found[1]) if found else None

    @property
    def every(self) -> float:
        """Epochs from one evaluation to the next, where they are known."""
        if isinstance(self.evaluate_every, str):
            raise TypeError("steps are epochs only where it is known how many a pass has")
        return self.evaluate_every

    @property
    def parts(self) -> int:
        """Into how many parts evaluations divide an epoch; 1 where they are epochs apart."""
        return round(1 / self.every) if self.every < 1 else 1

    @property
    def evaluations(self) -> tuple[float, ...]:
        """The epochs after which a run is evaluated, 0 and the last one among them."""
        if self.parts > 1:
            return tuple(place / self.parts for place in range(self.epochs * self.parts + 1))
        return tuple(range(0, self.epochs + 1, int(self.every)))


def repeated(epochs: int) -> int:
    """Return how many epochs of a block the canary trains again, at least.

    What does not repeat differs from the first steps on, and grows; a hundred epochs tell, and a
    tenth of longer trainings.
    """
    return min(max(100, math.ceil(epochs / 10)), epochs)
