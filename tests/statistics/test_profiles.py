"""Data profiles: shares of (run, threshold) that are reached, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from thresher.analyses.data_profile import PROFILE
from thresher.statistics.profiles import PLACES, data_profile
from thresher.tables import check

NEVER = np.inf


def events_of(budgets=None, **arms) -> pd.DataFrame:
    """Arm → runs; each run its times to the thresholds 0, 1, 2 …"""
    rows = []
    for arm, runs in arms.items():
        for seed, times in enumerate(runs):
            for level, time in enumerate(times):
                budget = 100.0 if budgets is None else budgets[level]
                reached = time <= budget
                rows.append(
                    {"study": "s", "arm": arm, "seed": seed, "threshold": float(level)}
                    | {"time": min(time, budget), "event": reached, "budget": budget}
                )
    return pd.DataFrame(rows)


def test_a_small_profile_is_what_can_be_counted():
    events = events_of(b=[[10, 30], [20, NEVER]], a=[[NEVER, NEVER], [100, NEVER]])
    table = check(data_profile(events, 100), PROFILE, "data_profile")
    assert table["arm"].unique().tolist() == ["b", "a"]
    b = table[table["arm"] == "b"]
    assert b["time"].tolist() == [0, 10, 20, 30, 100]
    assert b["budget_share"].tolist() == [0, 0.1, 0.2, 0.3, 1]
    assert b["solved"].tolist() == [0, 0.25, 0.5, 0.75, 0.75]
    assert table[table["arm"] == "a"]["solved"].tolist() == [0, 0.25]
    assert (table["n"] == 2).all()
    assert (table["thresholds"] == 2).all()
    assert table["lower"].isna().all()


def test_limits_are_student_s_over_runs_cut_at_what_a_share_can_be():
    from scipy import stats

    generator = np.random.default_rng(0)
    times = np.sort(generator.uniform(0, 130, (9, 5)), axis=1)
    times[times > 100] = NEVER
    table = data_profile(events_of(a=times), 100, 0.9)
    for row in table.to_dict("records"):
        parts = [sum(time <= row["time"] for time in run) / 5 for run in times]
        assert row["solved"] == pytest.approx(np.mean(parts))
        half = stats.t.ppf(0.95, 8) * np.std(parts, ddof=1) / 3
        assert row["lower"] == pytest.approx(max(np.mean(parts) - half, 0))
        assert row["upper"] == pytest.approx(min(np.mean(parts) + half, 1))


def test_a_level_that_was_not_followed_to_the_budget_ends_the_profile():
    table = data_profile(events_of([100, 60], a=[[10, 50], [80, NEVER]]), 100)
    assert table["time"].tolist() == [0, 10, 50, 60]
    assert table["solved"].tolist() == [0, 0.25, 0.5, 0.5]
    assert table["budget_share"].iloc[-1] == 0.6


def test_a_profile_keeps_a_number_of_places():
    times = np.random.default_rng(0).uniform(0, 100, (400, 3))
    table = data_profile(events_of(a=times), 100)
    assert len(table) == PLACES
    assert table["solved"].is_monotonic_increasing
    assert table["solved"].iloc[-1] == 1
