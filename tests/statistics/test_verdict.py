"""The verdict, case by case."""

import pytest

from thresher.statistics.verdict import (
    advice_of,
    bound_of,
    degenerate_of,
    equivalence_of,
    limited_by,
    size_of,
    verdict,
)


@pytest.mark.parametrize(
    ("difference", "p", "p_equivalence", "share", "expected"),
    [
        (-5, 0.01, 0.90, 1.0, "faster"),
        (5, 0.01, 0.90, 1.0, "slower"),
        (5, 0.05, 0.90, 1.0, "slower"),
        (5, 0.050001, 0.90, 1.0, "inconclusive"),
        (5, 0.90, 0.90, 1.0, "inconclusive"),
        (5, 0.90, 0.05, 1.0, "equivalent"),
        (5, 0.90, 0.01, 0.5, "equivalent"),
        (5, 0.90, 0.01, 0.49, "not reached"),
        (5, 0.90, 0.90, 0.0, "not reached"),
        (5, 0.01, 0.01, 1.0, "detectable but negligible"),
        (5, 0.01, 0.01, 0.49, "slower"),
        (-5, 0.01, 0.90, 0.0, "faster"),
    ],
)
def test_every_case_has_its_word(difference, p, p_equivalence, share, expected):
    assert verdict(difference, p, p_equivalence, 0.05, share) == expected


def test_a_p_value_that_equals_alpha_as_a_fraction_rejects():
    assert 3 * 0.1 > 0.3
    assert verdict(-1, 3 * 0.1, 1.0, 0.3, 1.0) == "faster"


@pytest.mark.parametrize(
    ("mean", "budget", "expected"),
    [
        (100.0, 110.0, "tested"),
        (100.0, 109.9, "budget too short"),
        (100.0, 100.0, "budget too short"),
        (0.0, 100.0, "no scale"),
    ],
)
def test_equivalence_is_refused_where_the_margin_can_not_be_seen_violated(mean, budget, expected):
    assert equivalence_of(mean, budget, 0.1) == expected


def test_an_arm_without_an_event_bounds_the_difference():
    assert [bound_of(*counts) for counts in ((0, 3), (3, 0), (0, 0), (3, 3))] == [
        "at least",
        "at most",
        "unknown",
        "none",
    ]


@pytest.mark.parametrize(
    ("arm", "reference", "equal", "expected"),
    [
        (0, 0, True, "all at 0"),
        (5, 0, False, "reference at 0"),
        (0, 5, False, "arm at 0"),
        (5, 5, True, "no differences"),
        (5, 5, False, "none"),
    ],
)
def test_what_leaves_nothing_to_compare_is_named(arm, reference, equal, expected):
    assert degenerate_of(arm, reference, equal) == expected


NAN = float("nan")


@pytest.mark.parametrize(
    ("lower", "upper", "equivalence", "expected"),
    [
        (11, 30, "tested", "more than the margin"),
        (-30, -11, "tested", "more than the margin"),
        (11, NAN, "tested", "more than the margin"),
        (10, 30, "tested", "open"),
        (-9, 9, "tested", "less than the margin"),
        (-9, 9, "budget too short", "open"),
        (-10, 9, "tested", "open"),
        (-9, NAN, "tested", "open"),
        (NAN, NAN, "tested", "open"),
        (-20, 20, "tested", "open"),
    ],
)
def test_the_size_follows_from_the_percent_interval(lower, upper, equivalence, expected):
    assert size_of(lower, upper, 0.1, equivalence) == expected


def test_seeds_are_named_before_flips_and_neither_where_alpha_is_in_reach():
    assert limited_by(8, 9, 0.05 / 7, 2**-7) == "seeds"
    assert limited_by(9, 9, 0.05 / 7, 2**-8) == "none"
    assert limited_by(60, 20, 0.05 / 20_000, 1e-5) == "flips"
    assert limited_by(60, 14, 0.05, 1e-5) == "none"


@pytest.mark.parametrize(
    ("word", "degenerate", "n", "effect", "margin", "expected"),
    [
        ("faster", "none", 8, 9, 40, "none"),
        ("not reached", "none", 8, 9, 40, "none"),
        ("inconclusive", "all at 0", 8, NAN, NAN, "none"),
        ("inconclusive", "none", 8, 9, 157, "attainable"),
        ("inconclusive", "none", 8, 20, 157, "effect"),
        ("inconclusive", "none", 30, 42, 157, "effect"),
        ("inconclusive", "no differences", 5, NAN, 9, "margin"),
        ("inconclusive", "none", 1, NAN, NAN, "none"),
    ],
)
def test_advice_names_the_number_that_stands_in_the_way(
    word, degenerate, n, effect, margin, expected
):
    assert advice_of(word, degenerate, n, 9, effect, margin) == expected
