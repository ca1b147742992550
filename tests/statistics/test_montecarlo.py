"""The p-value of a resampling test."""

import numpy as np
import pytest

from thresher.statistics.montecarlo import p_value


def test_an_enumeration_holds_the_data_and_a_draw_adds_them():
    drawn = np.array([3.0, 1.0, 2.0, 3.0])
    assert p_value(drawn, 3.0, 0.0, exact=True) == 2 / 4
    assert p_value(drawn, 3.0, 0.0, exact=False) == 3 / 5
    assert p_value(drawn, 9.0, 0.0, exact=False) == 1 / 5


def test_columns_have_their_own_statistic_and_slack():
    drawn = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    found = p_value(drawn, np.array([3.0, 2.5]), np.array([0.0, 0.5]), exact=True)
    assert found == pytest.approx([1 / 3, 2 / 3])


def test_one_statistic_may_be_compared_with_several_observed_ones():
    largest = np.array([1.0, 2.0, 3.0, 4.0])[:, None]
    assert p_value(largest, np.array([4.0, 2.0]), 0.0, exact=True).tolist() == [0.25, 0.75]
