"""From a study file's content to a checked `Study`, or to every error that was found."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from thresher import tasks
from thresher.metric import Axis, Metric
from thresher.study import joint, measures, plan, structure, wording
from thresher.study.arms import duplicates, expand
from thresher.study.checking import optimizer_problems, resolve, with_rate
from thresher.study.reading import StudyError, read

__all__ = ["StudyError", "load", "load_configured"]

SEEDS = 32
ENTROPY = 20261123


def load(path: Any) -> plan.Study:
    """Read, check and fan out a study file.

    Parameters
    ----------
    path : str or path
        Such as ``config/studies/smoke.yaml``; its stem is the study's name.

    Raises
    ------
    StudyError
        With one line for each thing that is wrong: file, key, value and remedy.
    """
    if not isinstance(path, (str, Path)) or not str(path):
        raise StudyError(
            "config/config.yaml: study must be the path of a study file, such as "
            f"config/studies/smoke.yaml, but was {wording.show(path)}"
        )
    _check_name(Path(path))
    found = structure.check(read(path))
    problems: list[str] = []
    study = _build(str(path), found, problems)
    every = dict.fromkeys((*found.problems, *problems))
    if every or study is None:
        raise StudyError("\n".join(f"{path}: {problem}" for problem in every))
    return study


def load_configured(config: Mapping[str, Any], project: str) -> plan.Study:
    """Load the study that Snakemake's configuration names.

    Parameters
    ----------
    config : mapping
        Snakemake's, with the one key `study`.
    project : str
        The folder of the Snakefile: a path is looked for in the working folder, then here.

    Raises
    ------
    StudyError
        As `load`; for an unknown key, too.
    """
    for key in config:
        if key != "study":
            near = wording.nearest(key, ["study"])
            remedy = f"did you mean {near}?" if near else "name a study file by study="
            raise StudyError(f"--config: {key} is unknown; {remedy}")
    path = config.get("study")
    if isinstance(path, str) and path and not Path(path).exists():
        inside = Path(project, path)
        path = str(inside) if inside.exists() else path
    return load(path)


def _check_name(path: Path) -> None:
    if not str(path).isprintable():
        raise StudyError(f"{str(path)!r}: a path must be of printable characters; rename it")
    safe = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", path.stem)
    if not safe or path.suffix not in {".yaml", ".yml"}:
        raise StudyError(
            f"{path}: the study's name, {path.stem!r}, names a folder: it must begin with a letter "
            "or digit, hold only letters, digits, '_', '-' and '.', and end in .yaml; rename it"
        )


def _build(path: str, found: structure.Structure, problems: list[str]) -> plan.Study | None:
    """Build the study from what the schema left; None, and why, if it can't be."""
    content = found.usable
    own: list[str] = []
    task = _task(content, own)
    training, right = _training(content, found, task, own)
    failed = set(found.failed)
    common = training if right else None
    arms = expand(content.get("variants", {}), task, common, own, failed)
    if content.get("pairing", plan.PAIRING) == plan.PAIRING:
        own.extend(duplicates(arms))
    seeds = content.get("seeds", SEEDS)
    metrics = measures.metrics(content, training, own)
    own.extend(joint.endpoint(content, task, training, metrics))
    own.extend(joint.rest(content, seeds))
    if "variants" in content:
        own.extend(joint.arms(content, [arm.label for arm in arms], failed))
    problems.extend(line for line in own if not found.concerns(line))
    if problems or found.problems or task is None or not metrics:
        return None
    endpoint = _endpoint(content.get("endpoint", {}), task, training)
    return plan.Study(
        name=Path(path).stem,
        path=path,
        question=content.get("question", f"Which of {len(arms)} arms learns faster?"),
        metrics=metrics,
        axis=Axis(),
        task=task,
        training=training,
        pairing=content.get("pairing", plan.PAIRING),
        entropy=content.get("entropy", ENTROPY),
        seeds=seeds,
        seeds_per_job=content.get("seeds_per_job", training.lane_width),
        arms=tuple(arms),
        reference=content.get("reference"),
        endpoint=endpoint,
        analysis=_analysis(content, endpoint.threshold, metrics[0]),
        report=_report(path, content.get("report", {})),
    )


def _task(content: Mapping[str, Any], problems: list[str]) -> plan.Task | None:
    if "task" not in content:
        return None
    given = dict(content["task"])
    name = given.pop("name")
    if name not in tasks.NAMES:
        problems.append(wording.one_of("task.name", name, tasks.NAMES))
        return None
    declared = tasks.load(name)
    options = resolve("task", given, declared.options, problems)
    if options is None:
        return None
    return plan.Task(name, options, declared.baseline and declared.baseline(options))


def _training(
    content: Mapping[str, Any],
    found: structure.Structure,
    task: plan.Task | None,
    problems: list[str],
) -> tuple[plan.Training, bool]:
    """Return what holds for every arm, and whether its optimizer is right."""
    training = plan.Training(**content.get("training", {}))
    if content.get("seeds_per_job") == 1:
        training = replace(training, lane_width=1)
    if task is not None:
        training = replace(training, loss=tasks.load(task.name).loss)
    problems.extend(joint.training(content, training))
    if "optimizer" in found.dropped:
        return training, False
    wrong = optimizer_problems("training", training)
    problems.extend(wrong)
    return (training, False) if wrong else (with_rate(training), True)


def _endpoint(
    content: Mapping[str, Any], task: plan.Task, training: plan.Training
) -> plan.Endpoint:
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


def _analysis(content: Mapping[str, Any], threshold: float, metric: Metric) -> plan.Analysis:
    given = dict(content.get("analysis", {}))
    given.setdefault("contrasts", "reference" if "reference" in content else "all_pairs")
    if "threshold_grid" in given:
        levels = sorted({*map(float, given["threshold_grid"]), threshold})
        given["threshold_grid"] = tuple(levels)
    else:
        given["threshold_grid"] = metric.grid(threshold) or ()
    return plan.Analysis(**given)


def _report(path: str, content: Mapping[str, Any]) -> plan.Presentation:
    given = {"title": Path(path).stem.replace("_", " "), **content}
    panels = (plan.Panel(p["title"], tuple(p["arms"])) for p in given.get("panels", ()))
    return plan.Presentation(**{**given, "panels": tuple(panels)})
