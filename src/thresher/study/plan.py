"""What a study is, once checked: its metric, arms, blocks of seeds, and each stage's settings."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from thresher.canonical import canonical
from thresher.declarations import Value
from thresher.metric import Axis, Metric
from thresher.training_options import Training

PAIRING = "data+weights"
METRIC = "eval_loss"
ENTROPY = 20261123


@dataclass(frozen=True)
class Task:
    """The task and all its options; `baseline` in nats, None where the task has none."""

    name: str
    options: Mapping[str, Value]
    baseline: float | None


@dataclass(frozen=True)
class Match:
    """An integer option that a job chooses, where parameters are known by building models only.

    Attributes
    ----------
    option : str
    smallest, largest : int
        Its bounds; parameters grow with it.
    parameters : int or None
        The number to come close to; None where it is that of the model below.
    model : str
    model_options : mapping of str to value
    """

    option: str
    smallest: int
    largest: int
    parameters: int | None
    model: str = ""
    model_options: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Arm:
    """A variant with all its factor levels: the thing compared.

    Attributes
    ----------
    label : str
    variant : str
    factors : mapping of str to value
        In the order of the study file; `merge_mode` is one like any other.
    model : str
        Empty for runs that were made elsewhere.
    model_options : mapping of str to value
    training : Training or None
    parameters : int or None
        Trainable parameters; None where not known.
    match : Match or None
        What `match_parameters` leaves to its jobs.
    """

    label: str
    variant: str
    factors: Mapping[str, Value] = field(default_factory=dict)
    model: str = ""
    model_options: Mapping[str, Value] = field(default_factory=dict)
    training: Training | None = None
    parameters: int | None = None
    match: Match | None = None

    @property
    def path(self) -> str:
        """Its folder under ``traces/``."""
        levels = ",".join(f"{name}={level}" for name, level in self.factors.items())
        return f"{self.variant}/{levels or 'default'}"


@dataclass(frozen=True)
class Endpoint:
    """When a run has learned: its metric stays on the right side of a threshold.

    Attributes
    ----------
    threshold : float
        In the metric's unit.
    threshold_source : str
        Where it comes from: ``study file`` or ``position baseline``.
    sustain : int
        Consecutive evaluations of a run.
    smooth : float
        How far back along the axis a trailing mean reaches that takes the metric's place; 0 for
        none.
    budget : float
        Along the axis.
    """

    threshold: float
    threshold_source: str = "position baseline"
    sustain: int = 3
    smooth: float = 0
    budget: float = 1000


@dataclass(frozen=True)
class Analysis:
    """The analysis plan; `threshold_grid` in the metric's unit, empty where it is to be built
    from the spread of the metric over all runs."""

    alpha: float = 0.05
    confidence: float = 0.95
    margin: float = 0.10
    flips: int = 99_999
    band: str = "simultaneous"
    curves: str = "mean"
    contrasts: str = "reference"
    family: str = "joint"
    threshold_grid: tuple[float, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One of the study's own panels of learning curves."""

    title: str
    arms: tuple[str, ...]


@dataclass(frozen=True)
class Presentation:
    """What the report shows besides the results."""

    title: str
    labels: Mapping[str, str] = field(default_factory=dict)
    panels: tuple[Panel, ...] = ()
    highlight_seed: int | None = None


@dataclass(frozen=True)
class TraceSource:
    """Logs of runs that were made elsewhere, and how they are to be read; see `readers.read`.

    Attributes
    ----------
    files : tuple of str
        Patterns, relative to `folder`.
    folder : str
        That of the study file.
    columns : mapping of str to str or tuple of str
    arms : mapping of str to str or None
    format, on_restart, line : str or None
    budget : float or None
        Along the axis; None for the largest that all runs have.
    """

    files: tuple[str, ...]
    folder: str = "."
    columns: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    arms: Mapping[str, str | None] = field(default_factory=dict)
    format: str | None = None
    on_restart: str | None = None
    line: str | None = None
    budget: float | None = None


@dataclass(frozen=True)
class CommandSource:
    """A program that makes the runs; see `thresher.command`.

    Attributes
    ----------
    command : str
        The template of its arguments.
    columns : mapping of str to str
        What the program calls axis and metric (``axis``, ``value``), where otherwise.
    file : str
        Where in ``{out}`` it writes; empty for ``{trace}``.
    format : str or None
        A reader's name.
    environment : mapping of str to str
        Variables for the program.
    code : tuple of str
        Files and folders that a run depends on, relative to the study file's.
    resources : mapping of str to int
        ``threads``, ``mem_mb``, ``runtime`` (minutes), ``gpus`` of each job.
    retries : int
    """

    command: str
    columns: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    format: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    resources: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0


@dataclass(frozen=True)
class ImportedArm:
    """What the logs hold of one arm.

    Attributes
    ----------
    arm : str
    runs, diverged : int
        Runs, and those with a value that is not finite.
    seeds : int
        0 where the logs name none.
    first, last, last_shortest : float
        On the axis: the first and the last evaluation, and that of the run that ends first.
    evaluations_fewest, evaluations_most : int
        Of a run.
    spacing : float or None
        Median distance between a run's evaluations; None for single ones.
    """

    arm: str
    runs: int
    seeds: int
    first: float
    last: float
    last_shortest: float
    evaluations_fewest: int
    evaluations_most: int
    spacing: float | None
    diverged: int


@dataclass(frozen=True)
class ImportFacts:
    """What was read, what was left out and why; what completes a study of imported runs.

    Attributes
    ----------
    arms : tuple of ImportedArm
    budget : float
        The study's own, or the largest common one.
    paired : bool
        Whether equal seeds belong together.
    seeds : int
        Of the arm that has most.
    notes : tuple of str
    formats : tuple of str
        Titles of the readers.
    files : int
    """

    arms: tuple[ImportedArm, ...]
    budget: float
    paired: bool
    seeds: int
    notes: tuple[str, ...]
    formats: tuple[str, ...]
    files: int

    @property
    def spacing(self) -> dict[str, float]:
        """How far apart the evaluations of each arm are on the axis, where that is known."""
        return {arm.arm: arm.spacing for arm in self.arms if arm.spacing is not None}


@dataclass(frozen=True)
class MissingRuns:
    """An arm's runs whose jobs failed for good; `whole` where it has no others."""

    arm: str
    seeds: str
    runs: int
    whole: bool


@dataclass(frozen=True)
class Missing:
    """What an analysis does without, because jobs failed; see `failures.reported`.

    Attributes
    ----------
    runs : tuple of MissingRuns
    seeds : str
        Those that are left out of every arm, because one that has others lacks them.
    reference : str
        The study's own, which may be among the missing.
    """

    runs: tuple[MissingRuns, ...]
    seeds: str
    reference: str


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes
    ----------
    metrics : tuple of Metric
        The endpoint's first, then what is shown beside it.
    task, training : Task, Training or None
        None where the runs were made elsewhere.
    seeds : int
        For each arm; 0 where the runs say it.
    traces : TraceSource or None
        Where the runs were made elsewhere and are read from files.
    imported : ImportFacts or None
        What was read; None before, and where runs are trained here.
    command : CommandSource or None
        Where a program makes the runs.
    allow_missing : bool
        Whether blocks whose jobs have failed may be left out of the analysis.
    missing : Missing or None
        What is left out; None where nothing is.
    """

    name: str
    path: str
    question: str
    metrics: tuple[Metric, ...]
    axis: Axis
    task: Task | None
    training: Training | None
    pairing: str
    entropy: int
    seeds: int
    seeds_per_job: int
    arms: tuple[Arm, ...]
    reference: str | None
    endpoint: Endpoint
    analysis: Analysis
    report: Presentation
    traces: TraceSource | None = None
    imported: ImportFacts | None = None
    command: CommandSource | None = None
    allow_missing: bool = False
    missing: Missing | None = None

    @property
    def metric(self) -> Metric:
        """The endpoint's."""
        return self.metrics[0]

    @property
    def paired(self) -> bool:
        """Whether runs of equal seed share their random numbers."""
        return self.pairing != "none"

    @property
    def contrast_reference(self) -> str | None:
        """The arm that the contrasts are with; None where all pairs are compared."""
        return self.reference if self.analysis.contrasts == "reference" else None

    def label(self, arm: str) -> str:
        """Say an arm as the study file wants it said."""
        return self.report.labels.get(arm, arm)

    def blocks(self) -> list[str]:
        """Name every block by its first seed."""
        return [f"{first:05d}" for first in range(0, self.seeds, self.seeds_per_job)]

    def seeds_of(self, block: str) -> list[int]:
        """List the seeds of a block."""
        first = int(block)
        return list(range(first, min(first + self.seeds_per_job, self.seeds)))

    def specification(self, arm: Arm) -> str:
        """Return everything but the seed that determines a trace of this arm, as JSON."""
        if self.command is not None:
            return self._commanded(arm, self.command)
        assert self.task is not None
        assert arm.training is not None
        match = {} if arm.match is None else {"match": asdict(arm.match)}
        return canonical(
            {
                "study": self.name,
                "arm": arm.label,
                "variant": arm.variant,
                "factors": list(arm.factors.items()),
                "task": {"name": self.task.name, "options": dict(self.task.options)},
                "model": {"name": arm.model, "options": dict(arm.model_options), **match},
                "training": asdict(arm.training),
                "pairing": self.pairing,
                "entropy": self.entropy,
            }
        )

    def _commanded(self, arm: Arm, source: CommandSource) -> str:
        every = dict.fromkeys(name for other in self.arms for name in other.model_options)
        return canonical(
            {
                "study": self.name,
                "arm": arm.label,
                "variant": arm.variant,
                "factors": list(arm.factors.items()),
                "command": source.command,
                "options": dict(arm.model_options),
                "left_out": [name for name in every if name not in arm.model_options],
                "environment": dict(source.environment),
                "trace": {
                    "axis": self.axis.name,
                    "metric": self.metric.name,
                    "columns": dict(source.columns),
                    "file": source.file,
                    "format": source.format,
                    "budget": self.endpoint.budget,
                },
            }
        )

    def part(self, *names: str) -> str:
        """Return some fields as JSON: what a stage depends on; see `document.parse_part`."""
        whole = asdict(self)
        return json.dumps({name: whole[name] for name in names}, ensure_ascii=False)

    def completed(self, facts: ImportFacts) -> "Study":
        """Return the study with what its logs hold: arms, budget, pairing, seeds."""
        every = {f.name: getattr(self, f.name) for f in fields(self)}
        return Study(**completed_fields(every, facts))

    def document(self) -> str:
        """Return the whole study as JSON, for ``study.json``."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def deviations(self) -> list[str]:
        """Say where this study leaves the default analysis plan."""
        plan, own = asdict(Analysis()), asdict(self.analysis)
        found = [
            f"analysis.{name} is {value} (plan: {plan[name]})"
            for name, value in own.items()
            if name not in ("threshold_grid", "curves") and value != plan[name]
        ]
        goal = self.endpoint
        if goal.sustain != Endpoint.sustain:
            found.append(f"endpoint.sustain is {goal.sustain} (plan: {Endpoint.sustain})")
        if goal.smooth != Endpoint.smooth:
            found.append(f"endpoint.smooth is {goal.smooth} (plan: no smoothing)")
        baseline = self.task.baseline if self.task else None
        if goal.threshold_source == "study file" and baseline and self.metric.name == "eval_loss":
            unit = f" {self.metric.unit}" if self.metric.unit else ""
            found.append(
                f"endpoint.threshold is {goal.threshold}{unit} "
                f"(plan: the position baseline, {baseline:.4f}{unit})"
            )
        if self.pairing != PAIRING and self.training is not None:
            found.append(f"pairing is {self.pairing} (plan: {PAIRING})")
        return found


def usual_question(arms: int) -> str:
    """Ask what a study asks that does not say."""
    return f"Which of {arms} arms gets there sooner?" if arms > 1 else "When does it get there?"


def counted(arms: tuple[Arm, ...], found: Mapping[str, Any]) -> tuple[Arm, ...]:
    """Complete arms by what their runs say of their models.

    Parameters
    ----------
    arms : tuple of Arm
    found : mapping
        By arm: ``parameters``, and the ``options`` that the model was built with.
    """
    return tuple(
        replace(arm, parameters=own["parameters"], model_options=own["options"])
        if (own := found.get(arm.label))
        else arm
        for arm in arms
    )


def completed_fields(given: Mapping[str, Any], facts: ImportFacts) -> dict[str, Any]:
    """Complete some fields of a study of imported runs; see `Study.completed`."""
    found = {
        "arms": tuple(Arm(arm.arm, arm.arm) for arm in facts.arms),
        "pairing": given.get("pairing", "none") if facts.paired else "none",
        "seeds": facts.seeds,
        "imported": facts,
    }
    if "endpoint" in given:
        found["endpoint"] = replace(given["endpoint"], budget=facts.budget)
    return {name: found.get(name, value) for name, value in given.items()}
