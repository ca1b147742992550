"""``python train.py --lr {lr} --out {trace}``: a template to a program's arguments, no shell."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from thresher.declarations import Value
from thresher.logs import UserError

FILLED = {
    "seed": "the run's seed",
    "trace": "the path that the program writes its trace to",
    "out": "a folder for everything else that the program writes",
    "budget": "how far the run goes along the axis",
    "python": "the Python that thresher runs in",
}
"""What every command may ask for, besides the options of its variants."""

_TOKEN = re.compile(r"\{\{(?P<literal>[A-Za-z_]\w*)\}\}|\{(?P<name>[A-Za-z_]\w*)\}")
# An argument of its own after a flag, or behind an equals sign: such an option can be left out.
_ALONE = re.compile(r"(?P<before>-{0,2}[\w.-]+=)?\{(?P<name>[A-Za-z_]\w*)\}")


class CommandError(UserError):
    """A program that can't be run, failed, or left no usable trace; one line."""


def split(command: str) -> tuple[str, ...]:
    """Split a template into arguments as a shell would; braces are left as they are.

    Raises
    ------
    CommandError

    Examples
    --------
    >>> split("python train.py --name 'two words' --lr {lr}")
    ('python', 'train.py', '--name', 'two words', '--lr', '{lr}')
    """
    try:
        arguments = tuple(shlex.split(command))
    except ValueError as error:
        raise CommandError(f"is not a command: {str(error).lower()}; close it") from None
    if not arguments:
        raise CommandError("is empty; write a program and its arguments")
    return arguments


def placeholders(text: str) -> list[str]:
    """Name what stands in braces, in order; ``{{lr}}`` is no placeholder, but the text ``{lr}``."""
    names = (match["name"] for match in _TOKEN.finditer(text))
    return list(dict.fromkeys(name for name in names if name))


def problems(command: str, options: Iterable[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Say what is wrong with a command, each to follow the key's name.

    Parameters
    ----------
    command : str
    options : iterable of str
        Every option of any variant.
    environment : mapping of str to str
        May ask for the same.
    """
    options = list(options)
    try:
        arguments = split(command)
    except CommandError as error:
        yield str(error)
        return
    known = [*FILLED, *options]
    asked = dict.fromkeys(
        name for text in (*arguments, *environment.values()) for name in placeholders(text)
    )
    for name in asked:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {{{near[0]}}}?" if near else f"known are {_braced(known)}"
            yield f"has the placeholder {{{name}}}, which is unknown; {hint}"
    for name in options:
        if name in FILLED:
            yield f"fills {{{name}}} in by itself, so no variant may set {name}; rename the option"
        elif name not in asked:
            yield f"has no {{{name}}}, though variants set {name}; add --{name} {{{name}}}"
    if "seed" not in asked:
        yield "has no {seed}, so all runs of an arm would be the same; add it, as --seed {seed}"
    if not {"trace", "out"} & set(asked):
        yield "has no {trace}, so the program can't know where to write; add it, as --out {trace}"


def fill(
    template: Sequence[str], values: Mapping[str, Value], left_out: Iterable[str] = ()
) -> list[str]:
    """Fill values into each argument; what a value holds is never split or expanded.

    Parameters
    ----------
    template : sequence of str
        What `split` gave.
    values : mapping of str to value
    left_out : iterable of str
        Options that other arms set and this one does not: they are left out, with the flag
        before them, so that the program's own default holds.

    Raises
    ------
    CommandError
        Where such an option stands inside other text.

    Examples
    --------
    >>> fill(split("prog --lr {lr} --size={size} {seed}"), {"seed": 3, "lr": 0.5}, ["size"])
    ['prog', '--lr', '0.5', '3']
    """
    left_out = set(left_out)
    filled: list[str] = []
    for position, argument in enumerate(template):
        absent = [name for name in placeholders(argument) if name in left_out]
        if not absent:
            filled.append(fill_text(argument, values))
            continue
        alone = _ALONE.fullmatch(argument)
        before = template[position - 1]
        if alone and not alone["before"] and before.startswith("-") and not placeholders(before):
            filled.pop()
        elif not (alone and alone["before"]):
            raise CommandError(
                f"has no value for {{{absent[0]}}} in {argument}; set {absent[0]} in this variant, "
                f"or write --{absent[0]} {{{absent[0]}}}, which can be left out"
            )
    return filled


def fill_text(text: str, values: Mapping[str, Value]) -> str:
    """Fill values into one argument or environment variable."""

    def replaced(match: re.Match[str]) -> str:
        if match["literal"]:
            return f"{{{match['literal']}}}"
        return spelled(values[match["name"]]) if match["name"] in values else match[0]

    return _TOKEN.sub(replaced, text)


def spelled(value: Value) -> str:
    """Write a value as programs read it: ``true``, ``0.001``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
