"""Runs of unequal length and on other grids."""

import numpy as np
import pandas as pd
import pytest

from thresher.alignment import (
    carry,
    check_budget,
    cut_off,
    largest_common_budget,
    last_steps,
    union_grid,
)

RUNS = pd.DataFrame({"arm": ["a", "a", "b"], "seed": [1, 2, 1], "last": [40, 100, 90]})


def test_each_run_ends_at_its_own_last_step():
    table = pd.DataFrame(
        {"arm": list("aaabb"), "seed": [1, 1, 2, 1, 1], "step": [0, 40, 100, 90, 0]}
    )
    assert last_steps(table, "step").to_numpy().tolist() == RUNS.to_numpy().tolist()


@pytest.mark.parametrize(
    ("settled", "budget"),
    [
        ([False, False, False], 40),
        ([True, False, False], 90),
        ([True, False, True], 100),
        ([True, True, True], 100),
    ],
)
def test_a_run_that_reached_the_threshold_needs_no_more(settled, budget):
    assert largest_common_budget(RUNS["last"], np.array(settled)) == budget
    check_budget(RUNS, np.array(settled), budget)


def test_a_larger_budget_is_refused_with_the_runs_that_are_too_short():
    with pytest.raises(ValueError, match="budget: 95 steps") as error:
        check_budget(RUNS, np.array([False, False, False]), 95)
    assert "a, seed 1 (ends at 40); b, seed 1 (ends at 90)" in str(error.value)
    assert "at most 40 is possible" in str(error.value)


def test_a_budget_without_runs_is_refused():
    with pytest.raises(ValueError, match="at least one run"):
        largest_common_budget([], np.array([], bool))


def test_what_a_budget_cuts_off_is_said():
    assert cut_off([2.85e6, 3.6e6], 2.85e6) == "runs up to 2.85 M of 3.6 M steps used"
    assert cut_off([100, 90], 90, "epochs") == "runs up to 90 of 100 epochs used"
    assert cut_off([100, 90], 100) is None


def test_a_curve_is_carried_between_its_own_evaluations_and_never_beyond():
    grid = np.array([0, 5, 10, 20, 30, 40])
    carried = carry(np.array([5, 10, 30]), np.array([1.0, 2.0, 4.0]), grid)
    assert np.array_equal(carried, [np.nan, 1, 2, 3, 4, np.nan], equal_nan=True)


def test_a_diverged_value_is_carried_nowhere():
    carried = carry(np.array([0, 10, 20]), np.array([1.0, 2.0, np.nan]), np.array([0, 10, 15, 20]))
    assert np.array_equal(carried, [1, 2, np.nan, np.nan], equal_nan=True)


def test_the_union_of_grids_holds_every_place_up_to_a_number():
    assert union_grid([np.array([0, 10]), np.array([0, 4, 8])]).tolist() == [0, 4, 8, 10]
    thinned = union_grid([np.arange(10_001)], most=101)
    assert thinned.tolist() == list(range(0, 10_001, 100))
