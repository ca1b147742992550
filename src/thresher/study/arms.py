"""Variants × factors → arms."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from thresher.canonical import canonical
from thresher.study import excluding, matching, named, plan, wording
from thresher.study.checking import optimizer_problems, resolve, with_rate
from thresher.study.named import NamedModel, Shapes
from thresher.study.names import LONGEST_FOLDER, repeats
from thresher.study.problems import Key, Problem
from thresher.training_options import Training

_OWN = ("model", "match_parameters", "training", "exclude")
_TRAINING_FACTORS = ("optimizer", "learning_rate", "batch_size")
_LEVEL = re.compile(r"[A-Za-z0-9_.+-]+")


@dataclass(frozen=True)
class _Variant:
    """A variant as the study file has it.

    Attributes
    ----------
    options, training : mapping
        What the file says; a list fans out.
    exclude : list of mapping
        The cells that are left out.
    target : Target or None
        What its parameters are to come close to.
    """

    name: str
    model: str
    declared: NamedModel
    options: Mapping[str, Any]
    training: Mapping[str, Any]
    exclude: list[Mapping[str, Any]]
    target: matching.Target | None

    @property
    def key(self) -> Key:
        return ("variants", self.name)

    @property
    def factors(self) -> dict[Key, list[Any]]:
        """Every list that fans out, by its key: those of the model first."""
        own = {(*self.key, name): self.options[name] for name in self.options}
        trained = {
            (*self.key, "training", name): self.training[name]
            for name in _TRAINING_FACTORS
            if name in self.training
        }
        return {key: value for key, value in {**own, **trained}.items() if isinstance(value, list)}

    def chosen(self, levels: Mapping[Key, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return options and training with one level of each factor."""
        own, trained = dict(self.options), dict(self.training)
        for key, level in levels.items():
            (trained if "training" in key[2:-1] else own)[str(key[-1])] = level
        return own, trained


def expand(
    variants: Mapping[str, Any],
    shapes: Shapes | None,
    training: Training | None,
    folder: Path,
    problems: list[Problem],
    failed: set[str],
) -> list[plan.Arm]:
    """Fan out every variant, in study-file order.

    Parameters
    ----------
    variants : mapping
        The study file's ``variants``, right in structure.
    shapes : tuple or None
        The shape of an input and the head that the task asks of every model; None where they are
        not known, and so no parameter counts.
    training : Training or None
        What holds where a variant says nothing else; None where that is wrong itself.
    folder : Path
        That of the study file.
    problems : list of Problem
        Receives what is wrong.
    failed : set of str
        Receives the variants in which something is wrong: some of their arms are missing.
    """
    arms: dict[str, list[plan.Arm]] = {}
    # A matched variant needs the arm that it is matched to.
    for name in sorted(variants, key=lambda name: "match_parameters" in variants[name]):
        before = len(problems)
        variant = _read(name, variants[name], folder, arms, failed, problems)
        if variant is not None:
            arms[name] = list(_arms(variant, training, shapes, problems))
        if variant is None or len(problems) > before:
            failed.add(name)
    return [arm for name in variants for arm in arms.get(name, [])]


def _read(
    name: str,
    given: Mapping[str, Any],
    folder: Path,
    arms: Mapping[str, list[plan.Arm]],
    failed: set[str],
    problems: list[Problem],
) -> _Variant | None:
    key: Key = ("variants", name)
    declared = named.model(given["model"], folder, problems, (*key, "model"))
    if declared is None:
        return None
    target = None
    if "match_parameters" in given:
        known = [arm for group in arms.values() for arm in group]
        target = matching.target(key, given, declared, known, failed, problems)
        if target is None:
            return None
    options = {option: value for option, value in given.items() if option not in _OWN}
    changed, without = given.get("training", {}), given.get("exclude", [])
    return _Variant(name, given["model"], declared, options, changed, without, target)


def _arms(
    variant: _Variant,
    training: Training | None,
    shapes: Shapes | None,
    problems: list[Problem],
) -> Iterator[plan.Arm]:
    wrong = [found for key, levels in variant.factors.items() for found in bad_levels(key, levels)]
    problems.extend(wrong)
    if wrong:
        return
    cells = excluding.cells(variant.key, variant.factors, variant.exclude, problems)
    for levels in cells:
        arm = _arm(variant, levels, training, shapes, problems)
        if arm is not None:
            problems.extend(bad_folders(variant.key, arm))
            yield arm


def _arm(
    variant: _Variant,
    levels: Mapping[Key, Any],
    training: Training | None,
    shapes: Shapes | None,
    problems: list[Problem],
) -> plan.Arm | None:
    """Make the arm that has these levels of the variant's factors."""
    declared = variant.declared
    own, changed = variant.chosen(levels)
    if variant.target is not None:
        own[variant.target.option] = variant.target.smallest  # until it is chosen
    options = resolve(variant.key, own, declared.options, problems)
    trained = _training((*variant.key, "training"), training, changed, problems)
    if options is None or trained is None:
        return None
    count = None
    if declared.parameters is not None and shapes is not None:
        count = partial(_count, declared.parameters, shapes)
    match = None
    if (target := variant.target) is not None:
        if count is None or target.arm.parameters is None:
            match = target.left_to_jobs()
            del options[target.option]
        else:
            options[target.option] = target.closest(partial(_count_with, count, options, target))
    bare = {option: options[option] for option in options if _bare(declared, option)}
    others = {str(key[-1]): level for key, level in levels.items() if key[-1] not in bare}
    return plan.Arm(
        label=label_of(variant.name, bare, others),
        variant=variant.name,
        factors={**bare, **others},
        model=variant.model,
        model_options=options,
        training=trained,
        parameters=None if count is None or match is not None else count(options),
        match=match,
    )


def _count_with(
    count: Callable[[Mapping[str, Any]], int],
    options: Mapping[str, Any],
    target: matching.Target,
    value: int,
) -> int:
    return count({**options, target.option: value})


def _count(parameters: Any, shapes: Shapes, options: Mapping[str, Any]) -> int:
    return int(parameters(options, *shapes))


def _bare(declared: NamedModel, option: str) -> bool:
    return declared.options[option].bare


def label_of(variant: str, bare: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    """Name an arm: its variant, bare levels, and every other factor with its level."""
    levels = [str(level) for level in bare.values()]
    return " ".join([variant, *levels, *(f"{name}={level}" for name, level in others.items())])


def bad_levels(key: Key, levels: list[Any]) -> Iterator[Problem]:
    """Find levels that no folder can be named by, or that stand twice."""
    if not levels:
        yield Problem(key, "must be a list that is not empty, but was []; give a value")
    for value in levels:
        plain = isinstance(value, (bool, int, float, str))
        if not plain or not _LEVEL.fullmatch(str(value)):
            yield Problem(
                key,
                "names folders, so each value must be a number or a word of letters and digits, "
                f"but one was {wording.show(value)}; replace it",
            )
    twice = {wording.show(value) for value in levels if levels.count(value) > 1}
    if twice:
        yield Problem(key, f"has {' and '.join(sorted(twice))} twice: a duplicate arm; remove one")


def bad_folders(key: Key, arm: plan.Arm) -> Iterator[Problem]:
    """Find names that file systems or Snakemake refuse."""
    folders, shown = arm.path.split("/"), wording.show(arm.label)
    if max(map(len, folders)) > LONGEST_FOLDER:
        yield Problem(
            key,
            f"has the arm {shown}, whose factors name a folder longer than {LONGEST_FOLDER} "
            "characters; make two variants of it",
        )
    elif any(map(repeats, folders)):
        yield Problem(
            key,
            f"has the arm {shown}, which names a folder that ends in twenty repetitions, as "
            "Snakemake can't have it; rename it",
        )


def _training(
    key: Key,
    common: Training | None,
    changed: Mapping[str, Any],
    problems: list[Problem],
) -> Training | None:
    if common is None:
        return Training()
    if "optimizer" in changed and changed["optimizer"] != common.optimizer:
        # Another optimizer has other options and another learning rate.
        changed = {"learning_rate": None, "optimizer_options": {}, **changed}
    training = replace(common, **changed)
    found = optimizer_problems(key, training)
    problems.extend(found)
    return None if found else with_rate(training)


def duplicates(arms: list[plan.Arm]) -> Iterator[Problem]:
    """Name the arms that would train the very same runs as an earlier one."""
    first: dict[str, plan.Arm] = {}
    for arm in arms:
        assert arm.training is not None
        match = None if arm.match is None else asdict(arm.match)
        same = canonical([arm.model, dict(arm.model_options), match, asdict(arm.training)])
        if same in first:
            yield Problem(
                ("variants",),
                f": the arm {arm.label} is a duplicate of {first[same].label}: with pairing "
                "data+weights both train the same runs; remove one, or change it",
                needs=(("pairing",), ("variants", arm.variant), ("variants", first[same].variant)),
            )
        first.setdefault(same, arm)
