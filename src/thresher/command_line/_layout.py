"""From many paths to one pattern: what is alike, what names an arm, what counts runs."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_COUNTS_RUNS = re.compile(
    r"(seed|run|trial|rep|replicate|repeat|repetition|fold|rng|version|s)[-_=.]*$", re.IGNORECASE
)
_NAMED = re.compile(r"(?:^|[-_,])([A-Za-z][A-Za-z0-9]*)[=_-]+$")


@dataclass(frozen=True)
class Layout:
    """A pattern for `thresher.readers.read`.

    Attributes
    ----------
    pattern : str
    arms : tuple of str
        Names in it that tell arms apart.
    seed : str or None
        The one that counts runs.
    """

    pattern: str
    arms: tuple[str, ...] = ()
    seed: str | None = None


def skeleton(path: str) -> tuple[int, str]:
    """Return what files of one kind have in common: how deep they lie, and how they are called."""
    *folders, name = path.split("/")
    return len(folders), _NUMBER.sub("#", name)


def kinds(paths: Sequence[str]) -> list[list[str]]:
    """Divide files into kinds, the largest first: by name, or by ending where names vary."""
    by_name: dict[tuple[int, str], list[str]] = defaultdict(list)
    by_ending: dict[tuple[int, str], list[str]] = defaultdict(list)
    for path in paths:
        depth, name = skeleton(path)
        by_name[depth, name].append(path)
        by_ending[depth, name.rpartition(".")[2]].append(path)
    found: list[list[str]] = []
    for alike in by_ending.values():
        own = [group for group in by_name.values() if group[0] in alike]
        most = max(len(group) for group in own)
        found += own if most > len(alike) / 2 else [alike]
    return sorted(found, key=lambda group: (-len(group), group[0]))


def layout_of(paths: Sequence[str]) -> Layout:
    """Find the pattern of files that are called alike.

    Parts of the paths that vary become names: a number after a word such as ``seed`` or ``run``
    counts runs, everything else tells arms apart; what only repeats another part becomes ``*``.

    Parameters
    ----------
    paths : sequence of str
        All of one `skeleton`.

    Examples
    --------
    >>> layout_of(["runs/adam/seed_0.csv", "runs/adam/seed_1.csv", "runs/sgd/seed_0.csv"])
    Layout(pattern='runs/{arm}/seed_{seed}.csv', arms=('arm',), seed='seed')
    """
    columns = [list(part) for part in zip(*(path.split("/") for path in paths), strict=True)]
    found = _Found()
    parts = [found.part(column) for column in columns]
    return found.layout(parts)


class _Found:
    """The names that were given so far, with the values that they stand for."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}
        self._seed: str | None = None

    def part(self, words: list[str]) -> str:
        """Return the pattern of one part of the paths."""
        if len(set(words)) == 1:
            return words[0]
        pieces = [_NUMBER.split(word) for word in words]
        if any(piece != pieces[0] for piece in pieces):
            return self._words(words, pieces)
        numbers = [_NUMBER.findall(word) for word in words]
        text, seen = pieces[0][0], [""] * len(words)
        for place, around in enumerate(pieces[0][1:]):
            values = [own[place] for own in numbers]
            seen = [f"{before} {value}" for before, value in zip(seen, values, strict=True)]
            text += self._number(pieces[0][place], values) + around
        return re.sub(r"\*(?:[-_:.T]*\*)+", "*", text)

    def _words(self, words: list[str], pieces: list[list[str]]) -> str:
        """Return the pattern of words that differ: ``{arm}_{seed}``, ``{arm}.csv``, ``{arm}``."""
        marks = {piece[0][-1:] for piece in pieces}
        if {tuple(piece[1:]) for piece in pieces} == {("",)} and marks <= {"-", "_", "="}:
            arm = self._name("arm", [piece[0][:-1] for piece in pieces])
            mark = marks.pop() if len(marks) == 1 else "?"
            numbers = [_NUMBER.findall(word)[0] for word in words]
            return f"{arm}{mark}{self._number(mark, numbers)}"
        endings = {word.rpartition(".")[2] for word in words if "." in word}
        if len(endings) == 1 and all("." in word for word in words):
            ending = f".{endings.pop()}"
            return self._name("arm", [word.removesuffix(ending) for word in words]) + ending
        return self._name("arm", words)

    def _number(self, before: str, values: list[str]) -> str:
        if len(set(values)) == 1:
            return values[0]
        if _COUNTS_RUNS.search(before) and self._seed is None:
            self._seed = "seed"
            return self._name("seed", values)
        if self._seed is not None and self._repeats(values, fine=True):
            return "*"
        named = _NAMED.search(before)
        return self._name(named[1].lower() if named else "number", values)

    def _name(self, name: str, values: list[str]) -> str:
        """Give a part a name of its own, unless it says what another says."""
        if self._repeats(values):
            return "*"
        free, count = name, 2
        while free in self._values:
            free, count = f"{name}{count}", count + 1
        self._values[free] = values
        return f"{{{free}}}"

    def _repeats(self, values: list[str], fine: bool = False) -> bool:
        """Tell whether values follow from those that have names; `fine`: from all together."""
        known = list(self._values.values())
        if fine and known:
            known = [[" ".join(row) for row in zip(*known, strict=True)]]
        return any(_determines(other, values) for other in known)

    def layout(self, parts: list[str]) -> Layout:
        """Return the whole; without a word that says so, the last number counts runs."""
        pattern = "/".join(parts)
        arms = [name for name in self._values if name != self._seed]
        if self._seed is None:
            numbered = [name for name in arms if all(map(_is_whole, self._values[name]))]
            if numbered:
                last = numbered[-1]
                pattern = pattern.replace(f"{{{last}}}", "{seed}")
                arms.remove(last)
                self._seed = "seed"
        if len(arms) == 1 and arms[0].startswith("number"):
            pattern = pattern.replace(f"{{{arms[0]}}}", "{arm}")
            arms = ["arm"]
        return Layout(pattern, tuple(arms), self._seed)


def _is_whole(value: str) -> bool:
    return value.isdigit()


def _determines(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether equal values of one have equal values of the other."""
    seen: dict[str, set[str]] = defaultdict(set)
    for left, right in zip(one, other, strict=True):
        seen[left].add(right)
    return len(seen) > 1 and all(len(values) == 1 for values in seen.values())
