"""What a job depends on, as a digest of content: an edit reruns exactly what it affects."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
_DATA = {".yaml", ".html", ".css", ".js"}


@cache
def digest(script: str | Path, *discovered: str) -> str:
    """Digest a script and every file of thresher that it needs.

    It depends on the content of these files and on their names inside the package alone, not on
    where they lie, when they were written or which Python runs them.

    Parameters
    ----------
    script : path
        A Python file outside of the package.
    *discovered : str
        Modules that it loads by name, which no import statement shows, such as
        ``"thresher.models.bilstm"``.
    """
    total = hashlib.sha256(_content(Path(script)))
    for file in files(script, *discovered):
        total.update(f"\n{file.relative_to(PACKAGE).as_posix()}\n".encode())
        total.update(_content(file))
    return total.hexdigest()[:16]


def files(script: str | Path, *discovered: str) -> list[Path]:
    """Name every file of thresher that a script needs, directly or not.

    The package's own ``__init__.py`` never counts: it holds the version.

    Returns
    -------
    list of path
        Sorted; templates and style sheets beside a reached module count, too.
    """
    reached: set[Path] = set()
    waiting = [*_imported(Path(script)), *(_file(module) for module in discovered)]
    while waiting:
        path = waiting.pop()
        if path is None or path in reached:
            continue
        reached.add(path)
        waiting.extend(_imported(path))
    data = {
        file
        for path in reached
        if path.name == "__init__.py"
        for file in path.parent.glob("*.*")
        if file.suffix in _DATA
    }
    return sorted(reached | data)


@cache
def _content(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found.update(file for name in names if (file := _file(name)) is not None)
    return tuple(found)


@cache
def _file(module: str) -> Path | None:
    """Return the file of a module of thresher; None for anything else, such as a function."""
    first, *parts = module.split(".")
    if first != PACKAGE.name or not parts:
        return None
    path = PACKAGE.joinpath(*parts)
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None
