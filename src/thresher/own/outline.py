"""What an own model or task says of itself, read from its file without running it."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from thresher.declarations import DATA_OPTIONS, Option
from thresher.own.options import (
    arguments_of,
    declared_options,
    described,
    option_of,
    options_of,
    refuse_further,
)
from thresher.own.reference import Reference, near
from thresher.own.syntax import (
    Function,
    Source,
    defined_in,
    evaluated,
    literal,
    read_source,
    spelled,
    value_of,
)

Kind = Literal["model", "task"]


@dataclass(frozen=True)
class Outline:
    """What a study's check needs to know of an own model or task.

    Attributes
    ----------
    kind : {"model", "task"}
    options : mapping of str to Option
    line : int
        Where it begins.
    loss : str
        The Keras loss of a task; empty for a model.
    baseline : float or None
        A task's, where the file states it as a number.
    files : tuple of str
        Files that the task names as its own data, relative to its file.
    data : bool
        Whether the task is a data set, not a source of fresh examples.
    lines : mapping of str to int
        Where each part of a task begins.
    """

    kind: Kind
    options: Mapping[str, Option]
    line: int
    loss: str = ""
    baseline: float | None = None
    files: tuple[str, ...] = ()
    data: bool = False
    lines: Mapping[str, int] = field(default_factory=dict)


def outline_model(reference: Reference) -> Outline:
    """Read what a model says of itself.

    Parameters
    ----------
    reference : Reference
        To a function ``build(inputs, head, **options)``, or to a `ModelDeclaration`.

    Raises
    ------
    OwnError
        One line: file, line, what was found, remedy.
    """
    source = read_source(reference)
    node = _named(source, _FUNCTIONS)
    if isinstance(node, Function):
        given = arguments_of(source, node, ("inputs", "head"), ("inputs", "outputs"))
        return Outline("model", options_of(source, node, given), node.lineno)
    call = _declaration(source, node, "ModelDeclaration", "a function of inputs and head")
    return Outline("model", declared_options(source, call), node.lineno)


def outline_task(reference: Reference) -> Outline:
    """Read what a task says of itself.

    Parameters
    ----------
    reference : Reference
        To a class, to a `TaskDeclaration`, or to a file of functions where it names none.

    Raises
    ------
    OwnError
        One line: file, line, what was found, remedy.
    """
    source = read_source(reference)
    if not reference.name:
        return _task(source, source.defined, None)
    node = _named(source, _CLASSES)
    if isinstance(node, ast.ClassDef):
        return _task(source, _members(source, node), node)
    call = _declaration(source, node, "TaskDeclaration", "a class with draw and loss")
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    loss = literal(source, given.get("loss"), str, "loss", call)
    return Outline("task", declared_options(source, call), node.lineno, loss)


def _task(source: Source, members: Mapping[str, ast.stmt], node: ast.ClassDef | None) -> Outline:
    """Read a task from what its class, or its file, defines."""
    makers = [members[name] for name in ("draw", "data") if name in members]
    what = f"class {node.name}" if node else "the file"
    if len(makers) != 1 or not isinstance(makers[0], Function):
        problem = f"{what} has {'both draw and data' if makers else 'neither draw nor data'}"
        raise source.error(node, f"{problem}; define draw(generator, n), or data()")
    maker = makers[0]
    loss = literal(source, value_of(members.get("loss")), str, "loss", node or maker, what)
    given = ("generator", "n") if maker.name == "draw" else ()
    rest = arguments_of(source, maker, given, method=node is not None)
    if node is None:
        options = options_of(source, maker, rest)
    else:
        refuse_further(source, maker, rest)
        options = _class_options(source, node, members)
    if maker.name == "data":
        for name in options:
            if name in DATA_OPTIONS:
                raise source.error(
                    maker, f"option {name} is one that every data set has; call it otherwise"
                )
        options = {**options, **DATA_OPTIONS}
    baseline = value_of(members.get("baseline"))
    number = None if baseline is None else literal(source, baseline, float, "baseline", baseline)
    return Outline(
        "task",
        options,
        getattr(node, "lineno", 1),
        loss,
        baseline=number,
        files=_files(source, value_of(members.get("files"))),
        data=maker.name == "data",
        lines={name: member.lineno for name, member in members.items()},
    )


def _files(source: Source, node: ast.expr | None) -> tuple[str, ...]:
    if node is None:
        return ()
    found = evaluated(node)
    names = (found,) if isinstance(found, str) else found
    if not isinstance(names, (tuple, list)) or not all(isinstance(name, str) for name in names):
        raise source.error(node, 'files must be written out, such as files = ("data.npz",)')
    return tuple(names)


def _members(
    source: Source, node: ast.ClassDef, below: tuple[ast.ClassDef, ...] = ()
) -> dict[str, ast.stmt]:
    """Return what a class defines, with what it inherits from classes of the same file."""
    found: dict[str, ast.stmt] = {}
    for base in reversed(node.bases):
        above = source.defined.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(above, ast.ClassDef) and above not in (node, *below):
            found |= _members(source, above, (node, *below))
    return {**found, **dict(defined_in(node.body))}


def _class_options(
    source: Source, node: ast.ClassDef, members: Mapping[str, ast.stmt]
) -> dict[str, Option]:
    begin = members.get("__init__")
    if isinstance(begin, Function):
        return options_of(source, begin, arguments_of(source, begin, (), method=True))
    if not any("dataclass" in ast.unparse(line) for line in node.decorator_list):
        return {}
    found = {
        member.target.id: option_of(
            source, member.target.id, member.annotation, member.value, member
        )
        for member in members.values()
        if isinstance(member, ast.AnnAssign)
        and isinstance(member.target, ast.Name)
        and "ClassVar" not in ast.unparse(member.annotation)
    }
    return described(source, found)


_FUNCTIONS = ("function", lambda node: isinstance(node, (Function, ast.Assign, ast.AnnAssign)))
_CLASSES = ("class", lambda node: isinstance(node, (ast.ClassDef, ast.Assign, ast.AnnAssign)))


def _named(source: Source, wanted: tuple[str, Callable[[ast.stmt], bool]]) -> ast.stmt:
    """Return what a reference names in its file."""
    what, right = wanted
    name, there = source.reference.name, [n for n, node in source.defined.items() if right(node)]
    shown = source.reference.shown
    if not name:
        raise source.error(None, f"which {what}? Name one: {shown}:{(there or ['name'])[0]}")
    if name not in source.defined:
        listed = ", ".join(n for n in there if not n.startswith("_"))
        hint = near(name, there) or (f"there are {listed}" if listed else "it defines none")
        raise source.error(None, f"has no {what} {name}; {hint}")
    node = source.defined[name]
    if not right(node):
        raise source.error(node, f"{name} is no {what}; name one")
    return node


def _declaration(source: Source, node: ast.stmt, kind: str, wanted: str) -> ast.Call:
    value = value_of(node)
    if not isinstance(value, ast.Call) or not spelled(value.func).endswith(kind):
        raise source.error(
            node, f"{source.reference.name} is neither {wanted} nor a {kind}; name one"
        )
    return value
