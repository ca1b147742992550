"""What a study measures, and along what: the metric and the axis."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor, log10
from typing import Literal

from thresher import losses

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Metric:
    """A measured quantity: a column of the traces.

    Attributes
    ----------
    name : str
        The column.
    label : str
        What sentences call it: ``held-out loss``.
    unit : str
        Empty for a fraction or a pure number.
    better : {"lower", "higher"}
    minimum, maximum : float or None
        What it can't go beyond; None where it has no such bound.
    data : {"held-out", "training", ""}
        What it was measured on; empty where that is not known.
    """

    name: str = "eval_loss"
    label: str = "held-out loss"
    unit: str = "nats"
    better: Better = "lower"
    minimum: float | None = None
    maximum: float | None = None
    data: Literal["held-out", "training", ""] = ""

    @property
    def sign(self) -> int:
        """1 where lower is better, −1 where higher is: sign × value falls as a run learns."""
        return 1 if self.better == "lower" else -1

    @property
    def side(self) -> str:
        """Where a value meets a threshold: ``at or below``, ``at or above``."""
        return f"at or {'below' if self.better == 'lower' else 'above'}"

    def grid(self, threshold: float, spread: float | None = None) -> tuple[float, ...] | None:
        """Build thresholds around a study's own from what the metric can be.

        Parameters
        ----------
        threshold : float
        spread : float or None
            Of the metric over all runs, where known.

        Returns
        -------
        tuple of float or None
            Ascending, the threshold among them: 0.6 to 1.4 times its distance from the nearer
            bound, so that no level lies beyond a bound. Without a bound, steps of a twentieth of
            the spread; None where that is not known yet.
        """
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        reach = min((abs(threshold - bound) for bound in bounds), default=None)
        if reach is None:
            if spread is None:
                return None
            step = spread / 20
        elif reach > 0:
            step = reach / 10
        else:
            step = abs(bounds[-1] - bounds[0]) / 40
        if step <= 0:
            return (threshold,)
        levels = [threshold + k * step for k in range(-4, 5) if k]
        # So many digits that neighbours differ, and no more.
        digits = 2 - floor(log10(step))
        rounded = {round(level, digits) for level in levels if self.holds(level)}
        return tuple(sorted({threshold, *(v for v in rounded if abs(v - threshold) > step / 2)}))

    @property
    def bounds(self) -> str:
        """Say what it can be, to follow "must be"; empty without bounds."""
        low = None if self.minimum is None else f"at least {self.minimum:g}"
        high = None if self.maximum is None else f"at most {self.maximum:g}"
        return " and ".join(filter(None, (low, high)))

    def holds(self, value: float) -> bool:
        """Return whether the metric can have this value."""
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True)
class Axis:
    """What is counted until the threshold is reached.

    Attributes
    ----------
    name : str
        One of it, and the column of the traces: ``epoch``.
    unit : str
        Several of it: ``epochs``.
    parts : bool
        Whether there are parts of an epoch: of a pass over a data set that is evaluated within.
    """

    name: str = "epoch"
    unit: str = "epochs"
    parts: bool = False

    @classmethod
    def named(cls, name: str, unit: str | None = None) -> "Axis":
        """Return an axis by its name, with the plural that English gives it unless told another.

        Examples
        --------
        >>> Axis.named("step").unit, Axis.named("index").unit
        ('steps', 'indices')
        >>> Axis.named("time/total_timesteps").unit
        'total timesteps'
        """
        word = name.rpartition("/")[2].replace("_", " ").strip() or name
        usual = word if word.endswith("s") else f"{word}s"
        return cls(name, unit or {"index": "indices"}.get(name, usual))

    @property
    def title(self) -> str:
        """The name of an axis of a figure: ``Training epochs``, ``Steps``."""
        if self.unit == "epochs":
            return "Training epochs"
        return self.unit[:1].upper() + self.unit[1:]


def engine_metrics(loss: str) -> Mapping[str, Metric]:
    """Return what the Keras engine records, by name.

    Parameters
    ----------
    loss : str
        The task's Keras loss; cross-entropies are in nats.
    """
    known = losses.of(loss)
    held_out = Metric(
        "eval_loss",
        "held-out loss",
        "nats" if known.entropy else "",
        minimum=known.minimum,
        data="held-out",
    )
    found = {"eval_loss": held_out}
    accuracy = Metric("eval_accuracy", "held-out accuracy", "", "higher", 0.0, 1.0, data="held-out")
    if known.has_accuracy:
        found["eval_accuracy"] = accuracy
    found["loss"] = replace(held_out, name="loss", label="training loss", data="training")
    if known.has_accuracy:
        found["accuracy"] = replace(
            accuracy, name="accuracy", label="training accuracy", data="training"
        )
    return found
