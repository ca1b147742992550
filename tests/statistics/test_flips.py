"""Signs: all of them, or random ones from a stream for every seed."""

import itertools
import time

import numpy as np
import pytest
from scipy import stats

from thresher.statistics.flips import draw, enumerated, flips_for, generator, resamples


def test_enumeration_holds_each_vector_or_its_opposite_once():
    signs = enumerated(6).matrix
    both = {tuple(row) for row in np.concatenate([signs, -signs])}
    assert both == set(itertools.product([-1, 1], repeat=6))
    assert signs[0].tolist() == [1] * 6


def test_flips_depend_on_the_entropy_alone():
    assert (draw(30, 99, 1).matrix == draw(30, 99, 1).matrix).all()
    assert (draw(30, 99, 1).matrix != draw(30, 99, 2).matrix).any()
    assert generator(1, "flips").random() != generator(1, "bands").random()


def test_signs_and_resamples_are_drawn_once_and_can_t_be_written_to():
    signs, (counts,) = draw(30, 99, 1), resamples(1, "test", 50, 8)
    assert draw(np.arange(30), 99, 1) is signs
    assert resamples(1, "test", 50, 8)[0] is counts
    for drawn in (signs.matrix, counts):
        with pytest.raises(ValueError, match="read-only"):
            drawn[0, 0] = 5


@pytest.mark.parametrize("cells", [1, 100, 1 << 20])
def test_resamples_are_numpy_s_however_large_the_pieces(monkeypatch, cells):
    monkeypatch.setattr("thresher.statistics.flips._CHUNK_CELLS", cells)
    resamples.cache_clear()
    first, second = resamples(3, "pieces", 40, 6, 9)
    random = generator(3, "pieces")
    for counts, n in ((first, 6), (second, 9)):
        assert (counts == random.multinomial(n, np.full(n, 1 / n), 40)).all()
    resamples.cache_clear()


def test_resolution_and_smallest_p_value_follow_from_the_number_of_seeds():
    assert (draw(8, 99, 0).resolution, draw(8, 99, 0).smallest) == (2**-7, 2**-7)
    assert (draw(21, 99, 0).resolution, draw(21, 99, 0).smallest) == (0.01, 0.01)


def test_a_seed_that_is_added_leaves_the_signs_of_the_others_alone():
    assert (draw(31, 99, 0).matrix[:, :30] == draw(30, 99, 0).matrix).all()


def test_some_of_the_seeds_have_the_signs_that_they_have_among_all():
    seeds = np.array([3, 5, 8, *range(20, 45)])
    assert (draw(seeds, 99, 0).matrix == draw(45, 99, 0).matrix[:, seeds]).all()
    assert (draw(seeds[::-1], 99, 0).matrix == draw(seeds, 99, 0).matrix[:, ::-1]).all()


@pytest.mark.parametrize("more", [100, 128, 4_999])
def test_more_flips_keep_the_first_ones(more):
    assert (draw(25, more, 3).matrix[:99] == draw(25, 99, 3).matrix).all()
    assert (draw(25, more, 3).first(99).matrix == draw(25, 99, 3).matrix).all()


def test_seeds_may_be_words_and_a_number_is_one_however_it_is_written():
    words = [f"run {k}" for k in range(30)]
    signs = draw(words, 4_000, 0)
    assert (signs.matrix[:, 7:] == draw(words[7:], 4_000, 0).matrix).all()
    assert np.abs(np.corrcoef(signs.matrix.T) - np.eye(30)).max() < 6 / np.sqrt(4_000)
    assert (draw([str(k) for k in range(30)], 99, 0).matrix == draw(30, 99, 0).matrix).all()
    odd = ["07", "-7", "7.0", "٧", "", *range(100, 120)]
    assert (
        (draw(odd, 999, 0).matrix[:, :5] != draw([7] * 25, 999, 0).matrix[:, :5]).any(axis=0).all()
    )


def test_few_seeds_are_enumerated_whatever_their_names():
    assert (draw(["a", 5, "c"], 99, 0).matrix == enumerated(3).matrix).all()
    assert draw(20, 99, 0).exact
    assert not draw(20, 99, 0, exact_up_to=0).exact


def test_another_purpose_has_other_signs():
    own, other = draw(30, 99, 0), draw(30, 99, 0, purpose="flips of the reference")
    assert (own.matrix != other.matrix).any(axis=0).all()


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
    successive = [np.corrcoef(column[1:], column[:-1])[0, 1] for column in signs.T]
    assert np.abs(successive).max() < 5 / np.sqrt(20_000)


def test_sums_in_chunks_are_one_matrix_product():
    signs = draw(25, 90_000, 1)
    values = np.random.default_rng(0).normal(size=(25, 3))
    assert signs.sums(values) == pytest.approx(signs.matrix.astype(float) @ values)
    assert signs.balance == pytest.approx(signs.matrix.sum(axis=1))


def test_a_thousand_seeds_take_no_more_memory_than_a_byte_a_sign():
    begin = time.perf_counter()
    signs = draw(1_000, 9_999, 0)
    assert signs.matrix.dtype == np.int8
    assert signs.matrix.shape == (9_999, 1_000)
    assert time.perf_counter() - begin < 20


@pytest.mark.parametrize("contrasts", [1, 7, 250, 780])
def test_a_family_takes_as_many_flips_as_twenty_steps_of_its_level_need(contrasts):
    flips = flips_for(99_999, 0.05, contrasts, 32)
    assert flips == max(99_999, 400 * contrasts - 1)
    assert 1 / (flips + 1) <= 0.05 / (20 * contrasts) * (1 + 1e-12)


def test_flips_stay_bounded_and_are_never_fewer_than_asked_for():
    assert flips_for(99_999, 0.05, 19_900, 32) == 99_999
    assert flips_for(99_999, 0.05, 2_000, 32) * 2_000 <= 1 << 28
    assert flips_for(999, 0.05, 500, 10_000) * 10_000 <= 1 << 28
    assert flips_for(999, 0.05, 1, 10) == 999
