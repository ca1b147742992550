"""Which files an own file needs, read from its import statements, and the digest of them."""

import ast
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A file beside the study never takes the place of these.
_INSTALLED = frozenset(sys.stdlib_module_names) | {"keras", "numpy", "tensorflow", "thresher"}


@dataclass(frozen=True)
class Reach:
    """What a file needs of the folder that it lies in.

    Attributes
    ----------
    files : tuple of Path
        The file itself, then all others, sorted.
    names : frozenset of str
        Top-level modules beside it that it, or one of these, imports.
    """

    files: tuple[Path, ...]
    names: frozenset[str]


def parse(path: Path) -> ast.Module | None:
    """Parse a file; None where it is no Python."""
    try:
        return ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError):
        return None


def reach(path: Path) -> Reach:
    """Follow the imports of a file to the modules beside it, and theirs.

    Only import statements count, wherever they stand; what a file loads otherwise it can't find.
    """
    root = path.resolve().parent
    first = path.resolve()
    waiting, files, names = [first], set[Path](), set[str]()
    while waiting:
        file = waiting.pop()
        if file in files:
            continue
        files.add(file)
        for module in _imported(file, root):
            found = list(_files(module, root))
            if found:
                names.add(module.split(".")[0])
                waiting += found
    return Reach((first, *sorted(files - {first})), frozenset(names))


def digest_files(files: tuple[Path, ...], root: Path) -> str:
    """Digest the content of files and their names below a folder, wherever that lies."""
    total = hashlib.sha256()
    for file in files:
        shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name
        total.update(f"{shown}\n".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


def _imported(file: Path, root: Path) -> Iterator[str]:
    """Name the modules that a file may import, as if `root` were on the path."""
    tree = parse(file)
    if tree is None:
        return
    package = file.relative_to(root).parts[:-1] if file.is_relative_to(root) else ()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*parts, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _files(module: str, root: Path) -> Iterator[Path]:
    """Give the files of a module below a folder, with those of the packages that hold it."""
    parts = module.split(".")
    if parts[0] in _INSTALLED or not all(part.isidentifier() for part in parts):
        return
    for length in range(1, len(parts) + 1):
        inside = root.joinpath(*parts[:length])
        package = inside / "__init__.py"
        if package.is_file():
            yield package
        elif inside.with_suffix(".py").is_file():
            yield inside.with_suffix(".py")
