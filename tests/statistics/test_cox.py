"""Hazard ratios against R's survival and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.duration.hazard_regression import PHReg

from thresher.analyses.hazards import HAZARDS
from thresher.statistics.cox import cox, hazards

INF = np.inf
observations = st.lists(
    st.tuples(st.integers(1, 8), st.booleans(), st.booleans()), min_size=4, max_size=25
).map(lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True)))


def slow_likelihood(coefficient, time, event, arm):
    """Efron's partial log likelihood, term by term."""
    weight, total = np.exp(coefficient * arm), 0.0
    for moment in np.unique(time[event]):
        tied, at_risk = event & (time == moment), time >= moment
        total += coefficient * arm[tied].sum()
        for k in range(tied.sum()):
            total -= math.log(weight[at_risk].sum() - k / tied.sum() * weight[tied].sum())
    return total


@pytest.mark.parametrize("name", ["aml", "freireich_6mp", "lung"])
def test_coefficients_and_errors_are_those_of_r(data, reference, name):
    table, values = data(name), reference(name)
    arm = (table["group"] == table["group"].iloc[0]).to_numpy()
    found = cox(table["time"], table["status"], arm)
    assert abs(found.coefficient) == pytest.approx(abs(values["cox_efron_coef"]), rel=2e-6)
    assert found.error == pytest.approx(values["cox_efron_se"], rel=2e-6)


@settings(max_examples=40, deadline=None)
@given(observations)
def test_the_fit_is_that_of_statsmodels(rows):
    time, event, arm = rows
    found = cox(time, event, arm)
    assume(np.isfinite(found.coefficient))
    fit = PHReg(time, arm[:, None].astype(float), status=event, ties="efron").fit(disp=0)
    assert found.coefficient == pytest.approx(fit.params[0], abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(observations)
def test_the_fit_is_the_largest_likelihood_or_there_is_none(rows):
    time, event, arm = rows
    found = cox(time, event, arm)
    best = optimize.minimize_scalar(
        lambda b: -slow_likelihood(b, time, event, arm), bounds=(-30, 30), method="bounded"
    )
    if np.isfinite(found.coefficient):
        assert found.coefficient == pytest.approx(best.x, abs=1e-3)
    else:
        ends = [slow_likelihood(b, time, event, arm) for b in (-15.0, 15.0)]
        assert -best.fun <= max(ends) + 1e-4  # it rises to one end, or is flat


@pytest.mark.parametrize(
    ("time", "event", "arm"),
    [
        ([5, 5, 5, 5], [0, 0, 0, 0], [1, 1, 0, 0]),
        ([1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 0, 0]),
        ([1, 2, 9, 9], [1, 1, 0, 0], [1, 1, 0, 0]),
        ([1, 2], [1, 1], [1, 1]),
    ],
)
def test_without_a_finite_maximum_the_ratio_is_unknown(time, event, arm):
    found = cox(np.array(time), np.array(event), np.array(arm))
    assert math.isnan(found.coefficient)
    assert math.isnan(found.error)


def test_the_table_gives_ratios_above_one_to_arms_that_are_sooner(make_events):
    times = {"a": [40, 50, 60, 70, 80, INF], "b": [10, 20, 45, 55, 65, 75], "c": [INF] * 6}
    table = hazards(make_events(times), [("b", "a"), ("c", "a")], confidence=0.9)
    assert set(HAZARDS) <= set(table)
    row = table.iloc[0]
    time = np.array([10, 20, 45, 55, 65, 75, 40, 50, 60, 70, 80, 100])
    fit = cox(time, np.arange(12) < 11, np.arange(12) < 6)
    assert row["hazard_ratio"] == pytest.approx(math.exp(fit.coefficient))
    assert row["hazard_ratio"] > 1
    assert row["lower"] * row["upper"] == pytest.approx(row["hazard_ratio"] ** 2)
    assert math.log(row["upper"] / row["hazard_ratio"]) == pytest.approx(
        stats.norm.ppf(0.95) * fit.error
    )
    assert row["p"] == pytest.approx(stats.chi2.sf((fit.coefficient / fit.error) ** 2, 1))
    assert table.iloc[1][["hazard_ratio", "lower", "upper", "p"]].isna().all()
    assert len(hazards(make_events(times), [])) == 0


def test_equal_arms_have_a_ratio_of_one(make_events):
    values = [10, 20, 20, 30, INF]
    row = hazards(make_events({"a": values, "b": values}), [("b", "a")]).iloc[0]
    assert (row["hazard_ratio"], row["p"]) == (pytest.approx(1), pytest.approx(1))
