"""Holm and Benjamini–Hochberg against R and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from thresher.statistics.multiplicity import benjamini_hochberg, holm

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_the_fifteen_p_values_of_benjamini_and_hochberg(data, reference):
    p, values = data("bh1995_pvalues")["p"].to_numpy(), reference("bh1995")
    assert holm(p) == pytest.approx(values["adjusted_holm"], rel=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(values["adjusted_BH"], rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(probabilities)
def test_adjusted_p_values_are_those_of_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


def test_an_empty_family_stays_empty():
    assert holm(np.array([])).shape == (0,)
    assert benjamini_hochberg(np.array([])).shape == (0,)


@pytest.mark.parametrize("p", [[1.2], [-0.1], [np.nan]])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="p must be a list of numbers from 0 to 1"):
        holm(np.array(p))
