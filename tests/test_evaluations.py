"""Traces to evaluations: what was not measured, what diverged, what is refused."""

import numpy as np
import pyarrow as pa
import pytest

from thresher.evaluations import TraceProblem, evaluations
from thresher.matrices import by_arm, trailing_mean

NAN, INF = float("nan"), float("inf")


def traces(rows, **factors) -> pa.Table:
    """Lay rows (arm, seed, step, loss, score) out as a table of traces; None is null."""
    arm, seed, step, loss, score = zip(*rows, strict=True) if rows else ((),) * 5
    return pa.table(
        {
            "study": ["s"] * len(rows),
            "arm": pa.array(arm, pa.string()),
            "variant": pa.array(arm, pa.string()),
            **factors,
            "seed": pa.array(seed) if rows else pa.array([], pa.int64()),
            "step": pa.array(step, pa.float64()),
            "loss": pa.array(loss, pa.float64()),
            "score": pa.array(score, pa.float64()),
        }
    )


def found(table, metrics=("score",), budget=20, quantities=("loss",), complete=True):
    return evaluations(table, "step", metrics, budget, quantities, complete)


def columns(frame, *names):
    return [[None if v != v else v for v in frame[name].tolist()] for name in names]


USUAL = [
    ("a", 0, 0, None, 1.0),
    ("a", 0, 10, 0.5, 3.0),
    ("a", 0, 15, 0.5, None),
    ("a", 0, 20, 0.4, 4.0),
]


def test_only_rows_in_which_a_metric_was_measured_are_kept():
    frame = found(traces(USUAL))
    assert columns(frame, "time", "score", "diverged_at") == [[0, 10, 20], [1, 3, 4], [INF] * 3]
    assert list(frame) == ["study", "arm", "variant", "seed", "time", "score", "diverged_at"]


def test_a_null_is_no_divergence_and_a_nan_is():
    nulls = [("a", 0, 0, None, 1.0), ("a", 0, 10, None, None), ("a", 0, 20, None, 2.0)]
    assert found(traces(nulls))["diverged_at"].tolist() == [INF, INF]
    lost = [("a", 0, 0, None, 1.0), ("a", 0, 10, None, NAN), ("a", 0, 20, None, 2.0)]
    frame = found(traces(lost))
    assert columns(frame, "time", "score", "diverged_at") == [
        [0, 10, 20],
        [1, None, None],
        [10] * 3,
    ]


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_run_diverges_in_any_judged_quantity_between_its_evaluations_too(bad):
    rows = [(*row[:3], bad, row[4]) if row[2] == 15 else row for row in USUAL]
    frame = found(traces(rows))
    assert columns(frame, "score", "diverged_at") == [[1, 3, None], [15] * 3]
    assert found(traces(rows), quantities=())["diverged_at"].tolist() == [INF] * 3


def test_a_run_that_diverged_at_0_has_no_value_at_all_and_stays_in_the_table():
    rows = [("a", 0, t, None, NAN if t == 0 else 1.0) for t in (0, 10, 20)]
    rows += [("a", 1, t, None, 1.0) for t in (0, 10, 20)]
    frame = found(traces(rows))
    assert columns(frame, "seed", "score") == [[0] * 3 + [1] * 3, [None] * 3 + [1] * 3]
    assert frame["diverged_at"].tolist() == [0] * 3 + [INF] * 3


def test_what_lies_after_the_budget_counts_for_nothing():
    rows = [*USUAL, ("a", 0, 25, NAN, NAN), ("a", 0, 30, 0.1, 9.0)]
    frame = found(traces(rows))
    assert columns(frame, "time", "diverged_at") == [[0, 10, 20], [INF] * 3]


def test_a_row_is_kept_where_one_of_two_metrics_was_measured():
    frame = found(traces(USUAL), metrics=("score", "loss"), quantities=())
    assert columns(frame, "time", "score", "loss") == [
        [0, 10, 15, 20],
        [1, 3, None, 4],
        [None, 0.5, 0.5, 0.4],
    ]
    assert frame["diverged_at"].tolist() == [INF] * 4


def test_the_order_of_rows_does_not_matter_and_arms_stay_in_theirs():
    rows = [("b", s, t, None, s + t) for s in (1, 0) for t in (20, 0, 10)]
    rows += [("a", s, t, None, s - t) for s in (0, 1) for t in (0, 10, 20)]
    frame = found(traces(rows))
    shuffled = [rows[k] for k in (5, 11, 0, 3, 7, 2, 4, 9, 1, 6, 10, 8)]
    assert frame.equals(found(traces(shuffled)))
    in_order = sorted(rows, key=lambda row: (row[0] == "a", *row[1:3]))
    assert frame.equals(found(traces(in_order)))
    for at in range(11):  # two neighbours that are not
        swapped = [*in_order[:at], in_order[at + 1], in_order[at], *in_order[at + 2 :]]
        assert frame.equals(found(traces(swapped)))
    assert frame["arm"].tolist() == ["b"] * 6 + ["a"] * 6
    assert frame["seed"].tolist() == [0, 0, 0, 1, 1, 1] * 2
    assert frame["time"].tolist() == [0, 10, 20] * 4


def test_seeds_may_be_words_and_times_fractions():
    rows = [
        (arm, seed, t, None, 1.0) for arm in "ab" for seed in ("r2", "10") for t in (0.25, 0.5, 1.5)
    ]
    frame = found(traces(rows), budget=1.5)
    assert frame["seed"].tolist() == (["10"] * 3 + ["r2"] * 3) * 2
    assert frame["time"].tolist() == [0.25, 0.5, 1.5] * 4


def test_factors_are_carried_along_and_may_be_missing():
    rows = [(arm, 0, t, None, 1.0) for arm in "ab" for t in (0, 20)]
    frame = found(traces(rows, units=pa.array([10, 10, None, None]), mode=["x", "x", "y", "y"]))
    assert list(frame)[:6] == ["study", "arm", "variant", "units", "mode", "seed"]
    assert columns(frame, "units", "mode") == [[10, 10, None, None], ["x", "x", "y", "y"]]


def test_each_arm_may_have_a_grid_of_its_own():
    rows = [("a", s, t, None, 1.0) for s in (0, 1) for t in (0, 10, 20)]
    rows += [("b", s, t, None, 1.0) for s in (0, 1) for t in (0, 5, 10, 15, 20)]
    assert len(found(traces(rows))) == 6 + 10


REFUSED = {
    "a missing column": (
        lambda t: t.drop_columns(["score"]),
        r"column score is missing; the traces have study, arm",
    ),
    "a doubled row": (
        lambda t: pa.concat_tables([t, t.slice(1, 1)]),
        r"arm a, seed 0: two rows at 10",
    ),
    "a negative time": (
        lambda t: t.set_column(4, "step", pa.array([-5.0, 10, 15, 20])),
        r"column step: must be a number ≥ 0, but was -5 \(arm a, seed 0\)",
    ),
    "a missing time": (
        lambda t: t.set_column(4, "step", pa.array([None, 10.0, 15, 20])),
        r"column step: must be a number ≥ 0, but was nan \(arm a, seed 0\)",
    ),
    "an infinite time": (
        lambda t: t.set_column(4, "step", pa.array([0, 10.0, 15, INF])),
        r"column step: must be a number ≥ 0, but was inf",
    ),
    "an end before the budget": (
        lambda t: t.slice(0, 3),
        r"arm a, seed 0: ends at 15, but the budget is 20",
    ),
    "a factor with two values": (
        lambda t: t.add_column(3, "units", pa.array([1, 1, 2, 2])),
        r"column units: arm a has both 1 and 2",
    ),
    "a variant with two names": (
        lambda t: t.set_column(2, "variant", pa.array(["a", "a", "b", "b"])),
        r"column variant: arm a has both a and b",
    ),
    "a run without the metric": (
        lambda t: t.set_column(6, "score", pa.nulls(4, pa.float64())),
        r"arm a, seed 0: has no value of score",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_traces_that_cannot_be_analysed_are_refused_with_arm_seed_and_value(change, message):
    with pytest.raises(TraceProblem, match=message):
        found(change(traces(USUAL)))


def gap() -> pa.Table:
    rows = [("a", s, t, None, 1.0) for s in (0, 1) for t in (0, 10, 20) if (s, t) != (1, 10)]
    return traces(rows)


def test_a_gap_in_a_run_that_was_trained_here_is_refused():
    with pytest.raises(TraceProblem, match=r"arm a, seed 1: has no evaluation at 10, at which"):
        found(gap())


def test_no_gap_is_seen_where_a_run_diverged():
    rows = [("a", 0, t, None, 1.0) for t in (0, 10, 20)] + [("a", 1, 0, None, NAN)]
    frame = found(traces(rows))
    assert columns(frame, "seed", "diverged_at") == [[0, 0, 0, 1], [INF] * 3 + [0]]


def test_runs_that_were_made_elsewhere_may_have_gaps_grids_and_ends_of_their_own():
    rows = [
        *(("a", 0, t, None, float(t)) for t in (0, 10, 20)),
        *(("a", 1, t, None, float(t)) for t in (5, 10)),
        *(("a", 2, t, None, float(t)) for t in (0, 7, 30)),
    ]
    frame = found(traces(rows), complete=False)
    assert frame["time"].tolist() == [0, 10, 20, 5, 10, 0, 7]
    assert frame["diverged_at"].tolist() == [INF] * 7
    (arm,) = by_arm(frame, ["score"])
    assert arm.times.tolist() == [0, 5, 7, 10, 20]
    assert arm.measured("score").astype(int).tolist() == [
        [1, 0, 0, 1, 1],
        [0, 1, 0, 1, 0],
        [1, 0, 1, 0, 0],
    ]


def test_matrices_hold_each_run_in_its_row_and_each_time_in_its_column():
    rows = [("a", s, t, None, 100 * s + t) for s in (2, 0) for t in (0, 10, 20)]
    rows += [("b", 1, t, None, NAN if t == 10 else t) for t in (0, 10, 20)]
    first, second = by_arm(found(traces(rows, k=["x"] * 6 + ["y"] * 3)), ["score"])
    assert first.keys == {"study": "s", "arm": "a", "variant": "a", "k": "x"}
    assert first.seeds.tolist() == [0, 2]
    assert first.matrices["score"].tolist() == [[0, 10, 20], [200, 210, 220]]
    assert first.measured("score").all()
    assert second.diverged_at.tolist() == [10]
    np.testing.assert_array_equal(second.matrices["score"], [[0, NAN, NAN]])
    # A diverged run was evaluated all the same: its values are bad, not missing.
    assert second.measured("score").tolist() == [[True, True, True]]


def test_a_trailing_mean_reaches_back_along_the_axis_and_not_by_rows():
    times = np.array([0.0, 10, 20, 25, 30])
    values = np.array([[8.0, 4, 2, 6, 1]])
    # At 20: (0, 20] has 4 and 2; at 25: (5, 25] has 4, 2, 6; at 30: (10, 30] has 2, 6, 1.
    np.testing.assert_allclose(trailing_mean(values, times, 20), [[NAN, 6, 3, 4, 3]])


def test_a_trailing_mean_takes_a_run_s_own_evaluations_and_waits_for_a_whole_window():
    times = np.arange(1.0, 7)
    values = np.array([[1.0, 2, 3, 4, 5, 6], [NAN, 2, NAN, 4, NAN, 6], [1, 2, NAN, NAN, NAN, NAN]])
    # The second is measured every 2: its first value stands for (0, 2].
    expected = [[NAN, NAN, NAN, 2.5, 3.5, 4.5], [NAN, NAN, NAN, 3, NAN, 5], [NAN] * 6]
    np.testing.assert_allclose(trailing_mean(values, times, 4), expected)


def test_a_trailing_mean_of_a_single_evaluation_is_none():
    assert np.isnan(trailing_mean(np.array([[1.0]]), np.array([5.0]), 1)).all()


def test_no_traces_are_no_evaluations():
    assert len(found(traces([]))) == 0
