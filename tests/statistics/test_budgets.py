"""The grid of budgets: each its own analysis of the runs as they stood by then."""

import numpy as np
import pytest

from thresher.analyses.budgets import BUDGETS
from thresher.statistics.budgets import budget_grid, budgets
from thresher.statistics.contrasts import contrasts, pairs_of
from thresher.statistics.flips import draw
from thresher.statistics.max_t import max_t
from thresher.tables import check

INF = np.inf
TIMES = {
    "a": [10, 20, 30, 45, 50, 60, 70, INF],
    "b": [5, 15, 28, 30, 49, 51, 50, 80],
    "c": [90, 80, 85, 95, INF, 99, 91, 96],
}


@pytest.mark.parametrize("paired", [True, False])
def test_every_budget_is_its_own_primary_analysis(make_events, paired):
    pairs = pairs_of(list("abc"), "a")
    found = budgets(make_events(TIMES), pairs, paired=paired, flips=499)
    assert set(BUDGETS) <= set(found)
    assert found["budget"].tolist() == [25, 50, 75, 100] * 2
    assert found["primary"].tolist() == [False, False, False, True] * 2
    for budget in (25, 50, 75, 100):
        cut = {arm: [t if t <= budget else INF for t in times] for arm, times in TIMES.items()}
        alone = contrasts(make_events(cut, budget=budget), pairs, paired=paired, flips=499)
        rows = found[found["budget"] == budget].reset_index(drop=True)
        for column in ("mean_difference", "lower", "upper", "p", "reached_arm", "bound"):
            assert rows[column].tolist() == alone[column].tolist()
    assert (found["p_max_t"] >= found["p"]).all()


def test_the_grid_is_adjusted_by_one_sign_per_seed(make_events):
    found = budgets(make_events(TIMES), [("b", "a")], [40, 100])
    within = np.column_stack(
        [np.minimum(TIMES["b"], b) - np.minimum(TIMES["a"], b) for b in (40, 100)]
    )
    assert found["p_max_t"].to_numpy() == pytest.approx(max_t(within, draw(8, 0, 0)))
    assert found["p_decides"].tolist() == found["p_max_t"].tolist()


def test_the_default_grid_is_of_quarters():
    assert budget_grid(100) == [25, 50, 75, 100]
    assert budget_grid(0.5) == [0.125, 0.25, 0.375, 0.5]
    assert budget_grid(2) == [1, 2]


@pytest.mark.parametrize(("grid", "value"), [([0, 50], 0), ([50, 101], 101)])
def test_budgets_beyond_the_study_are_refused(make_events, grid, value):
    with pytest.raises(ValueError, match=f"above 0 and up to 100, but has {value}"):
        budgets(make_events(TIMES), [("b", "a")], grid)


def test_no_pairs_give_an_empty_table(make_events):
    found = check(budgets(make_events(TIMES), []), BUDGETS, "budgets")
    assert (len(found), list(found)) == (0, list(BUDGETS))
