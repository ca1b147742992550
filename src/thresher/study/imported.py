"""A study about files: runs that were made elsewhere, read from their logs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from thresher.logs import UserError
from thresher.metric import Axis, Metric
from thresher.study import goals, joint, measures, plan, texts, wording
from thresher.study.names import one_line
from thresher.study.problems import Problem

# What belongs to runs that are trained here.
TRAINED = ("task", "variants", "training", "seeds", "seeds_per_job", "allow_missing", "command")
PAIRINGS = ("data", "none")
# Found from the runs.
_UNKNOWN = 0.0
# What the reading of logs calls by one word, by its key in a study file.
_KEYS = {
    **{
        key: f"traces.{key}" for key in ("files", "columns", "arms", "format", "on_restart", "line")
    },
    "budget": "endpoint.budget",
}


def build(
    path: str, folder: str, name: str, content: Mapping[str, Any], problems: list[Problem]
) -> plan.Study | None:
    """Build a study about files; its arms and its budget are what the logs hold.

    Parameters
    ----------
    path, folder : str
        The study file's, for people and for finding logs.
    name : str
    content : mapping
        Right in structure.
    problems : list of Problem
        Receives what is wrong; then None is returned.
    """
    found = list(_problems(content))
    problems.extend(found)
    if found or not _usable(content):
        return None
    metric, goal = metric_of(content["metric"]), content["endpoint"]
    axis = axis_of(content.get("axis", {}))
    threshold = float(goal["threshold"])
    return plan.Study(
        name=name,
        path=path,
        question=one_line(content.get("question", "Which arm gets there sooner?")),
        metrics=(metric,),
        axis=axis,
        task=None,
        training=None,
        pairing=content.get("pairing", "none"),
        entropy=content.get("entropy", plan.ENTROPY),
        seeds=0,
        seeds_per_job=1,
        arms=(),
        reference=content.get("reference"),
        endpoint=endpoint_of(goal, _UNKNOWN),
        analysis=analysis_of(content, threshold, metric),
        report=texts.presentation(name, content.get("report", {})),
        traces=_source(content["traces"], folder, goal.get("budget")),
    )


def _usable(content: Mapping[str, Any]) -> bool:
    """Return whether what a study can't do without is there, and right in structure."""
    known = content.get("metric", {})
    return "files" in content.get("traces", {}) and "name" in known and "better" in known


def endpoint_of(goal: Mapping[str, Any], budget: float) -> plan.Endpoint:
    """Return the endpoint that a study file states as a number."""
    return plan.Endpoint(
        threshold=float(goal["threshold"]),
        threshold_source="study file",
        sustain=goal.get("sustain", plan.Endpoint.sustain),
        smooth=goal.get("smooth", plan.Endpoint.smooth),
        budget=budget,
    )


def analysis_of(content: Mapping[str, Any], threshold: float, metric: Metric) -> plan.Analysis:
    """Return the analysis plan, with its defaults and grid of thresholds filled in."""
    given = dict(content.get("analysis", {}))
    given.setdefault("contrasts", "reference" if "reference" in content else "all_pairs")
    levels = given.get("threshold_grid")
    given["threshold_grid"] = (
        tuple(sorted({*map(float, levels), threshold})) if levels else metric.grid(threshold) or ()
    )
    return plan.Analysis(**given)


def _problems(content: Mapping[str, Any]) -> Iterator[Problem]:
    for key in TRAINED:
        if key in content:
            yield Problem(
                (key,), "belongs to runs that are trained here, but traces are read; remove it"
            )
    if content.get("pairing", "none") not in PAIRINGS:
        yield wording.one_of(("pairing",), content["pairing"], PAIRINGS)
    yield from stated_problems(content)
    yield from joint.contrasts(content)
    yield from texts.problems(content, list(content.get("report", {}).get("labels", {})))


def stated_problems(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Check a metric and thresholds that nothing but the study file tells of."""
    metric, goal = content.get("metric", {}), content.get("endpoint", {})
    if metric and "better" not in metric:
        yield Problem(("metric", "better"), "is missing; say whether lower or higher is better")
    if goal.get("metric", metric.get("name")) != metric.get("name"):
        yield Problem(
            ("endpoint", "metric"),
            f"must be metric.name ({metric.get('name')}), but was {wording.show(goal['metric'])}; "
            "remove it",
        )
    threshold = goal.get("threshold")
    if threshold is None or isinstance(threshold, str):
        shown = "is missing" if threshold is None else f"was {wording.show(threshold)}"
        yield Problem(("endpoint", "threshold"), f"must be a number, but {shown}; give one")
    yield from measures.range_problems(metric)
    if metric.get("name"):
        yield from goals.level_problems(content, metric_of({"better": "lower", **metric}))


def metric_of(given: Mapping[str, Any]) -> Metric:
    """Return a metric that the study file describes."""
    own = {key: one_line(given[key]) for key in ("label", "unit") if key in given}
    bounds = {key: given[key] for key in ("minimum", "maximum") if key in given}
    label = one_line(given["name"])
    return Metric(
        **{"name": given["name"], "label": label, "unit": "", "better": given["better"]}
        | own
        | bounds
    )


def axis_of(given: Mapping[str, Any]) -> Axis:
    """Return an axis that the study file describes."""
    name = one_line(given.get("name", Axis.name))
    unit = given.get("unit")
    return Axis.named(name, None if unit is None else one_line(unit))


def _source(given: Mapping[str, Any], folder: str, budget: float | None) -> plan.TraceSource:
    files = given["files"]
    columns = {
        role: tuple(names) if isinstance(names, list) else names
        for role, names in given.get("columns", {}).items()
    }
    return plan.TraceSource(
        files=(files,) if isinstance(files, str) else tuple(files),
        folder=folder,
        columns=columns,
        arms=dict(given.get("arms", {})),
        format=given.get("format"),
        on_restart=given.get("on_restart"),
        line=given.get("line"),
        budget=None if budget is None else float(budget),
    )


def in_study(path: str, error: Exception) -> UserError:
    """Return what is wrong with logs as lines that name the study and its keys.

    Parameters
    ----------
    path : str
        The study file's, as people know it.
    error : Exception
        Its text is a line a problem; those that begin with a key get the study's.
    """
    lines = []
    for line in str(error).splitlines():
        key, mark, rest = line.partition(":")
        lines.append(f"{path}: {_KEYS.get(key, key)}{mark}{rest}")
    return UserError("\n".join(lines))


def complete(study: plan.Study, facts: plan.ImportFacts) -> plan.Study:
    """Complete a study by what its logs hold; what names an arm is checked only now.

    Raises
    ------
    UserError
        One line for each name that is no arm, or that two arms would have.
    """
    arms = [arm.arm for arm in facts.arms]
    found = [f"{study.path}: {problem}" for problem in _misnamed(study, arms)]
    if found:
        raise UserError("\n".join(dict.fromkeys(found)))
    return study.completed(facts)


def _misnamed(study: plan.Study, arms: Sequence[str]) -> Iterator[Problem]:
    content: dict[str, Any] = {"report": asdict(study.report)}
    if study.reference is not None:
        content["reference"] = study.reference
    yield from joint.arms(content, arms, set())
    yield from texts.ambiguous(study.report.labels, arms)
