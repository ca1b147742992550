"""What a study is, once checked: its arms, its blocks of seeds, and each stage's settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from thresher.canonical import canonical
from thresher.declarations import Value
from thresher.training_options import Training

PLAN_MARGIN = 0.10


@dataclass(frozen=True)
class Task:
    """The task and all its options; `baseline` in nats, None where the task has none."""

    name: str
    options: Mapping[str, Value]
    baseline: float | None


@dataclass(frozen=True)
class Arm:
    """A variant with all its factor levels: the thing compared."""

    label: str
    variant: str
    merge_mode: str
    factors: Mapping[str, Value]
    model: str
    model_options: Mapping[str, Value]
    training: Training
    parameters: int

    @property
    def path(self) -> str:
        """Its folder under ``traces/``."""
        levels = ",".join(f"{name}={level}" for name, level in self.factors.items())
        return f"{self.variant}/{self.merge_mode}/{levels or 'default'}"


@dataclass(frozen=True)
class Endpoint:
    """When a run has learned: the loss stays at or below a threshold (nats)."""

    threshold: float
    threshold_source: str = "position baseline"
    sustain: int = 3


@dataclass(frozen=True)
class Analysis:
    """The analysis plan; `threshold_grid` in nats."""

    alpha: float = 0.05
    confidence: float = 0.95
    margin: float = PLAN_MARGIN
    flips: int = 99_999
    band: str = "simultaneous"
    contrasts: str = "reference"
    threshold_grid: tuple[float, ...] = ()


@dataclass(frozen=True)
class Report:
    """What the report shows besides the results."""

    title: str
    labels: Mapping[str, str] = field(default_factory=dict)
    panels: tuple[Mapping[str, Any], ...] = ()
    highlight_seed: int | None = None


@dataclass(frozen=True)
class Study:
    """A checked study."""

    name: str
    path: str
    question: str
    task: Task
    training: Training
    pairing: str
    entropy: int
    seeds: int
    seeds_per_job: int
    arms: tuple[Arm, ...]
    reference: str | None
    endpoint: Endpoint
    analysis: Analysis
    report: Report

    def blocks(self) -> list[str]:
        """Name every block by its first seed."""
        return [f"{first:05d}" for first in range(0, self.seeds, self.seeds_per_job)]

    def seeds_of(self, block: str) -> list[int]:
        """List the seeds of a block."""
        first = int(block)
        return list(range(first, min(first + self.seeds_per_job, self.seeds)))

    def specification(self, arm: Arm) -> str:
        """Return everything but the seed that determines a trace of this arm, as JSON."""
        merge_mode = [("merge_mode", arm.merge_mode)] if arm.merge_mode != "none" else []
        return canonical(
            {
                "study": self.name,
                "arm": arm.label,
                "variant": arm.variant,
                "factors": [*merge_mode, *arm.factors.items()],
                "task": {"name": self.task.name, "options": dict(self.task.options)},
                "model": {"name": arm.model, "options": dict(arm.model_options)},
                "training": asdict(arm.training),
                "pairing": self.pairing,
                "entropy": self.entropy,
            }
        )

    def endpoint_settings(self) -> str:
        """Return what the events depend on, as JSON."""
        return canonical(
            {
                "threshold": self.endpoint.threshold,
                "budget": self.training.epochs,
                "sustain": self.endpoint.sustain,
            }
        )

    def analysis_settings(self) -> str:
        """Return what the statistics depend on, as JSON."""
        return canonical(
            {
                **asdict(self.analysis),
                "arms": [arm.label for arm in self.arms],
                "parameters": {arm.label: arm.parameters for arm in self.arms},
                "reference": self.reference if self.analysis.contrasts == "reference" else None,
                "paired": self.pairing != "none",
                "entropy": self.entropy,
            }
        )

    def report_settings(self) -> str:
        """Return what figures and report say beyond the tables, as JSON."""
        return canonical(
            {
                **asdict(self),
                "budget": self.training.epochs,
                "paired": self.pairing != "none",
                "deviations": self.deviations(),
            }
        )

    def deviations(self) -> list[str]:
        """Say where this study leaves the default analysis plan."""
        plan = Analysis()
        found = [
            f"analysis.{name} is {value} (plan: {getattr(plan, name)})"
            for name, value in asdict(self.analysis).items()
            if name != "threshold_grid" and value != getattr(plan, name)
        ]
        if self.endpoint.sustain != 3:
            found.append(f"endpoint.sustain is {self.endpoint.sustain} (plan: 3)")
        if self.endpoint.threshold_source != "position baseline" and self.task.baseline:
            found.append(
                f"endpoint.threshold is {self.endpoint.threshold} nats "
                f"(plan: the position baseline, {self.task.baseline:.4f} nats)"
            )
        if self.pairing != "data+weights":
            found.append(f"pairing is {self.pairing} (plan: data+weights)")
        return found
