"""An own file as its syntax tree: what it defines, and the values that are written out in it."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from thresher.own.reference import OwnError, Reference

Function = ast.FunctionDef | ast.AsyncFunctionDef
NOTHING: Any = object()
"""Stands for what is no written-out value."""


@dataclass(frozen=True)
class Source:
    """A parsed file: what it defines at top level."""

    reference: Reference
    tree: ast.Module
    defined: Mapping[str, ast.stmt] = field(default_factory=dict)

    def error(self, node: ast.AST | None, problem: str) -> OwnError:
        return self.reference.error(getattr(node, "lineno", None), problem)

    def constant(self, name: str) -> ast.expr | None:
        """Return the value that a name is given at top level."""
        return value_of(self.defined.get(name))


def ours(source: Source, node: ast.expr) -> object:
    """Return what a name stands for that a file imports from thresher; None for anything else."""
    for line in source.tree.body:
        if isinstance(line, ast.ImportFrom) and (line.module or "").startswith("thresher."):
            for alias in line.names:
                if isinstance(node, ast.Name) and (alias.asname or alias.name) == node.id:
                    return getattr(import_module(str(line.module)), alias.name, None)
    return None


def read_source(reference: Reference) -> Source:
    """Parse a file.

    Raises
    ------
    OwnError
        Where it is no Python.
    """
    try:
        tree = ast.parse(reference.path.read_bytes(), str(reference.path))
    except SyntaxError as error:
        problem = f"is not valid Python: {error.msg}; correct it"
        raise reference.error(error.lineno, problem) from None
    except ValueError as error:
        raise reference.error(None, f"is not valid Python: {error}; correct it") from None
    return Source(reference, tree, dict(defined_in(tree.body)))


def defined_in(body: Iterable[ast.stmt]) -> Iterable[tuple[str, ast.stmt]]:
    """Name what statements define, in their order."""
    for node in body:
        if isinstance(node, (Function, ast.ClassDef)):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node


def value_of(node: ast.stmt | None) -> ast.expr | None:
    return node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None


def evaluated(node: ast.expr) -> Any:
    """Return the value of what is written out, `NOTHING` of everything else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return NOTHING


def followed(source: Source, node: ast.expr) -> ast.expr:
    """Follow a name to the value that the file gives it."""
    value = source.constant(node.id) if isinstance(node, ast.Name) else None
    return node if value is None else value


def literal(
    source: Source, node: ast.expr | None, kind: type, name: str, at: ast.AST, owner: str = "it"
) -> Any:
    value = None if node is None else evaluated(followed(source, node))
    if value is None:
        raise source.error(at, f'{owner} has no {name}; add {name} = "binary_crossentropy" or such')
    if value is NOTHING or not fits(value, kind):
        kinds = {str: "a word", float: "a number"}
        raise source.error(node, f"{name} must be {kinds[kind]}, written out; write it so")
    return value


def fits(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is kind


def spelled(annotation: ast.expr) -> str:
    quoted = isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
    return str(annotation.value) if quoted else ast.unparse(annotation)  # type: ignore[attr-defined]
