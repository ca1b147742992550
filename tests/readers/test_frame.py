"""A DataFrame as if it were a log."""

import numpy as np
import pandas as pd
import pytest

from thresher.readers import ReadError, from_frame

FRAME = pd.DataFrame(
    {
        "agent": ["a", "a", "b", "b"],
        "seed": [1.0, 1.0, 1.0, 1.0],
        "step": [10, 0, 0, 10],
        "reward": [1.0, 2.0, 3.0, 4.0],
    }
)
COLUMNS = {"arm": "agent"}


def test_rows_may_stand_in_any_order_and_whole_seeds_are_whole():
    imported = from_frame(FRAME, columns=COLUMNS, metric="reward", axis="step")
    assert imported.table.to_numpy().tolist() == [
        ["a", 1, 0, 2.0],
        ["a", 1, 10, 1.0],
        ["b", 1, 0, 3.0],
        ["b", 1, 10, 4.0],
    ]
    assert imported.notes == ()


def test_a_nan_is_not_guessed_about():
    frame = FRAME.assign(reward=[1.0, np.nan, 3.0, np.inf])
    with pytest.raises(ReadError, match="column reward: is NaN in 1 rows"):
        from_frame(frame, columns=COLUMNS, metric="reward", axis="step")
    diverged = from_frame(frame, columns=COLUMNS, metric="reward", axis="step", nan="diverged")
    assert diverged.table["reward"].isna().tolist() == [True, False, False, True]
    missing = from_frame(frame, columns=COLUMNS, metric="reward", axis="step", nan="missing")
    assert missing.table["reward"].isna().tolist() == [False, False, True]


def test_none_and_na_were_not_measured():
    frame = FRAME.assign(reward=pd.array([1.0, pd.NA, 3.0, 4.0], dtype="Float64"))
    imported = from_frame(frame, columns=COLUMNS, metric="reward", axis="step")
    assert imported.table["reward"].tolist() == [1.0, 3.0, 4.0]
    objects = FRAME.assign(reward=[1.0, None, "3.0", 4.0]).astype({"reward": object})
    objects.loc[1, "reward"] = None
    imported = from_frame(objects, columns=COLUMNS, metric="reward", axis="step", nan="missing")
    assert imported.table["reward"].tolist() == [1.0, 3.0, 4.0]


def test_a_named_index_is_a_column():
    frame = FRAME.set_index("step")
    imported = from_frame(frame, columns=COLUMNS, metric="reward", axis="step")
    assert imported.table["step"].tolist() == [0, 10, 0, 10]


def test_two_values_at_one_place_and_text_are_named():
    with pytest.raises(ReadError, match="arm a, seed 1 has two values at 0, 1 and 2"):
        from_frame(FRAME.assign(step=0), columns=COLUMNS, metric="reward", axis="step")
    with pytest.raises(ReadError, match="column reward: row 1 holds 'x', not a number"):
        from_frame(
            FRAME.assign(reward=[1, "x", 2, 3]), columns=COLUMNS, metric="reward", axis="step"
        )
