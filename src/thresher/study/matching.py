"""`match_parameters`: an integer option of a model, chosen so that arms have equal parameters."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from thresher.declarations import Option
from thresher.study import plan, wording
from thresher.study.named import NamedModel
from thresher.study.problems import Key, Problem

BY = "units"
LARGEST = 4096


@dataclass(frozen=True)
class Target:
    """What a variant asks for.

    Attributes
    ----------
    arm : Arm
        The arm whose parameters are to be matched.
    option : str
        What is chosen.
    smallest, largest : int
        Its bounds.
    """

    arm: plan.Arm
    option: str
    smallest: int
    largest: int

    def left_to_jobs(self) -> plan.Match:
        """Return what a job needs to choose by building models."""
        arm, bounds = self.arm, (self.smallest, self.largest)
        return plan.Match(self.option, *bounds, arm.parameters, arm.model, arm.model_options)

    def closest(self, count: Callable[[int], int]) -> int:
        """Choose by counting; of two as close, the smaller."""
        assert self.arm.parameters is not None
        wanted = self.arm.parameters
        return min(
            range(self.smallest, self.largest + 1), key=lambda value: abs(count(value) - wanted)
        )


def target(
    key: Key,
    given: Mapping[str, Any],
    declared: NamedModel,
    arms: Iterable[plan.Arm],
    failed: Set[str],
    problems: list[Problem],
) -> Target | None:
    """Read a variant's ``match_parameters``; None, and why, where it can't be.

    Parameters
    ----------
    key : tuple
        Of the variant.
    given : mapping
        The variant, right in structure.
    declared : NamedModel
    arms : iterable of Arm
        Those that are known already.
    failed : set of str
        Variants in which something is wrong: what is said of their arms follows from that.
    problems : list of Problem
    """
    key, asked = (*key, "match_parameters"), given["match_parameters"]
    name, by = (asked, BY) if isinstance(asked, str) else (asked["arm"], asked["by"])
    if (found := _option(key, by, given, declared)) is not None:
        problems.append(found)
        return None
    known = {arm.label: arm for arm in arms}
    if name not in known:
        if name.split(" ")[0] not in failed:
            problems.append(wording.one_of(key, name, dict.fromkeys([*known, *sorted(failed)])))
        return None
    if known[name].match is not None:
        problems.append(
            Problem(
                key,
                f"names {name}, whose own size is chosen by building models; name the arm that it "
                "is matched to",
            )
        )
        return None
    option = declared.options[by]
    smallest = 1 if option.minimum is None else int(option.minimum)
    largest = LARGEST if option.maximum is None else int(option.maximum)
    return Target(known[name], by, smallest, largest)


def _option(key: Key, by: str, given: Mapping[str, Any], declared: NamedModel) -> Problem | None:
    """Say what is wrong with the option that is to be chosen."""
    whole = [name for name, option in declared.options.items() if _whole(option)]
    if not whole:
        return Problem(key, f"needs an integer option, but {given['model']} has none; remove it")
    if by not in whole:
        if isinstance(given["match_parameters"], str):
            example = f"{{arm: {given['match_parameters']}, by: {whole[0]}}}"
            text = f"chooses units, which {given['model']} has not; say which, such as {example}"
            return Problem(key, text)
        return wording.one_of((*key, "by"), by, whole)
    if by in given:
        shown = wording.show(given[by])
        return Problem(key, f"chooses {by}, but {by} was {shown}; keep one of them")
    return None


def _whole(option: Option) -> bool:
    return option.type is int
