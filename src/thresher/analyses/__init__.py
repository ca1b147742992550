"""Every analysis, discovered by file name: `analyses/<name>.py` has `ANALYSIS`."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from thresher import declarations
from thresher.fields import Schema
from thresher.registry import Analysis, View

NAMES = declarations.names(Path(__file__).parent)


def load(name: str) -> Analysis:
    """Return what `analyses/<name>.py` declares."""
    declaration: Analysis = import_module(f"{__name__}.{name}").ANALYSIS
    return declaration


@cache
def every() -> Mapping[str, Analysis]:
    """Return all analyses by name, each after those whose tables it needs.

    Raises
    ------
    ValueError
        If two give a table of one name, or one needs what nothing gives.
    """
    found = {name: load(name) for name in NAMES}
    makers: dict[str, str] = {}
    for name, analysis in found.items():
        for table in analysis.tables:
            if table in makers:
                raise ValueError(f"analyses {makers[table]} and {name} both give table {table}")
            makers[table] = name
    ordered: dict[str, Analysis] = {}

    def add(name: str, above: tuple[str, ...] = ()) -> None:
        if name in above:
            raise ValueError(f"analyses need each other: {' → '.join([*above, name])}")
        for need in found[name].needs:
            if need in SOURCES:
                continue
            if need not in makers:
                known = ", ".join([*SOURCES, *makers])
                raise ValueError(f"analysis {name} needs {need}, but there are {known}")
            add(makers[need], (*above, name))
        ordered[name] = found[name]

    for name in found:
        add(name)
    return ordered


SOURCES: Mapping[str, str] = {
    "evaluations": "evaluations",
    "followed": "evaluations",
    "predictions": "predictions",
}
"""What an analysis may need besides tables, and the name of the file that has it.

``evaluations`` end at the budget, ``followed`` has those of runs that go on beyond it, too.
"""


def read_by(analysis: Analysis) -> tuple[str, ...]:
    """Name the tables and the files of `SOURCES` that an analysis reads, each once."""
    return tuple(dict.fromkeys(SOURCES.get(need, need) for need in analysis.needs))


def schemas() -> Mapping[str, Schema]:
    """Return the schema of every table, by its name."""
    return {
        name: table.schema
        for analysis in every().values()
        for name, table in analysis.tables.items()
    }


def views() -> list[View]:
    """Return every table's place in the report."""
    return [view for analysis in every().values() for view in analysis.views]
