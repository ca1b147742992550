"""Which library files a script depends on: Snakemake reruns exactly what an edit affects."""

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


def code(script: str | Path, *discovered: str) -> list[str]:
    """Name a script and every file of thresher that it imports, directly or not.

    Parameters
    ----------
    script : path
        A Python file outside of the package.
    *discovered : str
        Modules that it loads by name, which no import statement shows, such as
        ``"thresher.models.bilstm"``.

    Returns
    -------
    list of str
        Sorted paths; templates and style sheets beside a reached module count, too.
    """
    reached: set[Path] = set()
    waiting = [Path(script), *(_file(module) for module in discovered)]
    while waiting:
        path = waiting.pop()
        if path is None or path in reached:
            continue
        reached.add(path)
        waiting.extend(_imported(path))
    data = {
        file
        for path in reached
        if path.name == "__init__.py" and path.parent != PACKAGE
        for file in path.parent.glob("*.*")
        if file.suffix in {".yaml", ".html", ".css", ".js"}
    }
    return sorted(str(path) for path in reached | data)


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
    if first != PACKAGE.name:
        return None
    path = PACKAGE.joinpath(*parts)
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    return path.with_suffix(".py") if parts and path.with_suffix(".py").is_file() else None
