"""Predictions take the form that their labels ask for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import drawn
import made_up
from thresher.drawing.answers import kind_of
from thresher.figures.errors_along import FIGURE as ERRORS
from thresher.figures.predictions import FIGURE, caption

ARMS = ("lstm_forward", "lstm_backward")


def answers(expected, decoded, judged=False):
    """Lay out what two arms say; `decoded` has shape (runs, positions), for each of both."""
    said = np.array(decoded, float)
    runs, positions = said.shape
    right = np.tile(expected, runs)
    known = np.isfinite(said.ravel())
    wrong = pd.array(said.ravel() != right, dtype="boolean")
    wrong[~known if judged else slice(None)] = pd.NA
    one = pd.DataFrame(
        {
            "study": "made_up",
            "seed": np.repeat(np.arange(runs), positions),
            "example": 0,
            "position": np.tile(np.arange(positions), runs),
            "input": np.nan,
            "output": said.ravel(),
            "decoded": said.ravel(),
            "expected": right,
            "wrong": wrong,
        }
    )
    return pd.concat([one.assign(arm=arm, variant=arm) for arm in ARMS], ignore_index=True)


def with_answers(table):
    results = drawn.results_of("two arms")
    return replace(results, tables={**results.tables, "predictions": table})


BINARY = answers([0.0, 1.0, 1.0], [[0, 1, 1], [0, 0, 1], [np.nan] * 3, [0, 0, 1]], True)
CLASSES = answers([2.0, 0.0, 1.0], [[2, 0, 1], [2, 2, 1], [2, 2, 1], [0, 2, 1]], True)
ONE_LABEL = answers([2.0], [[2.0], [2.0], [0.0], [np.nan]], True)
LABELS = answers([2.0, 0.0, 2.0, 1.0], [[2, 0, 0, 1], [2, 1, 2, 1], [np.nan] * 4], True)
LABELS = LABELS.assign(example=LABELS["position"], position=0)
# Each of three runs has an example of its own, with labels at two positions.
OWN = answers([0.0, 1.0], [[1, 1], [0, 0], [np.nan, 1]], True)
OWN["expected"] = [1.0, 1.0, 0.0, 1.0, 0.0, 0.0] * 2
OWN["wrong"] = (OWN["decoded"] != OWN["expected"]).where(OWN["decoded"].notna()).astype("boolean")
NUMBERS = answers([0.25, 0.5], [[0.3, 0.4], [0.2, 1e9], [np.nan, np.nan], [0.1, 0.5]])


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (BINARY, "binary"),
        (CLASSES, "classes"),
        (ONE_LABEL, "labels"),
        (LABELS, "labels"),
        (OWN, "labels"),
        (OWN.assign(decoded=OWN["decoded"] / 8, wrong=pd.NA), "numbers"),
        (NUMBERS, "numbers"),
        (made_up.predictions(made_up.study(1, 1)), "binary"),
        (BINARY.assign(decoded=np.nan, wrong=pd.NA), "binary"),
    ],
)
def test_the_kind_of_labels_is_told_from_the_table(table, kind):
    assert kind_of(table) == kind


@pytest.mark.parametrize("table", [BINARY, CLASSES, ONE_LABEL, LABELS, OWN, NUMBERS])
@pytest.mark.parametrize("width", [7.2, 3.5])
def test_every_form_holds_its_text(table, width):
    results = with_answers(table)
    (drawing,) = FIGURE.draw(results, width)
    facts = drawn.facts_of(drawing.figure)
    assert facts.overlaps() == []
    assert facts.outside() == []
    assert "lost" not in caption(results)
    assert ("diverged say nothing" in caption(results)) == bool(table["decoded"].isna().any())


def test_binary_cells_are_the_share_of_runs_that_say_1():
    (drawing,) = FIGURE.draw(with_answers(BINARY), 7.2)
    cells = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert cells == ["0", "1", "1", *["0", "33", "100"] * 2]


def test_a_class_cell_names_the_commonest_answer_and_is_framed_where_most_are_wrong():
    (drawing,) = FIGURE.draw(with_answers(CLASSES), 7.2)
    axes = drawing.figure.axes[0]
    assert [text.get_text() for text in axes.texts][3:6] == ["2", "2", "1"]
    assert [patch.get_linewidth() > 0 for patch in axes.patches[3:6]] == [False, True, False]


def test_one_label_an_example_becomes_shares_of_runs_by_expected_label():
    (drawing,) = FIGURE.draw(with_answers(ONE_LABEL), 7.2)
    for axes in drawing.figure.axes:
        assert [text.get_text() for text in axes.texts] == ["33", "67"]


def test_a_number_that_has_gone_astray_does_not_set_the_axis():
    (drawing,) = FIGURE.draw(with_answers(NUMBERS), 7.2)
    for axes in drawing.figure.axes:
        assert axes.get_ylim()[1] < 2


def test_errors_along_are_shares_of_wrong_answers():
    (drawing,) = ERRORS.draw(with_answers(BINARY), 7.2)
    line = next(line for line in drawing.figure.axes[0].lines if line.get_gid() == "arm-0-line")
    assert line.get_ydata() == pytest.approx([0, 2 / 3, 0])


def test_answers_to_several_examples_are_counted_by_expected_label():
    results = with_answers(LABELS)
    (drawing,) = FIGURE.draw(results, 7.2)
    for axes in drawing.figure.axes:
        cells = [text.get_text() for text in axes.texts]
        assert cells == [*("50", "50", "0"), *("0", "100", "0"), *("25", "0", "75")]
    assert caption(results).startswith("Which labels the runs give to 4 held-out examples: a row")
    assert "to 1 held-out example:" in caption(with_answers(ONE_LABEL))


def test_runs_with_examples_of_their_own_are_counted_over_all_positions():
    results = with_answers(OWN)
    (drawing,) = FIGURE.draw(results, 7.2)
    for axes in drawing.figure.axes:
        assert [text.get_text() for text in axes.texts] == ["50", "50", "33", "67"]
    assert "to 1 held-out example of each run's own: a row" in caption(results)
    assert "to 1 held-out example of each run's own that are wrong" in ERRORS.caption(results)
    (drawing,) = ERRORS.draw(results, 7.2)
    line = next(line for line in drawing.figure.axes[0].lines if line.get_gid() == "arm-0-line")
    assert line.get_ydata() == pytest.approx([0, 2 / 3])


@pytest.mark.parametrize("table", [ONE_LABEL, LABELS, NUMBERS])
def test_one_position_or_numbers_have_no_errors_along(table):
    assert list(ERRORS.draw(with_answers(table), 7.2)) == []
