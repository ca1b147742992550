"""Tables as the page shows them: which columns, what heads them, how cells are said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from thresher.report.inputs import Inputs
from thresher.report.words import KINDS, METRICS, limits, records


@dataclass(frozen=True)
class Column:
    """One column of a shown table.

    Attributes
    ----------
    head : str
    name : str
        The table's column that is shown, and that orders the rows.
    kind : str
        One of `words.KINDS`; ``label`` for an arm, ``verdict``, or ``text``.
    between : tuple of str
        The columns of the limits shown behind the value; the value is left out where it is one
        of them.
    unit : str
    """

    head: str
    name: str
    kind: str = "text"
    between: tuple[str, ...] = ()
    unit: str = ""

    @property
    def number(self) -> bool:
        """Whether it holds numbers."""
        return self.kind not in {"text", "label", "verdict", "metric"}


@dataclass(frozen=True)
class Cell:
    """A cell: what it says and what it is sorted by."""

    text: str
    sort: str
    number: bool
    verdict: bool


@dataclass(frozen=True)
class View:
    """A table ready to be shown; `folded` behind a line to click."""

    name: str
    caption: str
    heads: tuple[Mapping[str, Any], ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: bool = False


_PAIR = (Column("Arm", "arm", "label"), Column("Compared with", "reference", "label"))
_LIMITS = ("lower", "upper")
_INTERVAL = Column("Interval", "lower", "difference", _LIMITS, "epochs")
_DIFFERENCE = Column("Difference", "mean_difference", "difference", (), "epochs")
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "arms": (
        Column("Arm", "arm", "label"),
        Column("Parameters", "parameters", "count"),
        Column("Runs", "n", "count"),
        Column("Reached", "reached", "count"),
        Column("Censored", "censored", "count"),
        Column("Diverged", "diverged", "count"),
        Column(
            "Restricted mean (t limits)",
            "restricted_mean",
            "epochs",
            ("restricted_mean_lower", "restricted_mean_upper"),
            "epochs",
        ),
        Column(
            "Median (order-statistic limits)",
            "median",
            "epochs",
            ("median_lower", "median_upper"),
            "epochs",
        ),
        Column(
            "Reached (Wilson limits)",
            "reached_fraction",
            "share",
            ("reached_lower", "reached_upper"),
            "%",
        ),
        Column(
            "ERT (bootstrap limits)",
            "ert",
            "epochs",
            ("ert_lower", "ert_upper"),
            "epochs",
        ),
    ),
    "contrasts": (
        *_PAIR,
        Column("Verdict", "verdict", "verdict"),
        _DIFFERENCE,
        _INTERVAL,
        Column("Relative", "percent", "percent", ("percent_lower", "percent_upper"), "%"),
        Column("p", "p", "p"),
        Column("p, Holm", "p_adjusted", "p"),
        Column("p of equivalence, Holm", "p_equivalence_adjusted", "p"),
        Column("Runs", "n_arm", "count"),
        Column("Reached", "reached_arm", "count"),
        Column("Reached, other arm", "reached_reference", "count"),
        Column("P(sooner) + ½ P(tie)", "win_probability", "number"),
        Column("Cliff’s delta", "cliffs_delta", "number"),
    ),
    "pairs": (
        *_PAIR,
        Column("Verdict", "verdict", "verdict"),
        _DIFFERENCE,
        _INTERVAL,
        Column("Relative", "percent", "percent", (), "%"),
        Column("p, Holm", "p_adjusted", "p"),
        Column("P(sooner) + ½ P(tie)", "win_probability", "number"),
    ),
    "thresholds": (
        Column("Arm", "arm", "label"),
        Column("Compared with", "reference", "label"),
        Column("Threshold", "threshold", "nats", (), "nats"),
        Column("Verdict", "verdict", "verdict"),
        _DIFFERENCE,
        Column("Interval at this level alone", "lower", "difference", _LIMITS, "epochs"),
        Column("p at this level alone", "p", "p"),
        Column("p, max-T over the grid", "p_max_t", "p"),
        Column("Reached", "reached_arm", "count"),
        Column("Reached, other arm", "reached_reference", "count"),
    ),
    "rank_tests": (
        *_PAIR,
        Column("Test", "test"),
        Column("Design", "design"),
        Column("n", "n", "count"),
        Column("Statistic", "statistic", "number"),
        Column("p, not adjusted", "p", "p"),
    ),
    "hazards": (
        *_PAIR,
        Column("Hazard ratio (Wald limits)", "hazard_ratio", "number", _LIMITS),
        Column("p, not adjusted", "p", "p"),
    ),
    "omnibus": (
        Column("Test", "test"),
        Column("Arms", "arms", "count"),
        Column("Seeds", "n", "count"),
        Column("Statistic", "statistic", "number"),
        Column("p", "p", "p"),
    ),
    "final": (
        Column("Arm", "arm", "label"),
        Column("At the budget", "metric", "metric"),
        Column("Runs", "n", "count"),
        Column("Mean", "mean", "number"),
        Column("Interquartile mean (bootstrap limits)", "iqm", "number", _LIMITS),
    ),
    "luck_winners": (
        Column("Arm", "arm", "label"),
        Column("Seeds drawn", "seeds", "count"),
        Column("Has the best mean", "wins", "share", (), "%"),
    ),
    "luck_pairs": (
        *_PAIR,
        Column("Seeds drawn", "seeds", "count"),
        Column("Comes in the other order", "other_order", "share", (), "%"),
        Column("Ties", "tie", "share", (), "%"),
    ),
    "improvement": (
        *_PAIR,
        Column("At the budget", "metric", "metric"),
        Column(
            "Probability that a run is better (bootstrap limits)", "probability", "number", _LIMITS
        ),
    ),
}


def view(
    inputs: Inputs, name: str, caption: str, folded: bool = False, table: pd.DataFrame | None = None
) -> View | None:
    """Show a table of the study; None for a table without rows.

    Parameters
    ----------
    inputs : Inputs
    name : str
        A key of `COLUMNS`.
    caption : str
    folded : bool
        Whether it opens only on a click.
    table : pandas.DataFrame or None
        Rows to show instead of all.
    """
    rows = inputs.tables[name] if table is None else table
    columns = [column for column in COLUMNS[name] if not _idle(column, rows)]
    return filled(inputs, name, caption, columns, rows, folded)


def _idle(column: Column, rows: pd.DataFrame) -> bool:
    """Return whether a column says the same of every row: nothing diverged, one reference."""
    return (column.name == "diverged" and not rows["diverged"].any()) or (
        column.name == "reference" and len(set(rows["reference"])) == 1
    )


def filled(
    inputs: Inputs,
    name: str,
    caption: str,
    columns: Sequence[Column],
    table: pd.DataFrame,
    folded: bool = False,
) -> View | None:
    """Fill a view from columns of one's own; None for a table without rows."""
    if table.empty:
        return None
    heads = tuple({"text": c.head, "unit": c.unit, "number": c.number} for c in columns)
    rows = tuple(tuple(_cell(inputs, column, row) for column in columns) for row in records(table))
    return View(name, caption, heads, rows, folded)


def _cell(inputs: Inputs, column: Column, row: Mapping[str, Any]) -> Cell:
    value = row[column.name]
    if column.kind == "label":
        return Cell(inputs.label(value), inputs.label(value), False, False)
    if not column.number:
        text = METRICS.get(value, str(value)) if column.kind == "metric" else str(value)
        return Cell(text, text, False, column.kind == "verdict")
    say: Callable[[Any], str] = KINDS[column.kind]
    shown = [] if column.name in column.between else [say(value)]
    if column.between and not (shown and pd.isna(value)):
        low, high = (row[name] for name in column.between)
        between = limits(low, high, say)
        shown.append(f"({between})" if shown else between)
    missing = pd.isna(value)
    return Cell(" ".join(shown), "" if missing else repr(float(value)), True, False)
