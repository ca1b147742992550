"""The loss and the metrics of Keras that a study asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher import keras_metrics, losses
from thresher.keras_metrics import METRICS, REFUSED
from thresher.study import checking, wording
from thresher.study.problems import Key, Problem

Metrics = tuple[Mapping[str, Any], ...]


def loss(content: Mapping[str, Any], of_task: str, problems: list[Problem]) -> str:
    """Return the loss that a study trains with: its own, or else the task's.

    Parameters
    ----------
    content : mapping
        The study file's, right in structure.
    of_task : str
        Empty where the task is wrong itself.
    problems : list of Problem
    """
    key: Key = ("training", "loss")
    given = content.get("training", {}).get("loss")
    if given is None:
        return of_task
    name = losses.ALIASES.get(given, given)
    if name in losses.REFUSED:
        problems.append(Problem(key, f"can't be {name}: {losses.REFUSED[name]}; take another"))
    elif name not in losses.LOSSES:
        problems.append(wording.one_of(key, given, losses.LOSSES))
    elif of_task and losses.of(name).kind != losses.of(of_task).kind:
        same = [
            other for other in losses.LOSSES if losses.of(other).kind == losses.of(of_task).kind
        ]
        problems.append(
            Problem(
                key,
                f"can't be {name}, whose labels are others than the task's ({of_task}); take one "
                f"of {', '.join(same)}",
                needs=(("task",),),
            )
        )
    return name


def metrics(content: Mapping[str, Any], loss: str, problems: list[Problem]) -> Metrics:
    """Return the metrics that a study measures besides: those that it lists, and the endpoint's.

    Parameters
    ----------
    content : mapping
    loss : str
    problems : list of Problem

    Returns
    -------
    tuple of mapping
        ``name``, and every option that is given or has a default.
    """
    found: list[Mapping[str, Any]] = []
    for place, given in enumerate(content.get("training", {}).get("metrics", [])):
        key = ("training", "metrics", place)
        own = {"name": given} if isinstance(given, str) else dict(given)
        name = keras_metrics.ALIASES.get(own["name"], own["name"])
        wrong = list(_problems(key, name, loss, found))
        problems.extend(wrong)
        options = None if wrong else _options(key, name, own, problems)
        if options is not None:
            found.append({"name": name, **options})
    goal = content.get("endpoint", {}).get("metric", content.get("metric", {}).get("name", ""))
    name = goal.removeprefix("eval_")
    if goal != name and not any(own["name"] == name for own in found):
        found += _of_the_endpoint(name, loss)
    return tuple(found)


def _of_the_endpoint(name: str, loss: str) -> Iterator[Mapping[str, Any]]:
    """Give the endpoint's metric where it needs no more than its name; else it is unknown."""
    if name in METRICS and losses.of(loss).kind in (*METRICS[name].kinds, None):
        wrong: list[Problem] = []
        options = _options((), name, {}, wrong)
        if options is not None:
            yield {"name": name, **options}


def _problems(key: Key, name: str, loss: str, before: list[Mapping[str, Any]]) -> Iterator[Problem]:
    kind = losses.of(loss).kind if loss else None
    if name in REFUSED:
        yield Problem(key, f"can't be {name}: {REFUSED[name]}")
    elif name not in METRICS:
        yield wording.one_of(key, name, METRICS)
    elif kind is not None and kind not in METRICS[name].kinds:
        others = ", ".join(other for other in METRICS if kind in METRICS[other].kinds)
        yield Problem(
            key,
            f"can't be {name}, which is not for the labels of {loss}; take one of {others}",
            needs=(("task",), ("training", "loss")),
        )
    elif any(own["name"] == name for own in before):
        yield Problem(key, f"is {name} a second time; remove it")


def _options(
    key: Key, name: str, given: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any] | None:
    declared = METRICS[name].options
    own = {option: value for option, value in given.items() if option != "name"}
    # What is None by default is left to Keras; what has to be given is named like the metric's end.
    optional = {
        option: known
        for option, known in declared.items()
        if known.default is None and option not in own and not name.endswith(f"_{option}")
    }
    needed = {option: known for option, known in declared.items() if option not in optional}
    before = len(problems)
    problems.extend(wording.unknown_keys(key, own, declared))
    return None if len(problems) > before else checking.resolve(key, own, needed, problems)
