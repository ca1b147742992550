"""From a study file's content to a checked `Study`, or to every error that was found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from thresher.metric import Metric
from thresher.study import (
    asked,
    commanded,
    goals,
    imported,
    joint,
    measures,
    named,
    places,
    plan,
    sizing,
    structure,
    texts,
    wording,
)
from thresher.study.arms import duplicates, expand
from thresher.study.checking import optimizer_problems, resolve, with_rate
from thresher.study.names import one_line
from thresher.study.problems import Problem
from thresher.study.reading import StudyError, read
from thresher.training_options import Training

__all__ = ["StudyError", "load", "load_configured"]

SEEDS = 32


def load(path: Any, project: str | Path = ".") -> plan.Study:
    """Read, check and fan out a study file.

    Parameters
    ----------
    path : str or path
        Such as ``config/studies/smoke.yaml``; its stem is the study's name, or its folder's
        where it is called ``study.yaml``.
    project : path
        The folder that a relative path may be meant from, besides the working folder.

    Raises
    ------
    StudyError
        With one line for each thing that is wrong: file, key, value and remedy.
    """
    file = places.find(path, project)
    found = structure.check(read(file))
    problems: list[Problem] = []
    shown, name = places.shown(file, project), places.name_of(file)
    if "traces" in found.usable or ("traces",) in found.wrong:
        study = imported.build(shown, places.beside(file), name, found.usable, problems)
    elif "command" in found.usable or ("command",) in found.wrong:
        study = commanded.build(shown, file.parent, name, found, problems)
    else:
        study = _build(shown, file.parent, name, found, problems)
    visible = [problem for problem in problems if not problem.follows_from(found.wrong)]
    every = dict.fromkeys(map(str, (*found.problems, *visible)))
    if every or study is None:
        raise StudyError("\n".join(f"{file}: {problem}" for problem in every))
    return study


def load_configured(config: Mapping[str, Any], project: str) -> plan.Study:
    """Load the study that Snakemake's configuration names.

    Parameters
    ----------
    config : mapping
        Snakemake's, with the one key `study`: a path, or a list of one.
    project : str
        The folder of the Snakefile: a path is looked for in the working folder, then here.

    Raises
    ------
    StudyError
        As `load`; for an unknown key, and where another study's results are in the way, too.
    """
    unknown = [key for key in config if key != "study"]
    if set(unknown) & {"task", "variants", "question"}:
        raise StudyError(
            f"--configfile: {', '.join(unknown)} belong into a study file; "
            "name it by --config study=<path>"
        )
    for key in unknown:
        near = wording.nearest(key, ["study"])
        remedy = f"did you mean {near}?" if near else "name a study file by study="
        raise StudyError(f"--config: {key} is unknown; {remedy}")
    path = config.get("study")
    # What no quotes can keep on Snakemake's command line: see `names.argument`.
    study = load(path[0] if isinstance(path, list) and len(path) == 1 else path, project)
    places.check_results(study)
    return study


def _build(
    path: str, folder: Path, name: str, found: structure.Structure, problems: list[Problem]
) -> plan.Study | None:
    """Build the study from what the schema left; None, and why, if it can't be."""
    content = found.usable
    known = named.task(content["task"]["name"], folder, problems) if "task" in content else None
    task = _task(content["task"], known, folder, problems) if known else None
    loss = known.loss if known else ""
    if known and task:
        loss = known.loss_of(task.options)
    loss = asked.loss(content, loss, problems)
    training, right = _training(content, found, loss, task, problems)
    failed = set(found.failed)
    common = training if right else None
    shapes = known.shapes(task.options) if known and task else named.SOME_SHAPES
    arms = expand(content.get("variants", {}), shapes, common, folder, problems, failed)
    metrics: tuple[Metric, ...] = ()
    if known is not None:
        metrics = measures.metrics(content, training, problems)
    axis = measures.axis(content, training, problems)
    problems.extend(_of_several(content, arms, failed))
    if "budget" in content.get("endpoint", {}):
        problems.append(
            Problem(
                ("endpoint", "budget"),
                "is training.epochs for runs that are trained here; set that instead",
            )
        )
    problems.extend(
        Problem((key,), "belongs to studies of a command; remove it, or say command")
        for key in commanded.OWN_KEYS
        if key in content
    )
    problems.extend(goals.problems(content, task, training, metrics))
    if problems or found.problems or task is None or not metrics:
        return None
    endpoint = _endpoint(content.get("endpoint", {}), task, training)
    return plan.Study(
        name=name,
        path=path,
        question=one_line(content.get("question", f"Which of {len(arms)} arms learns faster?")),
        metrics=metrics,
        axis=axis,
        task=task,
        training=training,
        pairing=content.get("pairing", plan.PAIRING),
        entropy=content.get("entropy", plan.ENTROPY),
        seeds=content.get("seeds", SEEDS),
        seeds_per_job=_seeds_per_job(content, len(arms), training),
        arms=tuple(arms),
        reference=content.get("reference"),
        allow_missing=content.get("allow_missing", False),
        endpoint=endpoint,
        analysis=imported.analysis_of(content, endpoint.threshold, metrics[0]),
        report=texts.presentation(name, content.get("report", {})),
    )


def _of_several(
    content: Mapping[str, Any], arms: list[plan.Arm], failed: set[str]
) -> Iterator[Problem]:
    """Find what is wrong between right values."""
    labels = [arm.label for arm in arms]
    if content.get("pairing", plan.PAIRING) == plan.PAIRING:
        yield from duplicates(arms)
    yield from joint.rest(content, content.get("seeds", SEEDS))
    if "variants" in content:
        yield from joint.arms(content, labels, failed)
    yield from texts.problems(content, labels)


def _task(
    given: Mapping[str, Any], known: named.NamedTask, folder: Path, problems: list[Problem]
) -> plan.Task | None:
    own = {option: value for option, value in given.items() if option != "name"}
    options = resolve(("task",), own, known.options, problems)
    if options is None:
        return None
    problems.extend(known.missing(options, folder))
    return plan.Task(given["name"], options, known.baseline(options))


def _training(
    content: Mapping[str, Any],
    found: structure.Structure,
    loss: str,
    task: plan.Task | None,
    problems: list[Problem],
) -> tuple[Training, bool]:
    """Return what holds for every arm, and whether its optimizer is right."""
    training = Training(**content.get("training", {}))
    if content.get("seeds_per_job") == 1:
        training = replace(training, lane_width=1)
    if loss:
        training = replace(training, loss=loss)
    training = replace(training, metrics=asked.metrics(content, loss, problems))
    if task is not None and "split" in task.options:
        training = replace(training, evaluation=str(task.options["split"]))
    passes = task is None or "last_batch" in task.options
    training = _timed(training, passes)
    problems.extend(joint.training(content, training, passes))
    if ("training", "optimizer") in found.wrong:
        return training, False
    wrong = optimizer_problems(("training",), training)
    problems.extend(wrong)
    return (training, False) if wrong else (with_rate(training), True)


def _timed(training: Training, passes: bool) -> Training:
    """Say whole numbers of epochs as such; of fresh examples, an epoch is one step."""
    every = training.evaluate_every
    if training.steps is not None and not passes:
        return replace(training, evaluate_every=training.steps)
    if not isinstance(every, str) and every >= 1 and every % 1 == 0:
        return replace(training, evaluate_every=int(every))
    return training


def _seeds_per_job(content: Mapping[str, Any], arms: int, training: Training) -> int:
    given = content.get("seeds_per_job", training.lane_width)
    if given == sizing.AUTO:
        return sizing.seeds_per_job(arms, content.get("seeds", SEEDS), training.lane_width)
    return int(given)


def _endpoint(content: Mapping[str, Any], task: plan.Task, training: Training) -> plan.Endpoint:
    threshold, source = content.get("threshold", "baseline"), "study file"
    if threshold == "baseline":
        threshold, source = task.baseline, "position baseline"
    return plan.Endpoint(
        threshold=float(threshold),
        threshold_source=source,
        sustain=content.get("sustain", plan.Endpoint.sustain),
        smooth=content.get("smooth", plan.Endpoint.smooth),
        budget=training.epochs,
    )
