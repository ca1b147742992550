"""Tables as the page shows them."""

import math
from dataclasses import replace

import pandas as pd
import pytest

import made_up
from thresher import analyses
from thresher.metric import Axis
from thresher.registry import ViewColumn
from thresher.report.views import OPEN, ROWS, fill, filled


def shown(results, columns, rows, **options):
    return fill(results, "own", "A caption", columns, pd.DataFrame(rows), **options)


@pytest.fixture(scope="module")
def steps():
    return made_up.results(
        arms=3, seeds=8, budget=400, imported=True, axis=Axis("step", "steps"),
        labels={"lstm_backward": "Backwards"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "text", "unit"),
    [
        ("arm", "lstm_backward", "Backwards", ""),
        ("verdict", "faster", "faster", ""),
        ("metric", "eval_loss", "held-out loss (nats)", ""),
        ("count", 1234, "1,234", ""),
        ("time", 412.3, "412", "steps"),
        ("difference", 412.3, "+412", "steps"),
        ("level", 0.23872, "0.239", "nats"),
        ("number", 0.123456, "0.123", ""),
        ("p", 0.0001, "< 0.001", ""),
        ("percent", -58.2, "−58", "%"),
        ("share", 0.5, "50", "%"),
        ("size", "more than the margin", "> 10 %", ""),
        ("size", "open", "open", ""),
        ("text", "a test", "a test", ""),
    ],
)
def test_every_kind_of_cell_is_said_with_its_unit_in_the_head(steps, kind, value, text, unit):
    table = shown(steps, [ViewColumn("Head", "x", kind)], {"x": [value]})
    assert table.rows[0][0].text == text
    assert table.heads[0].unit == unit


@pytest.mark.parametrize("kind", ["time", "difference", "number", "p", "share", "arm", "metric"])
def test_a_missing_value_is_a_dash(steps, kind):
    rows = {"x": [None, "lstm_forward" if kind in ("arm", "metric") else 1.0]}
    table = shown(steps, [ViewColumn("Head", "x", kind)], rows)
    assert table.rows[0][0].text == "–"
    assert table.rows[0][0].sort in ("", "–")


@pytest.mark.parametrize(
    ("kind", "row", "text"),
    [
        ("difference", {"lower": -3.0, "upper": math.nan, "n": 4}, "+12 (−3 to ∞)"),
        ("difference", {"lower": math.nan, "upper": math.nan, "n": 4}, "+12 (−∞ to ∞)"),
        ("difference", {"lower": math.nan, "upper": math.nan, "n": 1}, "+12 (–)"),
        ("time", {"lower": math.nan, "upper": 20.0, "n": 4}, "12 (0 to 20)"),
        ("number", {"lower": math.nan, "upper": math.nan, "n": 4}, "12 (–)"),
    ],
)
def test_limits_that_are_missing_are_infinite_or_not_there(steps, kind, row, text):
    columns = [ViewColumn("Head", "x", kind, ("lower", "upper"))]
    table = shown(steps, columns, {"x": [12.0], **{k: [v] for k, v in row.items()}})
    assert table.rows[0][0].text == text


def test_columns_with_nothing_to_say_stay_away(steps):
    columns = [ViewColumn(name, name) for name in ("diverged", "reference", "x")]
    rows = {"diverged": [0, 0], "reference": ["a", "a"], "x": [None, None]}
    assert (
        shown(steps, [*columns, ViewColumn("n", "n", "count")], {**rows, "n": [1, 2]}).heads[0].text
        == "n"
    )
    rows = {"diverged": [0, 1], "reference": ["a", "b"], "x": [None, "y"]}
    assert len(shown(steps, columns, rows).heads) == 3


def test_long_tables_are_folded_and_very_long_ones_cut(steps):
    column = [ViewColumn("n", "n", "count")]
    assert not shown(steps, column, {"n": range(OPEN)}).folded
    long = shown(steps, column, {"n": range(OPEN + 1)})
    assert long.folded
    assert len(long.rows) == long.total == OPEN + 1
    longer = shown(steps, column, {"n": range(ROWS + 5)})
    assert (len(longer.rows), longer.total) == (ROWS, ROWS + 5)


def test_a_table_without_rows_is_not_shown(steps):
    empty = replace(steps, tables={**steps.tables, "omnibus": steps.table("omnibus").iloc[:0]})
    view = next(view for view in analyses.views() if view.table == "omnibus")
    assert filled(empty, view) is None


@pytest.mark.parametrize("view", analyses.views(), ids=lambda view: view.table)
def test_every_view_of_every_analysis_can_be_filled(view):
    """The contract: a view's columns are its table's, and every cell can be said."""
    results = made_up.usual()
    assert {column.name for column in view.columns} <= set(results.table(view.table))
    table = filled(results, view)
    if results.table(view.table).empty:  # what was read, for runs that were made here
        assert table is None
        return
    assert table is not None
    assert table.caption
    assert all(len(row) == len(table.heads) for row in table.rows)
    said = " ".join(cell.text for row in table.rows for cell in row)
    assert "nan" not in said.split()


@pytest.fixture(scope="module")
def unreached():
    """A study in which no run reached the threshold."""
    return made_up.results(arms=2, seeds=6, budget=60, censored=1)


def test_an_arm_without_an_event_needs_at_least_the_budget(unreached):
    (view,) = analyses.every()["arms"].views
    shown = filled(unreached, view)
    column = [head.text for head in shown.heads].index("Restricted mean (t limits)")
    assert [row[column].text for row in shown.rows] == ["at least 60", "at least 60"]


def test_of_two_arms_without_events_no_difference_is_known(unreached):
    heads = ("Difference", "Interval", "All contrasts together", "Relative")
    for name in ("contrasts", "thresholds", "budgets"):
        for view in analyses.every()[name].views:
            shown = filled(unreached, view)
            places = [k for k, head in enumerate(shown.heads) if head.text.startswith(heads)]
            assert len(places) > 1
            assert {row[k].text for row in shown.rows for k in places} == {"–"}
