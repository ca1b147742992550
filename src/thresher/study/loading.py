"""From a study file's content to a checked `Study`, or to every error that was found."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from thresher import models, tasks
from thresher.study import plan, wording
from thresher.study.arms import expand
from thresher.study.checking import optimizer_problems, resolve, with_rate
from thresher.study.reading import StudyError, read

__all__ = ["StudyError", "load"]

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
        raise StudyError(f"config: study must be the path of a study file, but was {path!r}")
    _check_name(Path(path))
    content = read(path)
    problems = wording.structure(content)
    study = None if problems else _build(str(path), content, problems)
    if problems or study is None:
        raise StudyError("\n".join(f"{path}: {problem}" for problem in problems))
    return study


def _check_name(path: Path) -> None:
    safe = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", path.stem)
    if not safe or path.suffix not in {".yaml", ".yml"}:
        raise StudyError(
            f"{path}: the study's name, {path.stem!r}, names a folder: it must begin with a letter "
            "or digit, hold only letters, digits, '_', '-' and '.', and end in .yaml; rename it"
        )


def _build(path: str, content: Mapping[str, Any], problems: list[str]) -> plan.Study | None:
    task = _task(content["task"], problems)
    training = _training(content, task, problems)
    if task is None or training is None:
        _variants_only(content, problems)
        return None
    arms = expand(content["variants"], task, training, problems)
    labels = [arm.label for arm in arms]
    reference = content.get("reference")
    if reference is not None and reference not in labels:
        problems.append(wording.one_of("reference", reference, labels))
    seeds = content.get("seeds", SEEDS)
    report = _report(path, content.get("report", {}), labels, seeds, problems)
    endpoint = _endpoint(content.get("endpoint", {}), task, training, problems)
    if endpoint is None:
        return None
    return plan.Study(
        name=Path(path).stem,
        path=path,
        question=content.get("question", f"Which of {len(arms)} arms learns faster?"),
        task=task,
        training=training,
        pairing=content.get("pairing", "data+weights"),
        entropy=content.get("entropy", ENTROPY),
        seeds=seeds,
        seeds_per_job=content.get("seeds_per_job", training.lane_width),
        arms=tuple(arms),
        reference=reference,
        endpoint=endpoint,
        analysis=_analysis(content, endpoint, problems),
        report=report,
    )


def _variants_only(content: Mapping[str, Any], problems: list[str]) -> None:
    """Name unknown models even where the task is wrong, so that one call finds both."""
    for name, variant in content["variants"].items():
        if variant["model"] not in models.NAMES:
            problems.append(
                wording.one_of(f"variants.{name}.model", variant["model"], models.NAMES)
            )


def _task(content: Mapping[str, Any], problems: list[str]) -> plan.Task | None:
    name = content["name"]
    if name not in tasks.NAMES:
        problems.append(wording.one_of("task.name", name, tasks.NAMES))
        return None
    declared = tasks.load(name)
    given = {key: value for key, value in content.items() if key != "name"}
    options = resolve("task", given, declared.options, problems)
    if options is None:
        return None
    return plan.Task(name, options, declared.baseline and declared.baseline(options))


def _training(
    content: Mapping[str, Any], task: plan.Task | None, problems: list[str]
) -> plan.Training | None:
    before = len(problems)
    training = plan.Training(**content.get("training", {}))
    if "seeds_per_job" in content:
        training = _lanes(content["seeds_per_job"], training, problems)
    if training.epochs % training.evaluate_every:
        lower = training.epochs // training.evaluate_every * training.evaluate_every
        upper = lower + training.evaluate_every
        problems.append(
            f"training.epochs must be a multiple of training.evaluate_every "
            f"({training.evaluate_every}), but was {training.epochs}; take "
            + (f"{lower} or {upper}" if lower else f"{upper}, or a smaller evaluate_every")
        )
    problems.extend(optimizer_problems("training", training))
    if task is None or len(problems) > before:
        return None
    return with_rate(replace(training, loss=tasks.load(task.name).loss))


def _lanes(seeds_per_job: int, training: plan.Training, problems: list[str]) -> plan.Training:
    if seeds_per_job == 1:
        return replace(training, lane_width=1)
    if seeds_per_job % training.lane_width:
        problems.append(
            f"seeds_per_job must be 1 or a multiple of training.lane_width "
            f"({training.lane_width}), but was {seeds_per_job}; take {training.lane_width}"
        )
    return training


def _endpoint(
    content: Mapping[str, Any], task: plan.Task, training: plan.Training, problems: list[str]
) -> plan.Endpoint | None:
    threshold, source = content.get("threshold", "baseline"), "study file"
    if isinstance(threshold, str):
        if threshold != "baseline":
            problems.append(
                f'endpoint.threshold must be a loss in nats or "baseline", but was {threshold}'
            )
            return None
        if not task.baseline:
            problems.append(
                f"endpoint.threshold must be a loss in nats, but was baseline; the task "
                f"{task.name} has none for these options"
            )
            return None
        threshold, source = task.baseline, "position baseline"
    sustain = content.get("sustain", plan.Endpoint.sustain)
    evaluations = training.epochs // training.evaluate_every + 1
    if sustain > evaluations:
        problems.append(
            f"endpoint.sustain needs {sustain} evaluations, but training.epochs "
            f"{training.epochs} with evaluate_every {training.evaluate_every} gives {evaluations}; "
            f"raise epochs to {(sustain - 1) * training.evaluate_every}, or lower sustain"
        )
    return plan.Endpoint(float(threshold), source, sustain)


def _analysis(
    content: Mapping[str, Any], endpoint: plan.Endpoint, problems: list[str]
) -> plan.Analysis:
    given = dict(content.get("analysis", {}))
    declared = "reference" in content
    if given.get("contrasts") == "reference" and not declared:
        problems.append("analysis.contrasts is reference, but there is none; add reference: <arm>")
    given.setdefault("contrasts", "reference" if declared else "all_pairs")
    tau = endpoint.threshold
    grid = given.get("threshold_grid", [tau * factor / 10 for factor in range(6, 15)])
    rounded = {float(f"{level:.4g}") for level in grid}
    rounded -= {level for level in rounded if abs(level - tau) < 1e-3 * tau}
    given["threshold_grid"] = tuple(sorted({*rounded, tau}))
    return plan.Analysis(**given)


def _report(
    path: str, content: Mapping[str, Any], labels: list[str], seeds: int, problems: list[str]
) -> plan.Report:
    named = [("report.labels", label) for label in content.get("labels", {})]
    for position, panel in enumerate(content.get("panels", [])):
        named += [(f"report.panels[{position}].arms", label) for label in panel["arms"]]
    problems.extend(wording.one_of(key, arm, labels) for key, arm in named if arm not in labels)
    highlight = content.get("highlight_seed")
    if highlight is not None and highlight >= seeds:
        problems.append(f"report.highlight_seed must be below seeds ({seeds}), but was {highlight}")
    known = {field.name for field in fields(plan.Report)}
    given = {key: value for key, value in content.items() if key in known}
    given["panels"] = tuple(given.get("panels", ()))
    return plan.Report(**{"title": Path(path).stem.replace("_", " "), **given})
