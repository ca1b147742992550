"""The endpoint and its thresholds: whether they can be met, and whether they are a goal at all."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, log
from typing import Any

from thresher import decoding, losses, tasks
from thresher.metric import Metric
from thresher.study import plan, wording
from thresher.study.problems import Key, Problem
from thresher.training_options import Training

# A position baseline below this, in nats, is no goal that a model could be seen to reach.
SMALLEST = 1e-6
_LOSSES, _ACCURACIES = ("eval_loss", "loss"), ("eval_accuracy", "accuracy")
_THRESHOLD: Key = ("endpoint", "threshold")
_MEASURED: tuple[Key, ...] = (("metric",), ("endpoint", "metric"), ("task",))


def problems(
    content: Mapping[str, Any],
    task: plan.Task | None,
    training: Training,
    metrics: Sequence[Metric],
) -> Iterator[Problem]:
    """Check the thresholds, and that the budget allows the endpoint to be met.

    Parameters
    ----------
    content : mapping
        The study file's, right in structure.
    task : Task or None
        None where it is wrong itself.
    training : Training
    metrics : sequence of Metric
        Empty where the metric is wrong itself.
    """
    own = content.get("endpoint", {})
    threshold = own.get("threshold", "baseline")
    if threshold == "baseline":
        yield from _baseline_problems(task, metrics)
    elif isinstance(threshold, str):
        shown = wording.show(threshold)
        yield Problem(_THRESHOLD, f'must be a number or "baseline", but was {shown}')
    if metrics:
        yield from level_problems(content, metrics[0])
    yield from _sustain_problems(own.get("sustain", plan.Endpoint.sustain), training)
    yield from _smooth_problems(own.get("smooth", plan.Endpoint.smooth), training)


def _baseline_problems(task: plan.Task | None, metrics: Sequence[Metric]) -> Iterator[Problem]:
    if metrics and metrics[0].name != plan.METRIC:
        yield Problem(
            _THRESHOLD,
            "must be a number, but was baseline, which is a held-out loss, and the metric is "
            f"{metrics[0].name}; give a number",
            needs=_MEASURED,
        )
    elif task is not None and (task.baseline or 0) < SMALLEST:
        yield Problem(
            _THRESHOLD,
            f"must be a loss in nats, but was baseline; the task {task.name} has none of at least "
            f"{SMALLEST} nats for these options; give a number",
            needs=_MEASURED,
        )


def level_problems(content: Mapping[str, Any], metric: Metric) -> Iterator[Problem]:
    """Check that the metric can have the threshold and every level of the grid."""
    for key, level in _levels(content):
        shown = wording.show(level)
        if metric.data and metric.name in _LOSSES and metric.minimum == 0 and level <= 0:
            yield Problem(key, f"must be positive, but was {shown}", needs=_MEASURED)
        elif not metric.holds(level):
            asked = f"must be {metric.bounds}, as {metric.label} is"
            yield Problem(key, f"{asked}, but was {shown}", needs=_MEASURED)


def _levels(content: Mapping[str, Any]) -> Iterator[tuple[Key, float]]:
    """List the levels that a study file gives as numbers, by their keys."""
    threshold = content.get("endpoint", {}).get("threshold", "baseline")
    if not isinstance(threshold, str):
        yield _THRESHOLD, threshold
    for position, level in enumerate(content.get("analysis", {}).get("threshold_grid", ())):
        yield ("analysis", "threshold_grid", position), level


def _sustain_problems(sustain: int, training: Training) -> Iterator[Problem]:
    if isinstance(training.evaluate_every, str):
        return  # how many evaluations there are is known with the data
    epochs, every = training.epochs, training.evaluate_every
    evaluations = int(epochs / every + 1e-6) + 1
    if sustain > evaluations and (every < 1 or not epochs % every):
        yield Problem(
            ("endpoint", "sustain"),
            f"must be at most the number of evaluations, but was {sustain}: training.epochs "
            f"{epochs} with evaluate_every {every:g} gives {evaluations}; raise epochs to "
            f"{ceil((sustain - 1) * every)}, or lower sustain",
            needs=(("training", "epochs"), ("training", "evaluate_every")),
        )


def _smooth_problems(smooth: float, training: Training) -> Iterator[Problem]:
    if smooth > training.epochs:
        yield Problem(
            ("endpoint", "smooth"),
            f"must be at most training.epochs ({training.epochs}), but was "
            f"{wording.show(smooth)}; shorten it",
            needs=(("training", "epochs"),),
        )


def untrained(study: plan.Study) -> float | None:
    """Return about what the metric is before any training; None where that is not known.

    A model with small initial weights gives each of k classes about the same probability: a
    cross-entropy of ln k, and an accuracy of about 1/k.
    """
    if study.task is None or study.training is None:
        return None
    loss = study.training.loss
    if not losses.of(loss).entropy or study.metric.name not in (*_LOSSES, *_ACCURACIES):
        return None
    classes = 2
    if losses.of(loss).kind != "binary":
        if study.task.name not in tasks.NAMES or tasks.load(study.task.name).data is not None:
            return None  # a user's file is read in jobs only
        classes = decoding.head(tasks.load(study.task.name), study.task.options).units
    return log(classes) if study.metric.name in _LOSSES else 1 / classes


def warnings_of(study: plan.Study) -> Iterator[str]:
    """Say where a threshold is no goal, because runs meet it before they are trained."""
    metric, threshold = study.metric, study.endpoint.threshold
    start = untrained(study)
    worst = metric.minimum if metric.better == "higher" else metric.maximum
    if start is not None and metric.sign * start <= metric.sign * threshold:
        reason = f"an untrained model's {metric.label} is about {start:.3g} {metric.unit}".strip()
    elif worst is not None and worst == threshold:
        reason = f"no {metric.label} is worse than {worst:g}"
    else:
        return
    yield (
        f"{study.path}: endpoint.threshold is {threshold:g}, but {reason}: "
        "every run may meet it at 0; choose a stricter one"
    )
