"""Variants × merge modes × factors → arms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from itertools import product
from typing import Any

from thresher import decoding, models, tasks
from thresher.declarations import Head, ModelDeclaration
from thresher.study import plan, wording
from thresher.study.checking import optimizer_problems, resolve, with_rate

_OWN = ("model", "match_parameters", "training")
_TRAINING_FACTORS = ("optimizer", "learning_rate", "batch_size")
# File systems take names of up to 255 bytes.
_LONGEST = 200


def expand(
    variants: Mapping[str, Any],
    task: plan.Task | None,
    training: plan.Training | None,
    problems: list[str],
    failed: set[str],
) -> list[plan.Arm]:
    """Fan out every variant, in study-file order.

    Parameters
    ----------
    variants : mapping
        The study file's ``variants``, right in structure.
    task : Task or None
        None where it is wrong itself; then the parameter counts mean nothing.
    training : Training or None
        What holds where a variant says nothing else; None where that is wrong itself.
    problems : list of str
        Receives what is wrong.
    failed : set of str
        Receives the variants in which something is wrong: some of their arms are missing.
    """
    shapes = _shapes(task)
    arms: dict[str, list[plan.Arm]] = {}
    # A matched variant needs the arm that it is matched to.
    for name in sorted(variants, key=lambda name: "match_parameters" in variants[name]):
        before, given = len(problems), dict(variants[name])
        target = None
        if "match_parameters" in given:
            target = _target(f"variants.{name}", given, arms, failed, problems)
        if target is None and "match_parameters" in given:
            failed.add(name)
            continue
        arms[name] = list(_variant(name, given, training, shapes, target, problems))
        if len(problems) > before:
            failed.add(name)
    return [arm for name in variants for arm in arms.get(name, [])]


def _shapes(task: plan.Task | None) -> tuple[tuple[int, ...], Head]:
    """Return the shape of an input and the head that the task asks of every model."""
    if task is None:
        return (1, 1), Head(1, "sigmoid", per_timestep=True)
    declared = tasks.load(task.name)
    return declared.inputs(task.options), decoding.head(declared, task.options)


def _variant(
    name: str,
    given: Mapping[str, Any],
    training: plan.Training | None,
    shapes: tuple[Any, Any],
    target: int | None,
    problems: list[str],
) -> Iterator[plan.Arm]:
    key = f"variants.{name}"
    if given["model"] not in models.NAMES:
        problems.append(wording.one_of(f"{key}.model", given["model"], models.NAMES))
        return
    declared = models.load(given["model"])
    own = {option: value for option, value in given.items() if option not in _OWN}
    overrides = given.get("training", {})
    levels = _lists(own, own)
    trained = _lists(overrides, _TRAINING_FACTORS)
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
        if target is not None:
            options["units"] = _closest_units(declared, options, shapes, target)
        bare = {option: options[option] for option in declared.options if _bare(declared, option)}
        others = {option: level[option] for option in names if option not in bare}
        arm = plan.Arm(
            label=_label(name, bare, others),
            variant=name,
            factors={**bare, **others},
            model=given["model"],
            model_options=options,
            training=arm_training,
            parameters=declared.parameters(options, *shapes),
        )
        if max(map(len, arm.path.split("/"))) > _LONGEST:
            problems.append(
                f"{key} has the arm {wording.show(arm.label)}, whose factors name a folder longer "
                f"than {_LONGEST} characters; make two variants of it"
            )
        yield arm


def _lists(options: Mapping[str, Any], names: Any) -> dict[str, list[Any]]:
    return {name: options[name] for name in names if isinstance(options.get(name), list)}


def _bare(declared: ModelDeclaration, option: str) -> bool:
    return declared.options[option].bare


def _label(variant: str, bare: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    levels = [str(level) for level in bare.values()]
    return " ".join([variant, *levels, *(f"{name}={level}" for name, level in others.items())])


def _usable_levels(key: str, levels: Mapping[str, list[Any]], problems: list[str]) -> bool:
    before = len(problems)
    for name, values in levels.items():
        if not values:
            problems.append(
                f"{key}.{name} must be a list that is not empty, but was []; give a value"
            )
        for value in values:
            plain = isinstance(value, (bool, int, float, str))
            if not plain or not re.fullmatch(r"[A-Za-z0-9_.+-]+", str(value)):
                problems.append(
                    f"{key}.{name} names folders, so each value must be a number or a word of "
                    f"letters and digits, but one was {wording.show(value)}; replace it"
                )
        twice = {wording.show(value) for value in values if values.count(value) > 1}
        if twice:
            problems.append(
                f"{key}.{name} has {' and '.join(sorted(twice))} twice: a duplicate arm; remove one"
            )
    return len(problems) == before


def _training(
    key: str, common: plan.Training | None, changed: Mapping[str, Any], problems: list[str]
) -> plan.Training | None:
    if common is None:
        return plan.Training()
    if "optimizer" in changed and changed["optimizer"] != common.optimizer:
        # Another optimizer has other options and another learning rate.
        changed = {"learning_rate": None, "optimizer_options": {}, **changed}
    training = replace(common, **changed)
    found = optimizer_problems(key, training)
    problems.extend(found)
    return None if found else with_rate(training)


def _target(
    key: str,
    given: Mapping[str, Any],
    arms: Mapping[str, list[plan.Arm]],
    failed: set[str],
    problems: list[str],
) -> int | None:
    """Return the parameter count of the arm that a variant is to be matched to."""
    targets = {arm.label: arm.parameters for group in arms.values() for arm in group}
    target, model = given["match_parameters"], given["model"]
    if model not in models.NAMES:
        problems.append(wording.one_of(f"{key}.model", model, models.NAMES))
    elif "units" not in models.load(model).options:
        problems.append(
            f"{key}.match_parameters needs a model with units, but {model} has none; remove it"
        )
    elif "units" in given:
        problems.append(
            f"{key}.match_parameters chooses units, but units was "
            f"{wording.show(given['units'])}; keep one of them"
        )
    elif target in targets:
        return targets[target]
    elif target.split(" ")[0] not in failed:
        known = [*targets, *sorted(failed)]
        problems.append(wording.one_of(f"{key}.match_parameters", target, known))
    return None


def _closest_units(
    declared: ModelDeclaration, options: Mapping[str, Any], shapes: tuple[Any, Any], target: int
) -> int:
    def distance(units: int) -> int:
        return abs(declared.parameters({**options, "units": units}, *shapes) - target)

    bounds = declared.options["units"]
    return min(range(int(bounds.minimum or 1), int(bounds.maximum or 4096) + 1), key=distance)


def duplicates(arms: list[plan.Arm]) -> Iterator[str]:
    """Name the arms that would train the very same runs as an earlier one."""
    first: dict[str, str] = {}
    for arm in arms:
        same = plan.canonical([arm.model, dict(arm.model_options), asdict(arm.training)])
        if same in first:
            yield (
                f"variants: the arm {arm.label} is a duplicate of {first[same]}: with pairing "
                "data+weights both train the same runs; remove one, or change it"
            )
        first.setdefault(same, arm.label)
