"""Options against what tasks, models and optimizers declare."""

from collections.abc import Mapping
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
    for name, option in declared.items():
        if name in given:
            problem = wording.option(f"{key}.{name}", given[name], option)
            problems.extend([problem] if problem else [])
        elif option.default is None:
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
    for option in set(given) & set(declared):
        where = f"{key}.optimizer_options.{option}"
        problem = wording.option(where, given[option], declared[option])
        problems += [problem] if problem else []
    clipping = [option for option in optimizers.CLIPPING if option in given]
    if len(clipping) > 1:
        problems.append(f"{key}.optimizer_options has {' and '.join(clipping)}; keep one")
    if isinstance(training.learning_rate, Mapping):
        problems += _schedule_problems(f"{key}.learning_rate", training.learning_rate)
    return sorted(problems)


def _schedule_problems(key: str, schedule: Mapping[str, Any]) -> list[str]:
    name = schedule["schedule"]
    if name not in optimizers.SCHEDULES:
        return [wording.one_of(f"{key}.schedule", name, optimizers.SCHEDULES)]
    required, optional = optimizers.SCHEDULES[name]
    given = [argument for argument in schedule if argument != "schedule"]
    missing = [f"{key}.{argument} is missing; add it" for argument in required - set(given)]
    return sorted([*missing, *wording.unknown_keys(key, given, sorted(required | optional))])
