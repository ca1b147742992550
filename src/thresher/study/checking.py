"""Options against what tasks, models and optimizers declare."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from thresher import optimizers
from thresher.declarations import Option
from thresher.study import wording
from thresher.study.problems import Key, Problem
from thresher.training_options import Training


def resolve(
    key: Key, given: Mapping[str, Any], declared: Mapping[str, Option], problems: list[Problem]
) -> dict[str, Any] | None:
    """Fill in defaults; None where something is wrong, which `problems` then says."""
    before = len(problems)
    problems.extend(wording.unknown_keys(key, given, declared))
    problems.extend(_wrong_values(key, given, declared))
    for name, option in declared.items():
        if name not in given and option.default is None:
            problems.append(Problem((*key, name), "is missing; add it"))
    if len(problems) > before:
        return None
    return {name: option.type(given.get(name, option.default)) for name, option in declared.items()}


def with_rate(training: Training) -> Training:
    """Fill in the optimizer's own learning rate, so that the specification says it."""
    if training.learning_rate is not None:
        return training
    rate = optimizers.OPTIMIZERS[training.optimizer].learning_rate
    return replace(training, learning_rate=rate)


def optimizer_problems(key: Key, training: Training) -> list[Problem]:
    """Check optimizer, learning rate and the optimizer's options together."""
    name = training.optimizer
    if name in optimizers.REFUSED:
        known = ", ".join(optimizers.OPTIMIZERS)
        return [
            Problem(
                (*key, "optimizer"),
                f"can't be {name}: {optimizers.REFUSED[name]}; take one of {known}",
            )
        ]
    if name not in optimizers.OPTIMIZERS:
        return [wording.one_of((*key, "optimizer"), name, optimizers.OPTIMIZERS)]
    declared, given = optimizers.OPTIMIZERS[name].options, training.optimizer_options
    own = (*key, "optimizer_options")
    problems = [*wording.unknown_keys(own, given, declared), *_wrong_values(own, given, declared)]
    clipping = [option for option in optimizers.CLIPPING if option in given]
    if len(clipping) > 1:
        problems.append(Problem(own, f"has {' and '.join(clipping)}; keep one"))
    if isinstance(training.learning_rate, Mapping):
        problems += _schedule_problems((*key, "learning_rate"), training.learning_rate)
    return problems


def _wrong_values(
    key: Key, given: Mapping[str, Any], declared: Mapping[str, Option]
) -> Iterator[Problem]:
    for name, option in declared.items():
        if name in given:
            problem = wording.option((*key, name), given[name], option)
            yield from [problem] if problem else []


def _schedule_problems(key: Key, schedule: Mapping[str, Any]) -> Iterator[Problem]:
    name = schedule["schedule"]
    if not isinstance(name, str) or name not in optimizers.SCHEDULES:
        yield wording.one_of((*key, "schedule"), name, optimizers.SCHEDULES)
        return
    declared = optimizers.SCHEDULES[name]
    known = {**declared.required, **declared.optional}
    given = {argument: value for argument, value in schedule.items() if argument != "schedule"}
    yield from wording.unknown_keys(key, given, known)
    for argument in declared.required:
        if argument not in given:
            yield Problem((*key, argument), "is missing; add it")
    if declared.lists:
        yield from _list_problems(key, given, known)
    else:
        yield from _wrong_values(key, given, known)


def _list_problems(
    key: Key, given: Mapping[str, Any], known: Mapping[str, Option]
) -> Iterator[Problem]:
    """Check `boundaries` and `values` of Keras' PiecewiseConstantDecay."""
    found = [
        problem
        for name in sorted(set(given) & set(known))
        for problem in _list_values((*key, name), given[name], known[name])
    ]
    yield from found
    if found or not set(known) <= set(given):
        return
    boundaries, values = given["boundaries"], given["values"]
    if boundaries != sorted(set(boundaries)):
        shown = wording.show(boundaries)
        yield Problem((*key, "boundaries"), f"must rise, but was {shown}; sort it")
    if len(values) != len(boundaries) + 1:
        yield Problem(
            (*key, "values"),
            f"must be one more than boundaries ({len(boundaries)}), "
            f"but was {len(values)}; give {len(boundaries) + 1}",
        )


def _list_values(key: Key, given: Any, option: Option) -> Iterator[Problem]:
    if not isinstance(given, list) or not given:
        yield Problem(key, f"must be a list, but was {wording.show(given)}")
        return
    for position, value in enumerate(given):
        problem = wording.option((*key, position), value, option)
        yield from [problem] if problem else []
