"""Which arm and which seed each row belongs to: by columns, by paths, by the user's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from thresher.readers._patterns import parse_name
from thresher.readers._problems import ReadError, listed
from thresher.readers._reader import Coded, Key, Piece

ALL = "all runs"
_WHOLE = re.compile(r"([+-]?\d+)\.0+")


@dataclass(frozen=True)
class Naming:
    """What names arms and runs.

    Attributes
    ----------
    pieces : list of Piece
    arms, seeds : list of Key
        One each a piece; an arm's label is None-like empty where it is left out.
    has_seeds : bool
        False where runs are told apart without a seed, so that equal numbers share nothing.
    notes : tuple of str
    """

    pieces: list[Piece]
    arms: list[Key]
    seeds: list[Key]
    has_seeds: bool
    notes: tuple[str, ...] = ()


def words(columns: Mapping[str, str | Sequence[str]]) -> tuple[tuple[str, ...], str | None]:
    """Return the arm's columns and the seed's, as the user names them; () and None where not."""
    arm = columns.get("arm", ())
    seed = columns.get("seed")
    return ((arm,) if isinstance(arm, str) else tuple(arm)), (None if seed is None else str(seed))


def keys_of(piece: Piece, template: str | None) -> dict[str, Key]:
    """Return all names of a piece: the log's own, its path's, and the run name's parts.

    Raises
    ------
    ReadError
        Where path and log contradict each other.
    """
    keys = {name: _cleaned(key) for name, key in piece.keys.items()}
    for name, word in piece.file.names.items():
        word = clean(word)
        own = keys.get(name)
        labels = {own} if isinstance(own, str) else set(own.labels) if own else {word}
        if any(label and _same(label) != _same(word) for label in labels):
            raise ReadError(
                f"{piece.file.shown}: its path says {name} {word}, but the log says "
                f"{listed(sorted(labels))}; call the path's name otherwise"
            )
        keys[name] = word
    if template and "run" in keys:
        keys |= _parts(piece, template, keys["run"])
    return keys


def name_runs(
    pieces: list[Piece],
    columns: Mapping[str, str | Sequence[str]],
    arms: Mapping[str, str | None] | None,
) -> Naming:
    """Say for each row which arm and which run it belongs to.

    Raises
    ------
    ReadError
        Where a name that the user gives is not there, or arm or seed is blank.
    """
    template = columns.get("run")
    keys = [keys_of(piece, template if isinstance(template, str) else None) for piece in pieces]
    wanted_arm, wanted_seed = words(columns)
    seed = _seed_name(pieces, keys, wanted_seed)
    arm = _arm_names(pieces, keys, wanted_arm, seed)
    arm_keys = [_joined([own[name] for name in arm], arm) for own in keys]
    _refuse_blank(pieces, arm_keys, "arm")
    arm_keys, notes = _renamed(arm_keys, arms or {})
    run = seed or ("run" if all("run" in own for own in keys) and "run" not in arm else None)
    if run is None:
        return _numbered(pieces, arm_keys, notes)
    seed_keys = [own[run] for own in keys]
    _refuse_blank(pieces, seed_keys, run)
    if seed is None:
        notes = (*notes, "The logs name runs but no seeds, so runs are compared unpaired.")
    return Naming(pieces, arm_keys, seed_keys, seed is not None, notes)


def clean(word: str) -> str:
    """Strip a word; ``3.0``, as tables with gaps write whole numbers, becomes ``3``."""
    word = word.strip()
    whole = _WHOLE.fullmatch(word)
    return whole[1] if whole else word


def _same(word: str) -> str:
    digits = word.lstrip("+0")
    return digits if word.isdigit() and digits else word


def _cleaned(key: Key) -> Key:
    if isinstance(key, str):
        return clean(key)
    return Coded(key.codes, tuple(clean(label) for label in key.labels))


def _parts(piece: Piece, template: str, run: Key) -> dict[str, Key]:
    """Read run names by the user's template, such as ``{arm}-seed{seed}``."""
    labels = (run,) if isinstance(run, str) else run.labels
    read = [parse_name(template, label) for label in labels]
    wrong = [label for label, names in zip(labels, read, strict=True) if names is None]
    if wrong:
        raise ReadError(
            f"{piece.file.shown}: the run {wrong[0]} does not fit {template} "
            "(`columns: {run: …}`)"
        )
    names = [one for one in read if one is not None]
    if not names:
        return {}
    if isinstance(run, str):
        return dict(names[0])
    return {name: Coded(run.codes, tuple(one[name] for one in names)) for name in names[0]}


def _seed_name(pieces: list[Piece], keys: list[dict[str, Key]], wanted: str | None) -> str | None:
    name = wanted or "seed"
    without = [piece.file.shown for piece, own in zip(pieces, keys, strict=True) if name not in own]
    if not without:
        return name
    if wanted is None and len(without) == len(pieces):
        return None
    raise ReadError(
        f"{listed(without, 3)}: nothing there is called {name}, for the seed; there are "
        f"{listed(sorted(set().union(*keys))) or 'no names'} (`columns: {{seed: …}}`)"
    )


def _arm_names(
    pieces: list[Piece], keys: list[dict[str, Key]], wanted: tuple[str, ...], seed: str | None
) -> tuple[str, ...]:
    for name in wanted:
        without = [p.file.shown for p, own in zip(pieces, keys, strict=True) if name not in own]
        if without:
            raise ReadError(
                f"{listed(without, 3)}: nothing there is called {name}, for the arm; there are "
                f"{listed(sorted(set().union(*keys))) or 'no names'} (`columns: {{arm: …}}`)"
            )
    if wanted:
        return wanted
    having = ["arm" in own for own in keys]
    if all(having):
        return ("arm",)
    if any(having):
        without = [p.file.shown for p, has in zip(pieces, having, strict=True) if not has]
        raise ReadError(f"{listed(without, 3)}: nothing there says arm, but in other files it does")
    paths = [name for name in pieces[0].file.names if name not in {seed, "run"}]
    return tuple(name for name in paths if all(name in own for own in keys))


def _joined(keys: list[Key], names: Sequence[str]) -> Key:
    """Join several names to one word: ``optimizer=Adam, lr=0.1``; a single name stands bare."""
    if not keys:
        return ALL
    if len(keys) == 1:
        return keys[0]
    if all(isinstance(key, str) for key in keys):
        return ", ".join(f"{name}={key}" for name, key in zip(names, keys, strict=True))
    rows = next(len(key.codes) for key in keys if isinstance(key, Coded))
    codes, labels = np.zeros(rows, np.int64), [""]
    for name, key in zip(names, keys, strict=True):
        own = key if isinstance(key, Coded) else Coded(np.zeros(rows, np.int32), (key,))
        both = codes * len(own.labels) + own.codes
        used, codes = np.unique(both, return_inverse=True)
        labels = [
            f"{labels[code // len(own.labels)]}, {name}={own.labels[code % len(own.labels)]}"
            for code in used.tolist()
        ]
    return Coded(codes.astype(np.int32), tuple(label.removeprefix(", ") for label in labels))


def _refuse_blank(pieces: list[Piece], keys: list[Key], what: str) -> None:
    problems = []
    for piece, key in zip(pieces, keys, strict=True):
        if isinstance(key, str) and not key:
            problems.append(f"{piece.file.shown}: {what} is blank; every run needs one")
        elif isinstance(key, Coded) and "" in key.labels:
            blank = (key.codes == key.labels.index("")) & piece.measured
            if blank.any():
                line = piece.line(int(blank.argmax()))
                where = f"{piece.file.shown}, line {line}" if line else piece.file.shown
                problems.append(f"{where}: {what} is blank; every row needs one")
    if problems:
        raise ReadError(*problems)


def _renamed(keys: list[Key], arms: Mapping[str, str | None]) -> tuple[list[Key], tuple[str, ...]]:
    """Rename, group and leave out arms; a left-out one becomes an empty label."""
    if not arms:
        return keys, ()
    used: set[str] = set()
    gone: set[str] = set()

    def new(label: str) -> str:
        hit = label if label in arms else next((p for p in arms if fnmatchcase(label, p)), None)
        if hit is None:
            return label
        used.add(hit)
        if arms[hit] is None:
            gone.add(label)
        return arms[hit] or ""

    renamed: list[Key] = [
        new(key) if isinstance(key, str) else Coded(key.codes, tuple(map(new, key.labels)))
        for key in keys
    ]
    unused = [name for name in arms if name not in used]
    if unused:
        there = {one for key in keys for one in ([key] if isinstance(key, str) else key.labels)}
        raise ReadError(f"arms: no arm is called {unused[0]}; there are {listed(sorted(there))}")
    left = (f"Left out by `arms`: {listed(sorted(gone))}.",) if gone else ()
    return renamed, left


def _numbered(pieces: list[Piece], arms: list[Key], notes: tuple[str, ...]) -> Naming:
    """Number runs where nothing names them; a history that begins another is the same run."""
    shorter = _beginnings(pieces, arms)
    kept = [i for i in range(len(pieces)) if i not in shorter]
    if shorter:
        pairs = [f"{pieces[i].file.shown} of {pieces[j].file.shown}" for i, j in shorter.items()]
        notes = (*notes, f"Left out as the beginning of another log of its run: {listed(pairs)}.")
    counts: dict[str, int] = {}
    seeds: list[Key] = []
    for i in kept:
        arm = arms[i]
        label = arm if isinstance(arm, str) else ""
        counts[label] = counts.get(label, 0) + 1
        seeds.append(str(counts[label]))
    notes = (*notes, "The logs name no seed: runs are numbered and compared unpaired.")
    return Naming([pieces[i] for i in kept], [arms[i] for i in kept], seeds, False, notes)


def _beginnings(pieces: list[Piece], arms: list[Key]) -> dict[int, int]:
    """Find the pieces whose values are the beginning of another one's, of the same arm.

    Two rows that agree are asked for, and values that are not all the same: runs that start
    alike are not one run.
    """
    groups: dict[tuple[str, bytes], list[int]] = {}
    series: dict[int, np.ndarray] = {}
    for i, (piece, arm) in enumerate(zip(pieces, arms, strict=True)):
        rows = np.column_stack([piece.axis, piece.value])[piece.measured]
        if isinstance(arm, str) and len(rows) > 1:
            series[i] = rows
            groups.setdefault((arm, rows[:2].tobytes()), []).append(i)
    found: dict[int, int] = {}
    for members in groups.values():
        lengths = sorted({len(series[i]) for i in members})
        wholes: dict[bytes, int] = {}
        for i in sorted(members, key=lambda i: -len(series[i])):
            own = series[i].tobytes()
            if own in wholes and np.ptp(series[i][:, 1]) != 0:
                found[i] = wholes[own]
                continue
            for length in lengths[: lengths.index(len(series[i])) + 1]:
                wholes.setdefault(series[i][:length].tobytes(), i)
    return dict(sorted(found.items()))


def is_beginning(short: Piece, whole: Piece) -> bool:
    """Whether the measured rows of a piece are the first of another's."""
    n = int(short.measured.sum())
    own, other = np.flatnonzero(short.measured), np.flatnonzero(whole.measured)[:n]
    return (
        len(other) == n
        and np.array_equal(short.axis[own], whole.axis[other])
        and np.array_equal(short.value[own], whole.value[other], equal_nan=True)
    )
