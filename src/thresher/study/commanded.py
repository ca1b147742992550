"""A study of a command: any program makes the runs, one process for each arm and seed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from thresher import code, command, declarations
from thresher.canonical import canonical
from thresher.metric import Axis, Metric
from thresher.study import excluding, imported, joint, plan, sizing, structure, texts, wording
from thresher.study.arms import bad_folders, bad_levels, label_of
from thresher.study.names import one_line
from thresher.study.problems import Key, Problem

OWN_KEYS = ("trace", "environment", "code", "resources", "retries")
_OTHERS = ("task", "training", "traces", "entropy")
SEEDS = 32
# By the names of their files: importing them takes longer than all the rest.
_READERS = declarations.names(code.PACKAGE / "readers")
# Columns of the traces beside the factors.
_TAKEN = ("study", "arm", "variant", "seed", "time")


def build(
    path: str, folder: Path, name: str, found: structure.Structure, problems: list[Problem]
) -> plan.Study | None:
    """Build a study of a command.

    Parameters
    ----------
    path : str
        The study file's, for people.
    folder : Path
        That of the study file, where the program runs.
    name : str
    found : Structure
    problems : list of Problem
        Receives what is wrong; then None is returned.
    """
    content = _completed(found.usable)
    arms = _arms(content.get("variants", {}), problems)
    problems.extend(_problems(content, folder, arms))
    problems.extend(imported.stated_problems(content))
    seeds, labels = content.get("seeds", SEEDS), [arm.label for arm in arms]
    problems.extend(joint.rest(content, seeds))
    problems.extend(joint.block_size(content.get("seeds_per_job", 1)))
    problems.extend(joint.arms(content, labels, set(found.failed)))
    problems.extend(texts.problems(content, labels))
    if problems or found.problems:
        return None
    metric, goal = imported.metric_of(content["metric"]), content["endpoint"]
    axis = imported.axis_of(content.get("axis", {}))
    return plan.Study(
        name=name,
        path=path,
        question=one_line(content.get("question", plan.usual_question(len(arms)))),
        metrics=(metric,),
        axis=axis,
        task=None,
        training=None,
        pairing=content.get("pairing", "none"),
        entropy=plan.ENTROPY,
        seeds=seeds,
        seeds_per_job=_seeds_per_job(content, len(arms), seeds),
        arms=tuple(arms),
        reference=content.get("reference"),
        allow_missing=content.get("allow_missing", False),
        endpoint=imported.endpoint_of(goal, float(goal["budget"])),
        analysis=imported.analysis_of(content, float(goal["threshold"]), metric),
        report=texts.presentation(name, content.get("report", {})),
        command=_source(content, metric, axis),
    )


def _completed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Name metric and axis as the program does, where the study says nothing else."""
    trace = content.get("trace", {})
    metric, axis = dict(content.get("metric", {})), dict(content.get("axis", {}))
    if "metric" in trace:
        metric.setdefault("name", trace["metric"])
    if "axis" in trace:
        axis.setdefault("name", trace["axis"])
    return {**content, "metric": metric, "axis": axis}


def _arms(variants: Mapping[str, Any], problems: list[Problem]) -> list[plan.Arm]:
    """Fan out every list of every variant."""
    arms = []
    for name, options in _options(variants).items():
        key = ("variants", name)
        lists: dict[Key, list[Any]] = {
            (*key, option): value for option, value in options.items() if isinstance(value, list)
        }
        wrong = [p for option, levels in lists.items() for p in bad_levels(option, levels)]
        problems.extend(wrong)
        without = variants[name].get("exclude", [])
        for cell in [] if wrong else excluding.cells(key, lists, without, problems):
            levels = {str(option[-1]): level for option, level in cell.items()}
            arm = plan.Arm(
                label_of(name, {}, levels), name, levels, model_options={**options, **levels}
            )
            problems.extend(bad_folders(key, arm))
            arms.append(arm)
    return arms


def _options(variants: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the options of each variant, by its name."""
    return {
        name: {option: value for option, value in own.items() if option != "exclude"}
        for name, own in variants.items()
    }


def _problems(content: Mapping[str, Any], folder: Path, arms: list[plan.Arm]) -> Iterator[Problem]:
    for key in _OTHERS:
        if key in content:
            yield Problem((key,), "is not for studies of a command; remove it")
    if content.get("pairing", "none") not in imported.PAIRINGS:
        yield wording.one_of(("pairing",), content["pairing"], imported.PAIRINGS)
    if "endpoint" in content and "budget" not in content["endpoint"]:
        yield Problem(("endpoint", "budget"), "is missing; say how far along the axis a run goes")
    form = content.get("trace", {}).get("format")
    if form is not None and form not in _READERS:
        yield wording.one_of(("trace", "format"), form, _READERS)
    for name in command.missing_files(_listed(content.get("code", ())), folder):
        yield Problem(("code",), f"names {name}, which is not there; correct it")
    yield from _option_problems(content, arms)
    yield from _duplicates(arms)


def _option_problems(content: Mapping[str, Any], arms: list[plan.Arm]) -> Iterator[Problem]:
    variants = _options(content.get("variants", {}))
    options = dict.fromkeys(name for own in variants.values() for name in own)
    taken = (*_TAKEN, content["metric"].get("name"), content["axis"].get("name", Axis.name))
    for variant, own in variants.items():
        for option in own:
            if not option.isidentifier():
                yield Problem(
                    ("variants", variant, option), "can't stand in braces; use letters, digits, _"
                )
            elif option in taken:
                yield Problem(
                    ("variants", variant, option), "names a column of the traces; call it otherwise"
                )
    if "command" not in content:
        return
    environment = _words(content.get("environment", {}))
    found = [*command.problems(content["command"], options, environment)]
    for problem in found:
        yield Problem(("command",), problem, needs=(("variants",), ("environment",)))
    if found:
        return
    for arm in arms:
        left_out = [name for name in options if name not in arm.model_options]
        try:
            command.fill(command.split(content["command"]), arm.model_options, left_out)
        except command.CommandError as error:
            yield Problem(("variants", arm.variant), str(error), needs=(("command",),))
            return


def _seeds_per_job(content: Mapping[str, Any], arms: int, seeds: int) -> int:
    given = content.get("seeds_per_job", 1)
    return sizing.seeds_per_job(arms, seeds) if given == sizing.AUTO else int(given)


def _duplicates(arms: list[plan.Arm]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for arm in arms:
        same = canonical(dict(arm.model_options))
        if same in first:
            yield Problem(
                ("variants",),
                f": the arm {arm.label} is a duplicate of {first[same]}: both run the same "
                "commands; remove one, or change it",
            )
        first.setdefault(same, arm.label)


def _source(content: Mapping[str, Any], metric: Metric, axis: Axis) -> plan.CommandSource:
    trace = content.get("trace", {})
    names = {"axis": (trace.get("axis"), axis.name), "value": (trace.get("metric"), metric.name)}
    return plan.CommandSource(
        command=content["command"],
        columns={
            role: theirs for role, (theirs, ours) in names.items() if theirs not in (None, ours)
        },
        file=trace.get("file", ""),
        format=trace.get("format"),
        environment=_words(content.get("environment", {})),
        code=_listed(content.get("code", ())),
        resources=dict(content.get("resources", {})),
        retries=content.get("retries", 0),
    )


def _words(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: command.spelled(value) for name, value in values.items()}


def _listed(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
