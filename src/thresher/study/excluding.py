"""`exclude`: cells of a variant's crossed factors that are left out."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from thresher.study import wording
from thresher.study.problems import Key, Problem


def cells(
    key: Key,
    factors: Mapping[Key, list[Any]],
    exclude: list[Mapping[str, Any]],
    problems: list[Problem],
) -> list[dict[Key, Any]]:
    """Cross the levels of all factors, and leave out what is to be excluded.

    Parameters
    ----------
    key : tuple
        Of the variant.
    factors : mapping of key to list
        Every list of the variant that fans out.
    exclude : list of mapping
        A cell is left out where it has, of every factor that one of these names, the level or one
        of the levels that it gives.
    problems : list of Problem
        Receives what is wrong; then nothing is left out.
    """
    every = [dict(zip(factors, chosen, strict=True)) for chosen in product(*factors.values())]
    rules = [
        {name: levels if isinstance(levels, list) else [levels] for name, levels in rule.items()}
        for rule in exclude
    ]
    levels = {str(path[-1]): levels for path, levels in factors.items()}
    wrong = [
        problem
        for place, rule in enumerate(rules)
        for problem in _problems((*key, "exclude", place), rule, levels)
    ]
    problems.extend(wrong)
    if wrong:
        return every
    kept = [
        cell
        for cell in every
        if not any(
            all(_among(level, rule.get(str(path[-1]), [level])) for path, level in cell.items())
            for rule in rules
        )
    ]
    if not kept:
        text = "takes out every arm of the variant; keep one, or remove it"
        problems.append(Problem((*key, "exclude"), text))
    return kept


def _problems(
    key: Key, rule: Mapping[str, list[Any]], factors: Mapping[str, list[Any]]
) -> Iterator[Problem]:
    for name, levels in rule.items():
        if not factors:
            yield Problem((*key, name), "is no list of this variant, which has none; remove it")
        elif name not in factors:
            yield wording.one_of(key, name, factors)
        else:
            for level in levels:
                if not _among(level, factors[name]):
                    yield wording.one_of((*key, name), level, map(wording.show, factors[name]))


def _among(level: Any, levels: list[Any]) -> bool:
    """Tell whether a level is one of these; true is not 1."""
    return any(
        level == other and isinstance(level, bool) == isinstance(other, bool) for other in levels
    )
