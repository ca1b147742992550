"""Of many arms, the ones that a reader asks for first stand out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import drawn
from thresher.drawing.arms import MOST, arms_of, extremes, highlighted
from thresher.study import plan


@given(st.lists(st.integers(), unique=True), st.integers(1, 20), st.data())
def test_extremes_are_few_hold_those_named_first_and_both_ends(ranked, most, data):
    first = data.draw(st.lists(st.sampled_from(ranked), max_size=most)) if ranked else []
    found = extremes(ranked, most, first)
    assert len(found) == min(most, len(ranked))
    assert set(first) <= found
    if most >= len(set(first)) + 2 and len(ranked) > 1:
        assert {ranked[0], ranked[-1]} <= found


def test_arms_that_the_study_names_stand_out():
    results = drawn.results_of("forty arms")
    named = ("gru units=140", "gru units=145")
    panels = (plan.Panel("these", named),)
    report = replace(results.study.report, panels=panels, labels={"gru units=150": "mine"})
    changed = replace(results, study=replace(results.study, report=report))
    found = highlighted(changed)
    assert len(found) == MOST
    assert {*named, "gru units=150", "lstm_forward"} <= set(found)


def test_arms_that_stand_out_have_looks_of_their_own():
    arms = arms_of(drawn.results_of("forty arms"))
    looks = {(arm.look.colour, arm.look.dash) for arm in arms.values() if arm.chosen}
    assert len(looks) == MOST
    assert len({arm.index for arm in arms.values()}) == len(arms)


def test_outcomes_at_a_level_are_counted_there():
    results = drawn.results_of("two arms")
    events = results.tables["threshold_events"]
    for level in results.levels:
        for arm in arms_of(results, level).values():
            rows = events[(events["threshold"] == level) & (events["arm"] == arm.arm)]
            assert arm.n == len(rows)
            assert arm.censored == (rows["outcome"] == "censored").sum()
