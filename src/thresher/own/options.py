"""Options of an own model or task, from the arguments of a function and from ``OPTIONS``."""

import ast
from collections.abc import Mapping
from dataclasses import fields, replace

from thresher.declarations import Option, Value
from thresher.own.syntax import NOTHING, Function, Source, evaluated, fits, followed, ours, spelled

TYPES: Mapping[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
# A factor is a column beside these, and an option a key beside these.
RESERVED = frozenset(
    {"accuracy", "arm", "epoch", "eval_accuracy", "eval_loss", "exclude", "loss"}
    | {"match_parameters"}
    | {"model", "name", "seed", "study", "time", "training", "variant"}
)

Argument = tuple[ast.arg, ast.expr | None]


def arguments_of(
    source: Source, node: Function, *forms: tuple[str, ...], method: bool = False
) -> list[Argument]:
    """Check the first arguments of a function, and return the others with their defaults."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    static = any(ast.unparse(line) == "staticmethod" for line in node.decorator_list)
    own = ["self"] if method and not static else []
    names = [argument.arg for argument in positional]
    count = len(own) + len(forms[0])
    if not any(names[len(own) : count] == list(form) for form in forms):
        first = [*own, *forms[0], "…"]
        raise source.error(
            node,
            f"{node.name} must begin with {', '.join(forms[0])}, but its arguments are "
            f"({', '.join(names)}); write def {node.name}({', '.join(first)})",
        )
    star = arguments.vararg or arguments.kwarg
    if star is not None:
        mark = "*" if star is arguments.vararg else "**"
        raise source.error(
            node, f"{node.name} takes {mark}{star.arg}; name each option, with its default"
        )
    missing = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults]
    pairs = [*zip(positional, defaults, strict=True)][count:]
    return [*pairs, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]


def refuse_further(source: Source, node: Function, rest: list[Argument]) -> None:
    asked = [argument.arg for argument, default in rest if default is None]
    if asked:
        raise source.error(
            node,
            f"{node.name} asks for {', '.join(asked)}, which nobody gives it; options are "
            "arguments of __init__",
        )


def options_of(source: Source, node: Function, arguments: list[Argument]) -> dict[str, Option]:
    found = {
        argument.arg: option_of(source, argument.arg, argument.annotation, default, argument)
        for argument, default in arguments
    }
    return described(source, found)


def declared_options(source: Source, call: ast.Call) -> dict[str, Option]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    node = given.get("options", call.args[0] if call.args else None)
    return {} if node is None else _mapping(source, node)


def option_of(
    source: Source, name: str, annotation: ast.expr | None, default: ast.expr | None, at: ast.AST
) -> Option:
    """Read an option from an argument's annotation and default.

    Raises
    ------
    OwnError
    """
    value = None if default is None else evaluated(default)
    if name in RESERVED:
        raise source.error(at, f"option {name}: studies call something else so; rename it")
    if default is not None and not isinstance(value, (bool, int, float, str)):
        raise source.error(
            at,
            f"option {name} has the default {ast.unparse(default)}, but an option is a number, a "
            "word, true or false; write one",
        )
    if annotation is not None:
        return _annotated(source, name, annotation, value, at)
    if value is None:
        raise source.error(
            at,
            f"option {name} has neither annotation nor default; write {name}: int = 1, or "
            "whatever it is",
        )
    return Option(type(value), value)


def _annotated(
    source: Source, name: str, annotation: ast.expr, value: Value | None, at: ast.AST
) -> Option:
    choices = _choices(annotation)
    kind = str if choices else TYPES.get(spelled(annotation))
    if kind is None:
        raise source.error(
            at,
            f"option {name} is annotated {ast.unparse(annotation)}, but an option is a bool, int, "
            'float, str or Literal["…", "…"]; annotate it so',
        )
    if value is not None and not fits(value, kind):
        raise source.error(
            at, f"option {name} is a {kind.__name__}, but its default is {value!r}; change one"
        )
    if choices and value is not None and value not in choices:
        raise source.error(
            at, f"option {name} must be one of {', '.join(choices)}, but its default is {value!r}"
        )
    return Option(kind, None if value is None else kind(value), choices=choices)


def _choices(annotation: ast.expr) -> tuple[str, ...]:
    """Return the words of a ``Literal["a", "b"]``."""
    if not isinstance(annotation, ast.Subscript) or not spelled(annotation.value).endswith(
        "Literal"
    ):
        return ()
    words = evaluated(annotation.slice)
    words = (words,) if isinstance(words, str) else words
    right = isinstance(words, tuple) and all(isinstance(word, str) for word in words)
    return tuple(words) if right else ()


def described(source: Source, options: Mapping[str, Option]) -> dict[str, Option]:
    """Add bounds, unit and help from the file's constant ``OPTIONS``, where it has one."""
    node = source.constant("OPTIONS")
    if node is None:
        return dict(options)
    declared = _mapping(source, node)
    found = {}
    for name, option in options.items():
        more = declared.get(name, option)
        if more.type is not option.type:
            raise source.error(
                node,
                f"OPTIONS says that {name} is a {more.type.__name__}, but the argument is a "
                f"{option.type.__name__}; change one",
            )
        default = more.default if option.default is None else option.default
        choices = more.choices or option.choices
        found[name] = replace(more, default=default, choices=choices)
    return found


def _mapping(source: Source, node: ast.expr) -> dict[str, Option]:
    """Read a mapping of names to ``Option(…)``, all written out in the file."""
    node = followed(source, node)
    if not isinstance(node, ast.Dict):
        raise source.error(node, "options must be written out as {name: Option(…)}; write them so")
    found = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = None if key is None else evaluated(key)
        if not isinstance(name, str):
            raise source.error(node, "options must have their names written out; write them so")
        known = ours(source, value)
        if not isinstance(known, Option):
            known = _written_option(source, name, followed(source, value))
        found[name] = known
    return found


def _written_option(source: Source, name: str, node: ast.expr) -> Option:
    if not isinstance(node, ast.Call) or not spelled(node.func).endswith("Option"):
        raise source.error(node, f"option {name} must be written out as Option(…); write it so")
    order = [field.name for field in fields(Option)]
    given = dict(zip(order, node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    kind = TYPES.get(spelled(given["type"])) if "type" in given else None
    if kind is None:
        raise source.error(node, f"option {name} must say bool, int, float or str first")
    values = {part: evaluated(value) for part, value in given.items() if part != "type"}
    unread = [part for part, value in values.items() if value is NOTHING or part not in order]
    if unread:
        raise source.error(
            node, f"option {name} has {unread[0]}, which is not a plain value; write it out"
        )
    return Option(kind, **values)
