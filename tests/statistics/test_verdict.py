"""The verdict, case by case."""

import pytest

from thresher.statistics.verdict import verdict


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
