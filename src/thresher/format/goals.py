"""What a run has to reach, and on which held-out set, in a study's own words."""

from thresher.format.numbers import duration, level, number
from thresher.metric import Metric
from thresher.study.plan import Study


def on_this_set(study: Study, metric: Metric | None = None) -> str:
    """Say that what is found holds for one held-out set, where all seeds share it.

    Parameters
    ----------
    study : Study
    metric : Metric or None
        The quantity that is spoken of; the endpoint's where None.

    Returns
    -------
    str
        To follow a level: `` on this held-out set``, or nothing.
    """
    training, judged = study.training, metric or study.metric
    if training is None or judged.data != "held-out":
        return ""
    shared = getattr(training, "evaluation", "per_seed") == "shared"
    return " on this held-out set" if shared else ""


def goal(study: Study, threshold: float | None = None) -> str:
    """Say a threshold, the study's own where None: ``0.239 nats``, ``0.9 held-out accuracy``."""
    value = study.endpoint.threshold if threshold is None else threshold
    return f"{level(value, study.metric)}{on_this_set(study)}"


def every(study: Study) -> str:
    """Say how far apart evaluations are: ``every 5 epochs``; empty where that is not known."""
    training = study.training
    if training is not None and training.steps is not None:
        return "every step" if training.steps == 1 else f"every {number(training.steps)} steps"
    step = _spacing(study)
    if step is None:
        return ""
    if study.training is not None and step < 1:
        return f"every {number(step)} {study.axis.unit}"
    return f"every {study.axis.name if step == 1 else duration(step, study.axis)}"


def _spacing(study: Study) -> float | None:
    """Return how far apart evaluations are; None where that differs or is not known."""
    if study.training is not None:
        return study.training.every
    found = set(study.imported.spacing.values()) if study.imported else set()
    return found.pop() if len(found) == 1 else None
