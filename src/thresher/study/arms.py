"""Variants × merge modes × factors → arms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from thresher import models, tasks
from thresher.study import plan, wording
from thresher.study.checking import optimizer_problems, resolve, with_rate

_OWN = ("model", "match_parameters", "training")
_TRAINING_FACTORS = ("optimizer", "learning_rate", "batch_size")


def expand(
    variants: Mapping[str, Any], task: plan.Task, training: plan.Training, problems: list[str]
) -> list[plan.Arm]:
    """Fan out every variant, in study-file order.

    Parameters
    ----------
    variants : mapping
        The study file's ``variants``, right in structure.
    task : Task
    training : Training
        What holds where a variant says nothing else.
    problems : list of str
        Receives what is wrong.
    """
    shapes = _shapes(task)
    arms: dict[str, list[plan.Arm]] = {}
    for matched in (False, True):  # A matched variant needs the arm that it is matched to.
        for name, content in variants.items():
            if ("match_parameters" in content) is not matched:
                continue
            key = f"variants.{name}"
            given = dict(content)
            if matched and not _match(key, given, shapes, arms, problems):
                continue
            arms[name] = list(_variant(key, name, given, training, shapes, problems))
    ordered = [arm for name in variants for arm in arms.get(name, [])]
    problems.extend(_duplicates(ordered))
    return ordered


def _shapes(task: plan.Task) -> tuple[tuple[int, ...], tuple[int, ...]]:
    declared = tasks.load(task.name)
    return declared.inputs(task.options), declared.outputs(task.options)


def _variant(
    key: str,
    name: str,
    given: Mapping[str, Any],
    training: plan.Training,
    shapes: tuple[Any, Any],
    problems: list[str],
) -> Iterator[plan.Arm]:
    if given["model"] not in models.NAMES:
        problems.append(wording.one_of(f"{key}.model", given["model"], models.NAMES))
        return
    declared = models.load(given["model"])
    own = {option: value for option, value in given.items() if option not in _OWN}
    overrides = dict(given.get("training", {}))
    levels = {option: value for option, value in own.items() if isinstance(value, list)}
    trained = {
        option: overrides[option]
        for option in _TRAINING_FACTORS
        if isinstance(overrides.get(option), list)
    }
    if not _usable_levels(key, {**levels, **trained}, problems):
        return
    names = [*levels, *trained]
    for combination in product(*levels.values(), *trained.values()):
        level = dict(zip(names, combination, strict=True))
        chosen = {**own, **{option: level[option] for option in levels}}
        options = resolve(key, chosen, declared.options, problems)
        changed = {**overrides, **{option: level[option] for option in trained}}
        arm_training = _training(f"{key}.training", training, changed, problems)
        if options is None or arm_training is None:
            continue
        merge_mode = str(options.get("merge_mode", "none"))
        factors = {option: level[option] for option in names if option != "merge_mode"}
        yield plan.Arm(
            label=_label(name, merge_mode, factors),
            variant=name,
            merge_mode=merge_mode,
            factors=factors,
            model=given["model"],
            model_options=options,
            training=arm_training,
            parameters=declared.parameters(options, *shapes),
        )


def _label(variant: str, merge_mode: str, factors: Mapping[str, Any]) -> str:
    parts = [variant] if merge_mode == "none" else [variant, merge_mode]
    return " ".join([*parts, *(f"{name}={level}" for name, level in factors.items())])


def _usable_levels(key: str, levels: Mapping[str, list[Any]], problems: list[str]) -> bool:
    before = len(problems)
    for name, values in levels.items():
        if not values:
            problems.append(f"{key}.{name} must be a list that is not empty, but was []")
        for value in values:
            plain = isinstance(value, (bool, int, float, str))
            if not plain or not re.fullmatch(r"[A-Za-z0-9_.+-]+", str(value)):
                problems.append(
                    f"{key}.{name} names folders, so each value must be a number or a word of "
                    f"letters and digits, but one was {wording.show(value)}"
                )
        shown = [str(value) for value in values]
        twice = sorted({text for text in shown if shown.count(text) > 1})
        problems.extend(
            f"{key}.{name} has {value} twice: a duplicate arm; remove one" for value in twice
        )
    return len(problems) == before


def _training(
    key: str, common: plan.Training, changed: Mapping[str, Any], problems: list[str]
) -> plan.Training | None:
    if "optimizer" in changed and changed["optimizer"] != common.optimizer:
        # Another optimizer has other options and another learning rate.
        changed = {"learning_rate": None, "optimizer_options": {}, **changed}
    training = replace(common, **changed)
    found = [problem for problem in optimizer_problems(key, training) if problem not in problems]
    problems.extend(found)
    return None if found else with_rate(training)


def _match(
    key: str,
    given: dict[str, Any],
    shapes: tuple[Any, Any],
    arms: Mapping[str, list[plan.Arm]],
    problems: list[str],
) -> bool:
    """Choose the units whose parameter count is closest to that of another arm."""
    targets = {arm.label: arm.parameters for group in arms.values() for arm in group}
    target = given.pop("match_parameters")
    model = given["model"]
    option = models.load(model).options.get("units") if model in models.NAMES else None
    if target not in targets:
        problems.append(wording.one_of(f"{key}.match_parameters", target, targets))
    elif "units" in given:
        problems.append(f"{key} has units and match_parameters; keep one")
    elif option is None and model in models.NAMES:
        problems.append(f"{key}.match_parameters needs a model with units, but {model} has none")
    elif option is None:
        problems.append(wording.one_of(f"{key}.model", model, models.NAMES))
    else:
        given["units"] = _closest_units(given, option, shapes, targets[target])
        return True
    return False


def _closest_units(
    given: Mapping[str, Any], option: Any, shapes: tuple[Any, Any], target: int
) -> int:
    declared = models.load(given["model"])
    options = {name: value.default for name, value in declared.options.items()}

    def distance(units: int) -> int:
        return abs(declared.parameters({**options, "units": units}, *shapes) - target)

    return min(range(int(option.minimum), int(option.maximum) + 1), key=distance)


def _duplicates(arms: list[plan.Arm]) -> Iterator[str]:
    labels = [arm.label for arm in arms]
    for label in dict.fromkeys(labels):
        if labels.count(label) > 1:
            yield f"variants: the arm {label} stands {labels.count(label)} times; rename or remove"
