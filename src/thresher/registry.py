"""What an analysis, its tables in the report, and a figure say of themselves.

One file in `analyses/` declares ``ANALYSIS``, one in `figures/` declares ``FIGURE``; workflow,
report and contract tests go over whatever is there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from thresher.fields import Schema
from thresher.sources import Source

SECTIONS: Mapping[str, str] = {
    "answer": "Answer",
    "curves": "Learning curves",
    "times": "{Times} to threshold",
    "contrasts": "Contrasts",
    "thresholds": "Other thresholds",
    "luck": "Was it the seed?",
    "models": "What the models do",
    "sensitivity": "Sensitivity",
    "diagnostics": "Diagnostics",
    "method": "How it was done",
    "downloads": "Downloads",
}
"""The report's sections, in its order; ``{Times}`` is the axis' unit."""

CellKind = Literal[
    "text", "arm", "verdict", "metric", "count", "time", "difference", "level", "number", "p",
    "percent", "share", "size",
]  # fmt: skip


@dataclass(frozen=True)
class ViewColumn:
    """One column of a table as the report shows it.

    Attributes
    ----------
    head : str
    name : str
        The table's column that is shown, and that orders the rows.
    kind : str
        How its cells are said: ``arm`` an arm's label, ``time`` a number along the axis,
        ``difference`` one with its sign, ``level`` a value of the metric, ``share`` a fraction,
        ``size`` how an effect stands to the margin.
    limits : tuple of str
        The columns of the limits shown behind the value; the value is left out where it is one
        of them.
    bound : bool
        Whether the column ``bound`` says that the value is no more than a bound, or unknown.
    """

    head: str
    name: str
    kind: CellKind = "text"
    limits: tuple[str, ...] = ()
    bound: bool = False


@dataclass(frozen=True)
class View:
    """A table's place in the report.

    Attributes
    ----------
    table : str
    section : str
        A key of `SECTIONS`.
    caption : str or callable
        A text, or `Results` → text.
    columns : tuple of ViewColumn
    order : int
        Among what its section shows; ascending.
    folded : bool
        Whether it opens only on a click.
    """

    table: str
    section: str
    caption: str | Callable[[Any], str]
    columns: tuple[ViewColumn, ...]
    order: int = 50
    folded: bool = False


@dataclass(frozen=True)
class Table:
    """A table that an analysis gives.

    Attributes
    ----------
    schema : mapping of str to Field
    about : str
        One sentence for Snakemake's own report and the manual of results.
    factors : bool
        Whether the arms' factors follow, a column each.
    """

    schema: Schema
    about: str
    factors: bool = False


@dataclass(frozen=True)
class Analysis:
    """A statistic: what it needs, its tables, how they come about, where the report has them.

    Attributes
    ----------
    title : str
        Its category in Snakemake's own report.
    needs : tuple of str
        ``evaluations`` up to the budget, ``followed`` (those beyond it, too), ``predictions``, or
        names of other analyses' tables.
    tables : mapping of str to Table
    compute : callable
        ``(needed: mapping of str to DataFrame, study: Study) → mapping of str to DataFrame``, with
        exactly the names of `tables`. It imports what is heavy itself, since the declaration is
        read whenever Snakemake parses the workflow.
    uses : tuple of str
        The fields of `Study` that it depends on: when one of them changes it is computed anew.
    views : tuple of View
    notes : callable or None
        ``(results: Results) → iterable of (section, sentence)``.
    sources : tuple of Source or callable
        What a report has to cite where the analysis found something, or `Results` → that.
    """

    title: str
    needs: tuple[str, ...]
    tables: Mapping[str, Table]
    compute: Callable[[Mapping[str, Any], Any], Mapping[str, Any]]
    uses: tuple[str, ...] = ("arms", "reference", "pairing", "entropy", "analysis", "imported")
    views: tuple[View, ...] = ()
    notes: Callable[[Any], Iterator[tuple[str, str]]] | None = None
    sources: tuple[Source, ...] | Callable[[Any], Sequence[Source]] = ()

    def cited(self, results: Any) -> Sequence[Source]:
        """Return what a report of these results has to cite."""
        return self.sources(results) if callable(self.sources) else self.sources


@dataclass(frozen=True)
class Drawing:
    """One picture of a figure.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    variant : str
        Empty for what is shown first; ``log`` for another scale, ``level-3`` for the fourth
        threshold of the grid.
    title, caption : str
        Where a variant has others than its figure.
    """

    figure: Any
    variant: str = ""
    title: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: what it needs, how it is drawn, what is said of it, where the report has it.

    Attributes
    ----------
    title : str
    caption : callable
        `Results` → what is drawn, how many runs, how many of them censored.
    section : str
        A key of `SECTIONS`.
    draw : callable
        ``(results: Results, width: float) → iterator of Drawing``; none where there is nothing
        to be drawn. `width` in inches.
    needs : tuple of str
        Tables, or ``evaluations``, without which nothing is drawn.
    order : int
        Among what its section shows.
    paper : bool
        Whether a paper's folder has it, too.
    """

    title: str
    caption: Callable[[Any], str]
    section: str
    draw: Callable[[Any, float], Iterator[Drawing]]
    needs: tuple[str, ...] = ()
    order: int = 50
    paper: bool = False
