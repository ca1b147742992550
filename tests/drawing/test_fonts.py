"""Text is as wide as it looks, whatever fonts a machine has."""

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from thresher.drawing.fonts import SIZE, fallbacks, missing, text_width


@pytest.mark.parametrize("text", ["lstm_backward_aligned", "n = 32, none censored", "−12 % ≤ ΔΣ"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_text_is_measured_as_matplotlib_draws_it(text, weight):
    font = FontProperties(family="DejaVu Sans", weight=weight)
    drawn = TextPath((0, 0), text, SIZE, prop=font).get_extents().x1 / 72
    assert drawn <= text_width(text, weight) <= 1.05 * drawn + 0.03


def test_letters_of_other_fonts_take_an_em_and_some_and_marks_of_direction_nothing():
    assert text_width("日本") == pytest.approx(2.4 * SIZE / 72, abs=0.03)
    assert text_width("\u2068ab\u2069") == text_width("ab")
    assert text_width("one\ntwo words") == text_width("two words")


def test_letters_that_the_font_lacks_are_named_once():
    assert missing("abc − ◂ ≈ é") == ""
    assert missing("日本日") == "日本"


def test_what_no_font_has_is_left_over():
    families, without = fallbacks("\U000e0fff")
    assert (families, without) == ([], "\U000e0fff")
