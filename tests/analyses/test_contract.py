"""What holds for every analysis that there is, in every case: its tables, its uses, its views."""

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, get_args

import pandas as pd
import pytest

import made_up
from thresher import analyses
from thresher.fields import Kind
from thresher.metric import Axis, Metric
from thresher.reduction import collect
from thresher.registry import SECTIONS, Analysis, CellKind, Table
from thresher.results import Results
from thresher.sources import Source
from thresher.stages import analyse, analyse_all
from thresher.study import parse_part
from thresher.study.plan import ImportedArm, ImportFacts, Study
from thresher.tables import check, read_table, write_table

# The cases are computed once.
pytestmark = pytest.mark.xdist_group("analyses")
RETURN = Metric("return", "mean return", "", "higher")
CASES: dict[str, dict[str, Any]] = {
    "usual": {"arms": 5, "seeds": 8, "diverged": 1},
    "all pairs": {"arms": 3, "seeds": 8, "reference": None},
    "one arm": {"arms": 1, "seeds": 8},
    "one seed": {"arms": 3, "seeds": 1},
    "unpaired": {"arms": 3, "seeds": 6, "pairing": "none"},
    "imported": {
        **{"arms": 3, "seeds": 6, "imported": True, "axis": Axis("step", "steps")},
        **{"metric": RETURN, "threshold": -20.0},
    },
    "a rising metric": {"arms": 3, "seeds": 6, "metric": "eval_accuracy"},
    "met from the start": {"arms": 3, "seeds": 6, "threshold": 0.7},
    "all censored": {"arms": 3, "seeds": 6, "censored": 1.0},
    "iqm curves": {"arms": 3, "seeds": 8, "curves": "iqm"},
    "all diverged": {"arms": 2, "seeds": 6, "diverged": 6, "diverged_at": 0},
}
ANALYSES = analyses.every()
TABLES = {name: table for own in ANALYSES.values() for name, table in own.tables.items()}
VIEWS = [(name, view) for name, own in ANALYSES.items() for view in own.views]
EVERY_CASE = pytest.mark.parametrize("case", CASES)
EVERY_ANALYSIS = pytest.mark.parametrize("name", ANALYSES)


def what_was_read(made: Study) -> ImportFacts:
    """Say what logs of these runs would hold; the last arm's name no seeds."""
    seeds, last = made.seeds, made.endpoint.budget
    arms = tuple(
        ImportedArm(
            arm=arm.label,
            runs=seeds,
            seeds=seeds if arm != made.arms[-1] else 0,
            first=0.0,
            last=last,
            last_shortest=last,
            evaluations_fewest=201,
            evaluations_most=201,
            spacing=5.0,
            diverged=0,
        )
        for arm in made.arms
    )
    notes = ("Runs up to 1,000 of 2,000 steps used: what lies beyond the budget is left out.",)
    return ImportFacts(arms, last, made.paired, seeds, notes, ("CSV",), seeds * len(arms))


@cache
def computed(case: str) -> tuple[Results, Mapping[str, pd.DataFrame]]:
    """Analyse the study of a case; return what it found, and what analyses may need of it."""
    given = dict(CASES[case])
    runs = {key: given.pop(key) for key in ("censored", "diverged", "diverged_at") if key in given}
    curves = given.pop("curves", "mean")
    made = made_up.study(**given)
    made = replace(made, analysis=replace(made.analysis, flips=99, curves=curves))
    if made.training is None:
        made = replace(made, imported=what_was_read(made))
    frame = collect(made_up.traces(made, **runs), made)
    predictions = pd.DataFrame() if made.training is None else made_up.predictions(made)
    found = analyse_all(made, frame, predictions)
    return found, {**found.tables, "evaluations": frame, "predictions": predictions}


def results(case: str) -> Results:
    return computed(case)[0]


@EVERY_ANALYSIS
def test_an_analysis_needs_what_there_is_and_gives_what_its_schema_says(name):
    own = ANALYSES[name]
    before = list(ANALYSES)[: list(ANALYSES).index(name)]
    known = {table for other in before for table in ANALYSES[other].tables}
    assert own.title
    assert set(own.needs) <= {*analyses.SOURCES, *known}
    assert set(own.uses) <= {field.name for field in fields(Study)}
    for table in own.tables.values():
        assert table.about.endswith(".")
        for field in table.schema.values():
            assert field.kind in get_args(Kind)
            assert field.meaning


@EVERY_CASE
@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_its_schema_and_is_the_same_when_read_again(case, table, tmp_path):
    declared, found = TABLES[table], results(case).table(table)
    path = tmp_path / f"{table}.csv"
    columns = list(declared.schema)
    assert list(found)[: len(columns)] == columns
    factors = {factor for arm in results(case).study.arms for factor in arm.factors}
    assert set(list(found)[len(columns) :]) <= (factors if declared.factors else set())
    pd.testing.assert_frame_equal(check(found, declared.schema, table), found)
    write_table(found, declared.schema, path)
    again = read_table(path, declared.schema)[columns]
    pd.testing.assert_frame_equal(again, found[columns], check_dtype=len(found) > 0)


@EVERY_CASE
@pytest.mark.parametrize("table", TABLES)
def test_rows_name_the_study_and_its_own_arms(case, table):
    study, found = results(case).study, results(case).table(table)
    labels = {arm.label for arm in study.arms}
    assert set(found["study"]) <= {study.name}
    for column in {"arm", "reference"} & set(found):
        assert set(found[column]) <= labels | {""}
    numbers = found.select_dtypes("number").to_numpy(float, na_value=math.nan)
    assert not any(map(math.isinf, numbers.ravel()))


@EVERY_CASE
@EVERY_ANALYSIS
def test_an_analysis_says_which_parts_of_a_study_it_uses(case, name):
    """Computed from those parts alone it is the same, and leaves what it was given as it was."""
    expected, given = computed(case)
    own = ANALYSES[name]
    before = {need: given[need].copy() for need in analyses.read_by(own)}
    found = analyse(name, before, parse_part(expected.study.part(*own.uses)))
    for table, rows in found.items():
        pd.testing.assert_frame_equal(rows, expected.table(table))
    for need, frame in before.items():
        pd.testing.assert_frame_equal(frame, given[need])


@EVERY_ANALYSIS
def test_an_analysis_uses_no_less_than_it_says(name):
    """Otherwise it would be computed anew for nothing."""
    seen: set[str] = set()

    class Watched(Study):
        def __getattribute__(self, attribute: str) -> Any:
            seen.add(attribute)
            return object.__getattribute__(self, attribute)

    for case in CASES:
        found, given = computed(case)
        watched = object.__new__(Watched)
        object.__getattribute__(watched, "__dict__").update(found.study.__dict__)
        analyse(name, given, watched)
    assert set(ANALYSES[name].uses) == seen & {field.name for field in fields(Study)}


@pytest.mark.parametrize(("name", "view"), VIEWS, ids=lambda value: getattr(value, "table", value))
def test_a_view_shows_columns_of_its_table_in_a_section_of_the_report(name, view):
    assert view.table in ANALYSES[name].tables
    assert view.section in SECTIONS
    schema = TABLES[view.table].schema
    heads = [column.head for column in view.columns]
    assert all(heads)
    assert len(set(heads)) == len(heads)
    for column in view.columns:
        assert column.kind in get_args(CellKind)
        assert {column.name, *column.limits} <= set(schema)
        words = column.kind in ("text", "arm", "verdict", "metric", "size")
        assert words == schema[column.name].kind.startswith("str")
        assert len(column.limits) in (0, 2)


def test_a_table_stands_in_the_report_once():
    shown = [view.table for _, view in VIEWS]
    assert len(shown) == len(set(shown))


@EVERY_CASE
def test_captions_and_notes_are_whole_sentences_about_what_is_there(case):
    found = results(case)
    for _, view in VIEWS:
        caption = view.caption(found) if callable(view.caption) else view.caption
        assert caption
        assert not caption.endswith(".")
        assert _whole(caption)
    for name, own in ANALYSES.items():
        for section, sentence in own.notes(found) if own.notes else ():
            assert section in SECTIONS, name
            assert sentence.endswith("."), sentence
            assert _whole(sentence), sentence


def _whole(text: str) -> bool:
    return not any(wrong in text for wrong in ("nan", "None", "  ", "..", " ,", " .", "{", "<"))


@EVERY_CASE
def test_what_was_found_has_its_publications(case):
    found = results(case)
    for name, own in ANALYSES.items():
        if found.has(*own.tables):
            assert all(isinstance(source, Source) for source in own.cited(found)), name


def declared(*tables: str, needs: tuple[str, ...] = ("evaluations",)) -> Analysis:
    made = {table: Table({}, "A table.") for table in tables}
    return Analysis("made up", needs, made, lambda needed, study: {})


def ordered(monkeypatch, **made: Analysis) -> list[str]:
    monkeypatch.setattr(analyses, "NAMES", list(made))
    monkeypatch.setattr(analyses, "load", made.__getitem__)
    return list(analyses.every.__wrapped__())


def test_analyses_come_after_those_whose_tables_they_need(monkeypatch):
    made = {
        "a": declared("late", needs=("middle",)),
        "b": declared("early"),
        "c": declared("middle", needs=("early", "evaluations")),
    }
    assert ordered(monkeypatch, **made) == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"a": declared("t"), "b": declared("t")}, "analyses a and b both give table t"),
        (
            {"a": declared("t", needs=("u",))},
            "analysis a needs u, but there are evaluations, followed, predictions, t",
        ),
        (
            {"a": declared("t", needs=("u",)), "b": declared("u", needs=("t",))},
            "analyses need each other: a → b → a",
        ),
    ],
)
def test_analyses_that_do_not_fit_are_refused(monkeypatch, made, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        ordered(monkeypatch, **made)
