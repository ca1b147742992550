"""Holm and Benjamini–Hochberg against R and statsmodels."""

import itertools
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from thresher.statistics.multiplicity import adjust, benjamini_hochberg, holm, joint_holm

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_the_fifteen_p_values_of_benjamini_and_hochberg(data, reference):
    p, values = data("bh1995_pvalues")["p"].to_numpy(), reference("bh1995")
    assert holm(p) == pytest.approx(values["adjusted_holm"], rel=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(values["adjusted_BH"], rel=1e-12)


# statsmodels collects garbage each time, which would take most of a test's seconds.
@mock.patch("gc.collect", new=int)
@settings(max_examples=100, deadline=None)
@given(probabilities)
def test_adjusted_p_values_are_those_of_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


def most_true(m, rejected):
    """How many of 2m hypotheses may be true once some are not, of a contrast one at most."""
    left = [h for h in range(2 * m) if h not in rejected]
    sets = itertools.chain.from_iterable(itertools.combinations(left, k) for k in range(m + 1))
    return max(len(chosen) for chosen in sets if len({h % m for h in chosen}) == len(chosen))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(0, 10_000), st.sampled_from([1.0, 0.05]))
def test_a_joint_family_is_shaffers_procedure_by_enumeration(m, seed, scale):
    values = np.random.default_rng(seed).uniform(0, scale, 2 * m)
    order, expected, largest = np.argsort(values), np.empty(2 * m), 0.0
    for place, hypothesis in enumerate(order):
        step = most_true(m, set(order[:place].tolist())) * values[hypothesis]
        largest = max(largest, step)
        expected[hypothesis] = min(largest, 1)
    found = np.concatenate(joint_holm(values[:m], values[m:]))
    assert found == pytest.approx(expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_a_joint_family_lies_between_holm_and_bonferroni(rows):
    p, q = np.array(rows).T
    joint, separate = adjust(p, q, "joint"), adjust(p, q, "separate")
    for found, alone, raw in zip(joint, separate, (p, q), strict=True):
        assert (found >= alone - 1e-12).all()
        assert (found <= len(raw) * raw + 1e-12).all()
    assert separate[0] == pytest.approx(holm(p))


def test_one_contrast_pays_nothing_for_having_two_tests():
    found = adjust(np.array([0.04]), np.array([0.03]))
    assert [values[0] for values in found] == [0.04, 0.03]


def test_a_step_down_comes_only_past_a_contrast_with_both_rejected():
    p, q = np.array([0.001, 0.002, 0.04]), np.array([0.9, 0.003, 0.9])
    assert joint_holm(p, q)[0] == pytest.approx([0.003, 0.006, 0.08])
    assert joint_holm(p, q)[1][1] == pytest.approx(0.009)


def test_any_wrong_verdict_is_within_alpha_jointly_and_within_two_alpha_separately():
    """Half of the arms are equal to the reference, half lie at the margin exactly."""
    generator, alpha, replicates, m = np.random.default_rng(0), 0.05, 4_000, 4
    wrong = {"joint": 0, "separate": 0}
    for _ in range(replicates):
        null, margin = generator.uniform(size=(2, m // 2))
        p, q = np.concatenate([null, np.zeros(m // 2)]), np.concatenate([np.zeros(m // 2), margin])
        for family in wrong:
            different, equivalent = adjust(p, q, family)
            errors = [*different[: m // 2], *equivalent[m // 2 :]]
            wrong[family] += min(errors) <= alpha
    error = np.sqrt(alpha * (1 - alpha) / replicates)
    assert wrong["joint"] / replicates < alpha + 4 * error
    assert alpha + 4 * error < wrong["separate"] / replicates < 2 * alpha + 4 * error


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match="family must be separate or joint, but was holm"):
        adjust(np.array([0.1]), np.array([0.1]), "holm")


def test_an_empty_family_stays_empty():
    assert [values.shape for values in adjust(np.array([]), np.array([]))] == [(0,), (0,)]
    assert holm(np.array([])).shape == (0,)
    assert benjamini_hochberg(np.array([])).shape == (0,)


@pytest.mark.parametrize("p", [[1.2], [-0.1], [np.nan]])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="p must be a list of numbers from 0 to 1"):
        holm(np.array(p))
