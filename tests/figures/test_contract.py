"""What holds for every figure that there is, in every case: drawn whole, nothing on nothing."""

import numpy as np
import pytest

import drawn
from thresher import figures
from thresher.drawing.style import DOUBLE, SINGLE
from thresher.registry import SECTIONS

pytestmark = pytest.mark.slow

DRAWN = [
    *(pytest.param(case, DOUBLE, id=f"{case}, page") for case in drawn.EVERY),
    *(pytest.param(case, SINGLE, id=f"{case}, phone") for case in drawn.NARROW),
]


@pytest.mark.parametrize("name", figures.NAMES)
def test_a_figure_says_where_it_stands_and_what_it_needs(name):
    figure = figures.every()[name]
    assert figure.title
    assert figure.section in SECTIONS
    assert figure.needs


@pytest.mark.parametrize(("case", "width"), DRAWN)
def test_text_stays_inside_its_figure_is_large_enough_and_does_not_overlap(case, width):
    for name, facts in drawn.facts(case, width).items():
        assert facts.size[0] == width * 100, name
        assert facts.overlaps() == [], name
        assert facts.outside() == [], name
        assert all(size >= 8 for _, _, size in facts.texts), name


@pytest.mark.parametrize("case", drawn.EVERY)
def test_axes_have_finite_limits_that_hold_something(case):
    for name, facts in drawn.facts(case).items():
        limits = np.array(facts.limits)
        assert np.isfinite(limits).all(), name
        assert (np.abs(np.diff(limits)) > 0).all(), name


@pytest.mark.parametrize("case", drawn.EVERY)
def test_titles_and_captions_are_whole(case):
    for name, facts in drawn.facts(case).items():
        assert facts.title, name
        assert facts.caption.endswith("."), name
        for wrong in ("nan", "None", "  ", "..", " ,", " ."):
            assert wrong not in facts.caption, (name, facts.caption)


@pytest.mark.parametrize("case", drawn.EVERY)
def test_ids_within_a_figure_are_unique(case):
    for name, facts in drawn.facts(case).items():
        twice = {gid for gid in facts.gids if facts.gids.count(gid) > 1}
        assert twice == set(), name
