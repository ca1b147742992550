"""Bands against enumeration, the multivariate normal distribution and scipy."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from thresher.statistics.bands import band_signs, difference_band, mean_band
from thresher.statistics.flips import draw


def autocorrelated(n, epochs, rho, seed):
    generator = np.random.default_rng(seed)
    curves = generator.normal(size=(n, epochs))
    for k in range(1, epochs):
        curves[:, k] = rho * curves[:, k - 1] + math.sqrt(1 - rho**2) * curves[:, k]
    return curves


def slow_critical(curves, confidence):
    """The quantile of the largest |t| over all sign changes, each one studentised anew."""
    residuals = curves - curves.mean(axis=0)
    n, largest = len(curves), []
    for signs in itertools.product([-1, 1], repeat=n):
        flipped = np.array(signs)[:, None] * residuals
        error = flipped.std(axis=0, ddof=1) / math.sqrt(n)
        t = np.divide(
            np.abs(flipped.mean(axis=0)), error, out=np.zeros(len(error)), where=error > 1e-9
        )
        largest.append(t.max())
    return np.quantile(largest, confidence, method="higher")


@settings(max_examples=25, deadline=None)
@given(
    hnp.arrays(float, st.tuples(st.integers(6, 8), st.integers(1, 5)), elements=st.integers(-9, 9)),
    st.sampled_from([0.8, 0.9, 0.95]),
)
def test_the_simultaneous_band_is_that_of_every_sign_change(curves, confidence):
    band = mean_band(curves, confidence=confidence)
    error = curves.std(axis=0, ddof=1) / math.sqrt(len(curves))
    expected = slow_critical(curves, confidence)
    if expected < 1e4:  # beyond, all but one rounding error is flipped away
        assert band.critical == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert band.upper - band.mean == pytest.approx(band.critical * error, abs=1e-9)
    assert band.mean - band.lower == pytest.approx(band.critical * error, abs=1e-9)


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("epochs", [5, 10, 25])
def test_with_many_runs_the_critical_value_is_that_of_the_normal_distribution(
    reference, rho, epochs
):
    band = mean_band(autocorrelated(1500, epochs, rho, seed=0))
    assert band.critical == pytest.approx(reference("sup_t")[f"ar1_rho{rho}_k{epochs}"], abs=0.07)


def test_with_many_runs_and_one_epoch_it_is_sidaks_value(reference):
    sidak = reference("sup_t")["sidak_95_two_sided k=1,2,5,10,25,50,100"]
    for epochs, expected in zip((1, 2, 5, 10, 25), sidak, strict=False):
        curves = np.random.default_rng(epochs).normal(size=(1500, epochs))
        assert mean_band(curves).critical == pytest.approx(expected, abs=0.07)


@settings(max_examples=40, deadline=None)
@given(st.integers(6, 20), st.sampled_from([0.9, 0.95]))
def test_the_pointwise_band_is_students_interval_at_each_epoch(n, confidence):
    curves = np.random.default_rng(n).normal(size=(n, 4))
    band = mean_band(curves, "pointwise", confidence)
    limits = stats.ttest_1samp(curves, 0).confidence_interval(confidence)
    assert band.lower == pytest.approx(limits.low)
    assert band.upper == pytest.approx(limits.high)
    assert band.kind == "pointwise"


def test_the_pointwise_difference_is_welchs_interval_at_each_epoch():
    generator = np.random.default_rng(1)
    arm, reference = generator.normal(1, 2, (9, 5)), generator.normal(0, 1, (30, 5))
    band = difference_band(arm, reference, "pointwise")
    limits = stats.ttest_ind(arm, reference, equal_var=False).confidence_interval()
    assert band.lower == pytest.approx(limits.low)
    assert band.upper == pytest.approx(limits.high)
    assert band.n == 9


def test_the_unpaired_band_is_that_of_flipped_residuals_studentised_anew():
    arm, reference = autocorrelated(7, 6, 0.8, 3), 2 * autocorrelated(11, 6, 0.8, 4)
    residuals = arm - arm.mean(axis=0), reference - reference.mean(axis=0)
    generator, largest = np.random.default_rng(5), []
    for _ in range(4000):
        parts = [generator.choice([-1, 1], (len(part), 1)) * part for part in residuals]
        error = np.sqrt(sum(part.var(axis=0, ddof=1) / len(part) for part in parts))
        largest.append(np.abs((parts[0].mean(axis=0) - parts[1].mean(axis=0)) / error).max())
    band = difference_band(arm, reference)
    assert band.critical == pytest.approx(np.quantile(largest, 0.95), rel=0.05)
    error = np.sqrt(arm.var(axis=0, ddof=1) / 7 + reference.var(axis=0, ddof=1) / 11)
    assert band.upper - band.mean == pytest.approx(band.critical * error)
    assert band.mean == pytest.approx(arm.mean(axis=0) - reference.mean(axis=0))


def test_the_half_width_is_the_critical_value_in_standard_errors_at_each_epoch():
    generator = np.random.default_rng(1)
    arm, reference = generator.normal(1, 2, (9, 5)), generator.normal(0, 1, (30, 5))
    error = np.sqrt(arm.var(axis=0, ddof=1) / 9 + reference.var(axis=0, ddof=1) / 30)
    for kind in ("pointwise", "simultaneous"):
        band = difference_band(arm, reference, kind)
        assert (band.upper - band.lower) / 2 == pytest.approx(band.critical * error)


def test_a_band_takes_the_signs_of_its_seeds():
    curves = autocorrelated(15, 10, 0.5, 0)
    order = np.random.default_rng(0).permutation(15)
    band = mean_band(curves, seeds=range(40, 55))
    shuffled = mean_band(curves[order], seeds=order + 40)
    assert band.critical == pytest.approx(shuffled.critical, rel=1e-9)
    assert band.critical != pytest.approx(mean_band(curves).critical, rel=1e-6)
    pair = difference_band(curves, curves[::-1] + 1, seeds=(range(15), range(15)))
    assert pair.critical != mean_band(2 * curves).critical
    assert (band_signs(range(40, 55), 0).matrix == draw(range(40, 55), 4_999, 0, 13).matrix).all()


def test_a_simultaneous_band_is_wider_than_a_pointwise_one():
    curves = autocorrelated(20, 100, 0.95, 0)
    assert mean_band(curves).critical > mean_band(curves, "pointwise").critical


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("kind", ["simultaneous", "pointwise"])
def test_fewer_than_six_runs_get_the_mean_and_no_band(n, kind):
    curves = np.random.default_rng(0).normal(size=(n, 3))
    for band in (mean_band(curves, kind), difference_band(curves, np.zeros((8, 3)), kind)):
        assert (band.kind, band.n) == ("none", n)
        assert band.mean == pytest.approx(curves.mean(axis=0))
        assert np.isnan(band.lower).all()
        assert np.isnan(band.upper).all()
        assert math.isnan(band.critical)


@pytest.mark.parametrize("kind", ["simultaneous", "pointwise"])
def test_epochs_at_which_all_runs_agree_have_width_zero_and_change_no_other(kind):
    curves = autocorrelated(12, 8, 0.5, 0)
    agreeing = np.insert(curves, 3, 0.1 + 0.2, axis=1)
    band, without = mean_band(agreeing, kind), mean_band(curves, kind)
    assert band.lower[3] == band.mean[3] == band.upper[3]
    assert np.delete(band.lower, 3) == pytest.approx(without.lower)
    difference = difference_band(agreeing, np.insert(2 * curves, 3, 0.1, axis=1), kind)
    assert difference.lower[3] == difference.upper[3] == pytest.approx(0.2)


def test_runs_that_all_agree_everywhere_have_a_band_of_width_zero():
    for band in (mean_band(np.ones((8, 4))), difference_band(np.ones((8, 4)), np.ones((7, 4)))):
        assert band.kind == "simultaneous"
        assert (band.upper - band.lower).tolist() == [0] * 4


def test_one_arm_without_spread_leaves_the_other_ones_band():
    curves = autocorrelated(20, 10, 0.5, 0)
    band = difference_band(curves, np.zeros((6, 10)))
    assert band.critical == pytest.approx(mean_band(curves).critical, rel=0.05)


def test_bands_move_and_scale_with_the_curves_and_repeat():
    curves = autocorrelated(15, 10, 0.5, 0)
    band, moved = mean_band(curves), mean_band(10 * curves + 7)
    assert moved.lower == pytest.approx(10 * band.lower + 7)
    assert mean_band(curves).critical == band.critical
    assert mean_band(curves, entropy=1).critical != band.critical


def test_all_sign_changes_are_taken_up_to_thirteen_runs():
    assert band_signs(13, 0).matrix.shape == (2**12, 13)
    assert band_signs(14, 0).matrix.shape == (4999, 14)


@pytest.mark.parametrize(
    ("curves", "kind", "message"),
    [
        (np.ones((8, 3)), "bootstrap", "band must be simultaneous or pointwise, but was bootstrap"),
        (np.ones(3), "pointwise", r"curves must have shape \(n, epochs\), but have \(3,\)"),
        (np.ones((0, 3)), "pointwise", r"but have \(0, 3\)"),
        (np.full((8, 3), np.nan), "pointwise", "leave diverged runs out"),
    ],
)
def test_wrong_input_is_refused(curves, kind, message):
    with pytest.raises(ValueError, match=message):
        mean_band(curves, kind)
