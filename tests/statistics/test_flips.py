"""Signs: all of them, or random ones that follow from the entropy alone."""

import itertools

import numpy as np
import pytest
from scipy import stats

from thresher.statistics.flips import draw, enumerated, generator


def test_enumeration_holds_each_vector_or_its_opposite_once():
    signs = enumerated(6).matrix
    both = {tuple(row) for row in np.concatenate([signs, -signs])}
    assert both == set(itertools.product([-1, 1], repeat=6))
    assert signs[0].tolist() == [1] * 6


def test_flips_depend_on_the_entropy_alone():
    assert (draw(30, 99, 1).matrix == draw(30, 99, 1).matrix).all()
    assert (draw(30, 99, 1).matrix != draw(30, 99, 2).matrix).any()
    assert generator(1, "flips").random() != generator(1, "bands").random()


def test_resolution_and_smallest_p_value_follow_from_the_number_of_seeds():
    assert (draw(8, 99, 0).resolution, draw(8, 99, 0).smallest) == (2**-7, 2**-7)
    assert (draw(21, 99, 0).resolution, draw(21, 99, 0).smallest) == (0.01, 0.01)


def test_some_of_the_seeds_keep_their_signs_unless_they_are_few():
    signs, some = draw(40, 99, 0), np.arange(40) % 3 > 0
    assert (signs.of(some).matrix == signs.matrix[:, some]).all()
    assert signs.of(np.arange(40) < 7).exact


def test_no_flips_at_all_are_refused():
    with pytest.raises(ValueError, match="flips must be at least 1, but was 0"):
        draw(30, 0, 0)


def test_random_signs_are_fair_and_independent_of_each_other():
    signs = draw(32, 20_000, 7).matrix
    assert set(np.unique(signs)) == {-1, 1}
    ups = (signs == 1).sum(axis=0)
    assert stats.binomtest(int(ups.sum()), signs.size).pvalue > 1e-4
    correlation = np.corrcoef(signs.T) - np.eye(32)
    assert np.abs(correlation).max() < 5 / np.sqrt(20_000)


def test_sums_in_chunks_are_one_matrix_product():
    signs = draw(25, 40_000, 1)
    values = np.random.default_rng(0).normal(size=(25, 3))
    assert signs.sums(values) == pytest.approx(signs.matrix.astype(float) @ values)
