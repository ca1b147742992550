"""Which quantities a study measures, and along what: the endpoint's metric first."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from thresher.keras_metrics import recorded
from thresher.metric import Axis, Metric
from thresher.study import plan, wording
from thresher.study.names import one_line
from thresher.study.problems import Key, Problem
from thresher.training_options import Training


def metrics(
    content: Mapping[str, Any], training: Training, problems: list[Problem]
) -> tuple[Metric, ...]:
    """Choose the endpoint's metric, and the others that are shown beside it.

    Parameters
    ----------
    content : mapping
        The study file's, right in structure.
    training : Training
        Its loss says what the engine records.
    problems : list of Problem
        Receives what is wrong; then nothing is returned.
    """
    known = recorded(training.loss, training.metrics)
    given = content.get("metric", {})
    name = content.get("endpoint", {}).get("metric", given.get("name", plan.METRIC))
    found = list(_problems(given, name, known))
    problems.extend(found)
    if found:
        return ()
    own = {key: value for key, value in given.items() if key != "name"}
    own |= {key: one_line(own[key]) for key in ("label", "unit") if key in own}
    primary = replace(known[name], **own)
    beside = [other for other in known.values() if other.data == "held-out" and other.name != name]
    return (primary, *beside)


def _problems(
    given: Mapping[str, Any], name: str, known: Mapping[str, Metric]
) -> Iterator[Problem]:
    if name not in known:
        key: Key = ("metric", "name") if given.get("name") == name else ("endpoint", "metric")
        yield wording.one_of(key, name, known, needs=(("task", "name"),))
    elif given.get("name", name) != name:
        yield Problem(
            ("metric", "name"),
            f"must be endpoint.metric ({name}), but was {wording.show(given['name'])}; "
            "name one metric",
            needs=(("endpoint", "metric"),),
        )
    else:
        yield from _contradictions(given, known[name])


def _contradictions(given: Mapping[str, Any], metric: Metric) -> Iterator[Problem]:
    """Find what a study says of a metric that the engine knows otherwise."""
    if given.get("better", metric.better) != metric.better:
        yield Problem(
            ("metric", "better"),
            f"must be {metric.better} for {metric.name}, but was {given['better']}; remove it",
        )
    for bound in ("minimum", "maximum"):
        if bound in given and not metric.holds(given[bound]):
            shown = wording.show(given[bound])
            yield Problem(("metric", bound), f"must be {metric.bounds}, but was {shown}; remove it")
    yield from range_problems({"minimum": metric.minimum, "maximum": metric.maximum, **given})


def range_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Check that a metric can have more than one value."""
    low, high = given.get("minimum"), given.get("maximum")
    if low is not None and high is not None and low >= high:
        yield Problem(
            ("metric", "maximum"),
            f"must leave a range, but the metric goes from {low:g} to {high:g}; change it",
            needs=(("metric", "minimum"),),
        )


def axis(content: Mapping[str, Any], training: Training, problems: list[Problem]) -> Axis:
    """Say what is counted until the threshold: epochs, since the engine counts these."""
    given = content.get("axis", {})
    for name, usual in (("name", Axis.name), ("unit", Axis.unit)):
        if given.get(name, usual) != usual:
            problems.append(
                Problem(
                    ("axis", name),
                    f"must be {usual}, because runs that are trained here are counted in epochs, "
                    f"but was {wording.show(given[name])}; remove axis",
                )
            )
    every = training.evaluate_every
    return Axis(parts=isinstance(every, str) or every % 1 != 0)
