"""Options against what tasks, models and optimizers declare."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from thresher import optimizers
from thresher.declarations import Option
from thresher.study import plan, wording


def resolve(
    key: str, given: Mapping[str, Any], declared: Mapping[str, Option], problems: list[str]
) -> dict[str, Any] | None:
    """Fill in defaults; None where something is wrong, which `problems` then says."""
    before = len(problems)
    problems.extend(wording.unknown_keys(key, given, declared))
    problems.extend(_wrong_values(key, given, declared))
    for name, option in declared.items():
        if name not in given and option.default is None:
            problems.append(f"{key}.{name} is missing; add it")
    if len(problems) > before:
        return None
    return {name: option.type(given.get(name, option.default)) for name, option in declared.items()}


def with_rate(training: plan.Training) -> plan.Training:
    """Fill in the optimizer's own learning rate, so that the specification says it."""
    if training.learning_rate is not None:
        return training
    rate = optimizers.OPTIMIZERS[training.optimizer].learning_rate
    return replace(training, learning_rate=rate)


def optimizer_problems(key: str, training: plan.Training) -> list[str]:
    """Check optimizer, learning rate and the optimizer's options together."""
    name = training.optimizer
    problems: list[str] = []
    if name in optimizers.REFUSED:
        return [
            f"{key}.optimizer can't be {name}: {optimizers.REFUSED[name]}; "
            f"take one of {', '.join(optimizers.OPTIMIZERS)}"
        ]
    if name not in optimizers.OPTIMIZERS:
        return [wording.one_of(f"{key}.optimizer", name, optimizers.OPTIMIZERS)]
    declared, given = optimizers.OPTIMIZERS[name].options, training.optimizer_options
    problems += wording.unknown_keys(f"{key}.optimizer_options", given, declared)
    problems += _wrong_values(f"{key}.optimizer_options", given, declared)
    clipping = [option for option in optimizers.CLIPPING if option in given]
    if len(clipping) > 1:
        problems.append(f"{key}.optimizer_options has {' and '.join(clipping)}; keep one")
    if isinstance(training.learning_rate, Mapping):
        problems += _schedule_problems(f"{key}.learning_rate", training.learning_rate)
    return problems


def _wrong_values(
    key: str, given: Mapping[str, Any], declared: Mapping[str, Option]
) -> Iterator[str]:
    for name, option in declared.items():
        if name in given:
            problem = wording.option(f"{key}.{name}", given[name], option)
            yield from [problem] if problem else []


def _schedule_problems(key: str, schedule: Mapping[str, Any]) -> Iterator[str]:
    name = schedule["schedule"]
    if not isinstance(name, str) or name not in optimizers.SCHEDULES:
        yield wording.one_of(f"{key}.schedule", name, optimizers.SCHEDULES)
        return
    declared = optimizers.SCHEDULES[name]
    known = {**declared.required, **declared.optional}
    given = {argument: value for argument, value in schedule.items() if argument != "schedule"}
    yield from wording.unknown_keys(key, given, known)
    for argument in declared.required:
        if argument not in given:
            yield f"{key}.{argument} is missing; add it"
    if declared.lists:
        yield from _list_problems(key, given, known)
    else:
        yield from _wrong_values(key, given, known)


def _list_problems(
    key: str, given: Mapping[str, Any], known: Mapping[str, Option]
) -> Iterator[str]:
    """Check `boundaries` and `values` of Keras' PiecewiseConstantDecay."""
    found = []
    for name in set(given) & set(known):
        if not isinstance(given[name], list) or not given[name]:
            found.append(f"{key}.{name} must be a list, but was {wording.show(given[name])}")
            continue
        for position, value in enumerate(given[name]):
            problem = wording.option(f"{key}.{name}[{position}]", value, known[name])
            found += [problem] if problem else []
    yield from sorted(found)
    if found or not set(known) <= set(given):
        return
    boundaries, values = given["boundaries"], given["values"]
    if boundaries != sorted(set(boundaries)):
        yield f"{key}.boundaries must rise, but was {wording.show(boundaries)}; sort it"
    if len(values) != len(boundaries) + 1:
        yield (
            f"{key}.values must be one more than boundaries ({len(boundaries)}), "
            f"but was {len(values)}; give {len(boundaries) + 1}"
        )
