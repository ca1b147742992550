"""The grid of thresholds: each level's own analysis, and max-T against enumeration."""

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from thresher.analyses.thresholds import THRESHOLD_EVENTS, THRESHOLDS
from thresher.evaluations import KEYS, evaluations
from thresher.matrices import by_arm
from thresher.metric import Metric
from thresher.statistics.contrasts import contrasts, pairs_of
from thresher.statistics.flips import draw
from thresher.statistics.labels import relabellings
from thresher.statistics.max_t import max_t, unpaired_max_t
from thresher.statistics.multiplicity import joint_holm
from thresher.statistics.permutation import permutation_test
from thresher.statistics.thresholds import (
    level_curves,
    spread_of,
    threshold_events,
    thresholds,
)
from thresher.tables import check

BUDGET, GRID = 100, (0.2, 0.3, 0.4)
LOSS = Metric(minimum=0.0)


def grid_events(arms=2, n=8, seed=0, slow=0):
    """Events that come sooner at higher thresholds; the last arm is slower."""
    generator, parts = np.random.default_rng(seed), []
    for arm in range(arms):
        times = generator.integers(5, 70, (n, 1)) + np.array([30, 15, 0])
        times = times + slow * (arm == arms - 1)
        for level, column in zip(GRID, times.T, strict=True):
            part = pd.DataFrame({"seed": range(n), "time": np.minimum(column, BUDGET)})
            keys = {"study": "s", "arm": f"arm{arm}", "threshold": level, "budget": BUDGET}
            parts.append(part.assign(event=column <= BUDGET, **keys))
    return pd.concat(parts, ignore_index=True)


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(float, st.tuples(st.integers(2, 7), st.integers(1, 4)), elements=st.integers(-6, 9))
)
def test_max_t_is_that_of_every_sign_change_studentised_anew(differences):
    n = len(differences)
    with np.errstate(divide="ignore", invalid="ignore"):

        def squared(values):  # t² of the mean; infinite without spread, 0 for all zeros
            spread = (values**2).sum(axis=0) - values.sum(axis=0) ** 2 / n
            t = values.sum(axis=0) ** 2 / np.where(spread < 1e-9, 0, spread)
            return np.where((values == 0).all(axis=0), 0, t)

        observed = squared(differences)
        largest = [
            squared(np.array(signs)[:, None] * differences).max()
            for signs in itertools.product([-1, 1], repeat=n)
        ]
    expected = [np.mean(np.array(largest) >= t * (1 - 1e-9)) for t in observed]
    found = max_t(differences, draw(n, 0, 0))
    zero = (differences == 0).all(axis=0)
    assert found == pytest.approx(np.where(zero, 1, expected))


def test_unpaired_max_t_is_at_least_each_levels_own_p_value():
    generator = np.random.default_rng(0)
    arm, reference = generator.integers(0, 30, (6, 3)), generator.integers(5, 40, (7, 3))
    labels = relabellings(6, 7, 9_999, 0)
    found = unpaired_max_t(arm, reference, labels)
    alone = [permutation_test(arm[:, k], reference[:, k], labels).p for k in range(3)]
    assert (found >= np.array(alone) - 1e-12).all()
    assert unpaired_max_t(arm[:, :1], reference[:, :1], labels) == pytest.approx(alone[:1])


@pytest.mark.parametrize("paired", [True, False])
def test_every_level_is_its_own_primary_analysis(paired):
    events, pairs = grid_events(3, slow=20), pairs_of(["arm0", "arm1", "arm2"], None)
    found = thresholds(events, pairs, 0.3, paired=paired, flips=499)
    assert set(THRESHOLDS) <= set(found)
    assert len(found) == 9
    for level in GRID:
        rows = found[found["threshold"] == level].reset_index(drop=True)
        own = events[events["threshold"] == level]
        alone = contrasts(own, pairs, paired=paired, flips=499)
        for column in ("mean_difference", "lower", "upper", "p", "reached_arm", "mean_reference"):
            assert rows[column].tolist() == pytest.approx(alone[column].tolist(), nan_ok=True)
        assert (rows["p_max_t"] >= rows["p"]).all()
        q = alone["p_equivalence"].to_numpy()
        assert rows["p_decides"].to_numpy() == pytest.approx(
            joint_holm(rows["p_max_t"].to_numpy(), q)[0]
        )
        different = rows["p_decides"] <= 0.05
        words = rows["verdict"].isin(["faster", "slower", "detectable but negligible"])
        assert words.tolist() == different.tolist()
    assert found.loc[found["primary"], "threshold"].unique().tolist() == [0.3]


def test_the_grid_of_one_pair_is_adjusted_by_the_signs_of_its_seeds():
    events = grid_events(slow=25)
    wide = events.pivot_table(index=["arm", "seed"], columns="threshold", values="time")
    expected = max_t((wide.loc["arm1"] - wide.loc["arm0"]).to_numpy(float), draw(8, 0, 0))
    found = thresholds(events, [("arm1", "arm0")], 0.2)
    assert found["p_max_t"].to_numpy() == pytest.approx(expected)
    assert found["n_pairs"].tolist() == [8] * 3


def test_levels_that_no_run_reaches_leave_the_others_alone():
    events = grid_events(slow=25)
    level = events["threshold"] == 0.2
    events.loc[level, "time"], events.loc[level, "event"] = BUDGET, False
    with_it = thresholds(events, [("arm1", "arm0")], 0.3)
    without = thresholds(events[~level], [("arm1", "arm0")], 0.3)
    assert with_it["p_max_t"].tolist() == [1, *without["p_max_t"].tolist()]
    assert with_it["verdict"].iloc[0] == "not reached"


@pytest.mark.parametrize("paired", [True, False])
def test_an_adjusted_p_value_is_never_below_that_of_its_level_alone(paired):
    """Signs belong to a seed: which other seeds an arm of the study has must not matter."""
    events = grid_events(3, n=30, slow=6)
    lacking = events[(events["arm"] != "arm1") | (events["seed"] > 4)]
    found = thresholds(lacking, [("arm1", "arm0"), ("arm2", "arm0")], 0.3, paired=paired, flips=199)
    assert (found["p_max_t"] >= found["p"]).all()
    assert (found["p_decides"] >= found["p_max_t"]).all()


def test_levels_at_which_every_run_is_from_the_start_say_so():
    events = grid_events(slow=25)
    events.loc[events["threshold"] == 0.4, "time"] = 0
    found = thresholds(events, [("arm1", "arm0")], 0.3)
    last = found.iloc[-1]
    assert (last["degenerate"], last["verdict"], last["p"]) == ("all at 0", "inconclusive", 1)
    assert found["degenerate"].tolist()[:2] == ["none", "none"]


def test_seeds_missing_in_one_arm_are_left_out():
    events = grid_events(slow=25)
    lacking = events[(events["arm"] != "arm1") | (events["seed"] > 1)]
    both = events[events["seed"] > 1]
    pair = [("arm1", "arm0")]
    found, expected = (thresholds(t, pair, 0.2) for t in (lacking, both))
    declared = list(THRESHOLDS)
    pd.testing.assert_frame_equal(found[declared], expected[declared])


def runs_of(values, name="eval_loss"):
    """Lay out runs of one arm, evaluated every ten; None is not measured, NaN diverged."""
    rows = [
        (seed, 10 * k, value)
        for seed, run in enumerate(values)
        for k, value in enumerate(run)
        if value is not None
    ]
    seeds, epochs, measured = zip(*rows, strict=True)
    keys = {
        column: [value] * len(rows) for column, value in zip(KEYS, ("s", "a", "a"), strict=True)
    }
    table = pa.table(
        {**keys, "seed": seeds, "epoch": epochs, name: pa.array(measured, pa.float64())}
    )
    return list(by_arm(evaluations(table, "epoch", [name], 50, complete=False), [name]))


FALLING = [
    [0.9, 0.35, 0.25, 0.15, 0.1, 0.1],
    [0.9, 0.9, 0.35, 0.35, 0.35, np.nan],
]


def test_events_are_found_at_every_level():
    found = threshold_events(runs_of(FALLING), LOSS, GRID, 50)
    assert set(THRESHOLD_EVENTS) <= set(found)
    assert found["time"].tolist() == [30, 50, 20, 50, 10, 20]
    assert found["event"].tolist() == [True, False, True, False, True, True]
    gone = ["reached", "diverged"]
    assert found["outcome"].tolist() == [*gone, *gone, "reached", "reached"]
    assert set(found["budget"]) == {50}


def test_a_rising_metric_has_the_events_of_its_mirror_image():
    """Levels keep the study's order; the sign is turned where crossings are found."""
    rising = runs_of(1 - np.array(FALLING), "eval_accuracy")
    accuracy = Metric("eval_accuracy", "held-out accuracy", "", "higher", 0.0, 1.0)
    found = threshold_events(rising, accuracy, [1 - level for level in GRID], 50)
    expected = threshold_events(runs_of(FALLING), LOSS, GRID, 50)
    for column in ("time", "event", "outcome", "budget"):
        assert found[column].tolist() == expected[column].tolist()


def test_a_level_is_judged_within_the_shortest_run_that_has_not_reached_it():
    """The second run stopped at 30, once it had reached 0.4: harder levels end there for all."""
    stopped = [[0.9, 0.35, 0.35, 0.35, 0.25, 0.15], [0.9, 0.35, 0.35, 0.35, None, None]]
    found = threshold_events(runs_of(stopped), LOSS, (0.3, 0.4), 50, sustain=1)
    assert found["budget"].tolist() == [30, 30, 50, 50]
    assert found["time"].tolist() == [30, 30, 10, 10]
    assert found["event"].tolist() == [False, False, True, True]


def test_survival_curves_are_of_each_level():
    found = level_curves(threshold_events(runs_of(FALLING), LOSS, GRID, 50))
    last = found.groupby(["threshold", "arm"])["survival"].last()
    assert last.tolist() == [0.5, 0.5, 0]


def test_the_spread_of_a_metric_is_between_its_5th_and_95th_percentile():
    parts = np.arange(60), np.array([*range(60, 101), np.nan, np.inf])
    assert spread_of(parts) == pytest.approx(90)
    assert spread_of([np.array([np.nan])]) == 0


def test_no_pairs_give_an_empty_table():
    found = check(thresholds(grid_events(), [], 0.2), THRESHOLDS, "thresholds")
    assert (len(found), list(found)) == (0, list(THRESHOLDS))
