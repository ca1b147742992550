"""Labels move as little as they must, and do not overlap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.drawing.fonts import text_width
from thresher.drawing.labels import spread
from thresher.drawing.wrapping import fit, shorten, wrap

heights = st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=20)


@given(heights)
def test_labels_are_a_gap_apart_inside_their_room_and_in_order(wanted):
    wanted = np.array(wanted)
    rows = spread(wanted, 0.5, 0.0, 10.0)
    assert (np.diff(np.sort(rows)) >= 0.5 - 1e-9).all()
    assert rows.min() >= -1e-9
    assert rows.max() <= 10 + 1e-9
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(rows[order]) > 0).all()


@given(heights)
def test_labels_that_have_room_stay_where_they_belong(wanted):
    apart = np.unique(np.round(wanted))
    assert spread(apart, 0.5, 0.0, 10.0) == pytest.approx(apart)


def test_two_equal_heights_part_evenly():
    assert spread(np.array([5.0, 5.0]), 1.0, 0.0, 10.0) == pytest.approx([4.5, 5.5])


@pytest.mark.parametrize("width", [0.8, 1.2, 2.0])
def test_wrapped_text_keeps_its_words_and_its_width(width):
    text = "bilstm concat, n = 32, none censored"
    lines = wrap(text, width).split("\n")
    assert " ".join(lines) == text
    assert all(text_width(line) <= width * 1.15 for line in lines)


def test_text_breaks_after_a_comma_rather_than_inside_a_count():
    assert wrap("bilstm sum, n = 32, none censored", 1.3).split("\n")[0] == "bilstm sum, n = 32,"


def test_labels_of_unequal_heights_do_not_overlap():
    rows = spread(np.array([1.0, 1.0, 1.0]), [1.0, 3.0, 1.0], 0.0, 10.0)
    assert np.diff(rows) == pytest.approx([2.0, 2.0])


def test_a_long_label_is_cut_in_the_middle_so_that_its_end_still_tells_it_apart():
    long = "a very long label that goes on and on " * 5
    fitted = fit(f"{long}A", 2.0)
    assert fitted.count("\n") == 2
    assert fitted.startswith("a very long label")
    assert fitted.endswith("A")
    assert "…" in fitted
    assert fit("short", 2.0) == "short"
    assert shorten(f"{long}B", 1.0).count("\n") == 0
    assert text_width(shorten(f"{long}B", 1.0)) <= 1.0


def test_a_word_too_long_for_a_line_breaks_after_an_underscore():
    assert wrap("lstm_backward_aligned", 1.0) == "lstm_backward_\naligned"
    pieces = wrap("n" * 100, 1.0).split("\n")
    assert "".join(pieces) == "n" * 100
    assert all(text_width(piece) <= 1.0 for piece in pieces)
