"""The primary analysis: every column against its own function, every edge case with its answer."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.analyses.arms import ARMS
from thresher.analyses.contrasts import CONTRASTS
from thresher.fields import VERDICTS
from thresher.statistics.contrasts import arms, contrasts, pairs_of
from thresher.statistics.multiplicity import holm, joint_holm
from thresher.statistics.signflip import signflip_test
from thresher.statistics.winning import win_limits
from thresher.tables import check

INF = np.inf


def one(make_events, times, pairs=(("b", "a"),), **options):
    return contrasts(make_events(times), pairs, **options).iloc[0]


def test_darwins_maize_as_a_study(make_events, data, reference):
    """Plant heights stand for epochs, in eighths of an inch."""
    maize = data("darwin_maize")
    times = {"self": maize["self"] * 8, "cross": maize["cross"] * 8}
    row = contrasts(make_events(times, budget=1000), [("cross", "self")]).iloc[0]
    limits = reference("darwin_maize")["signflip_inversion_ci95 (mean difference, inches)"]
    assert row["p"] == row["p_adjusted"] == reference("darwin_maize")["signflip_exact_p"]
    assert (row["lower"], row["upper"]) == pytest.approx([8 * limit for limit in limits])
    percent = 100 * row["mean_difference"] / row["mean_reference"]
    assert row["percent"] == pytest.approx(percent)
    assert row["percent_lower"] < percent < row["percent_upper"]
    assert row[["lower_family", "upper_family"]].tolist() == row[["lower", "upper"]].tolist()
    assert (row["n_arm"], row["p_smallest"], row["p_resolution"]) == (15, 2**-14, 2**-14)
    assert (row["design"], row["verdict"]) == ("paired", "inconclusive")
    assert math.isnan(row["welch_p"])


def test_contrasts_are_against_the_reference_or_all_pairs():
    assert pairs_of(["a", "b", "c"], "b") == [("a", "b"), ("c", "b")]
    assert pairs_of(["a", "b", "c"], None) == [("b", "a"), ("c", "a"), ("c", "b")]
    assert pairs_of(["a"], "a") == pairs_of(["a"], None) == []
    with pytest.raises(ValueError, match="reference d is not among the arms a, b"):
        pairs_of(["a", "b"], "d")


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 4), st.integers(6, 9), st.integers(0, 10_000))
def test_every_contrast_is_the_test_of_its_own_pairs(k, n, seed):
    times = np.random.default_rng(seed).integers(1, 25, (k, n)) * 5.0
    within = np.minimum(times, 100)
    names = [f"arm{i}" for i in range(k)]
    table = _table(dict(zip(names, np.where(times > 100, INF, times), strict=True)))
    found = contrasts(table, pairs_of(names, None))
    assert set(CONTRASTS) <= set(found)
    for row, (first, second) in zip(
        found.itertuples(), itertools.combinations(range(k), 2), strict=True
    ):
        test = signflip_test(within[second] - within[first])
        assert row.p == test.p[0]
        assert (row.lower, row.upper) == (test.lower[0], test.upper[0])
        assert row.mean_difference == pytest.approx(test.mean[0])
        assert row.reached_reference == (times[first] <= 100).sum()
    adjusted = joint_holm(found["p"].to_numpy(), found["p_equivalence"].to_numpy())
    for column, expected in zip(("p_adjusted", "p_equivalence_adjusted"), adjusted, strict=True):
        assert found[column].to_numpy() == pytest.approx(expected)
    alone = contrasts(table, pairs_of(names, None), family="separate")
    assert alone["p_adjusted"].to_numpy() == pytest.approx(holm(found["p"].to_numpy()))
    assert set(found["verdict"]) <= set(VERDICTS)


def _table(times, budget=100):
    parts = []
    for arm, values in times.items():
        reached = np.isfinite(values)
        part = pd.DataFrame({"seed": range(len(values)), "event": reached})
        part["time"] = np.where(reached, values, budget).astype(int)
        keys = {"study": "s", "arm": arm, "variant": arm}
        parts.append(part.assign(**keys, threshold=0.2, budget=budget))
    return pd.concat(parts, ignore_index=True)


def test_the_order_of_rows_does_not_matter(make_events):
    table = make_events({"a": [10, 20, 30, 40, 50, 60, 70], "b": [5, 10, 40, 20, 25, 30, INF]})
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(contrasts(table, [("b", "a")]), contrasts(shuffled, [("b", "a")]))


def test_paired_contrasts_use_the_common_seeds_and_say_how_many_they_dropped(make_events):
    table = make_events(
        {"a": [10, 20, 30, 40, 50, 60, 70, 80], "b": [99, 15, 25, 35, 45, 55, 65, 75, 99]},
        seeds={"a": range(1, 9), "b": [0, 1, 2, 3, 4, 5, 6, 7, 90]},
    )
    row = contrasts(table, [("b", "a")]).iloc[0]
    assert (row["n_arm"], row["n_reference"], row["n_dropped"]) == (7, 7, 3)
    assert row["mean_difference"] == pytest.approx(5)
    assert row["mean_reference"] == 40
    assert row["p"] == 2 / 2**7


def test_a_missing_seed_changes_only_the_contrasts_of_its_arm(make_events):
    generator = np.random.default_rng(0)
    times = {arm: generator.integers(1, 99, 30) for arm in "abc"}
    table = make_events(times)
    lacking = table[(table["arm"] != "c") | (table["seed"] != 3)]
    pairs = pairs_of(["a", "b", "c"], "a")
    whole, part = contrasts(table, pairs, flips=999), contrasts(lacking, pairs, flips=999)
    assert part["n_dropped"].tolist() == [0, 1]
    assert part["n_arm"].tolist() == [30, 29]
    unadjusted = ["p", "lower", "upper", "p_equivalence"]
    assert part.loc[0, unadjusted].tolist() == whole.loc[0, unadjusted].tolist()


def test_arms_without_a_common_seed_are_refused(make_events):
    table = make_events({"a": [10], "b": [10]}, seeds={"a": [0], "b": [1]})
    with pytest.raises(ValueError, match="column seed: arms b and a have none in common"):
        contrasts(table, [("b", "a")])


def test_unpaired_contrasts_use_every_run_and_show_welchs_test(make_events):
    times = {"a": [50, 60, 70, 80, 90], "b": [10, 20, 30, 45, 30, 25]}
    row = one(make_events, times, paired=False, flips=999)
    assert (row["design"], row["n_arm"], row["n_reference"], row["n_dropped"]) == (
        "unpaired",
        6,
        5,
        0,
    )
    welch = stats.ttest_ind(times["b"], times["a"], equal_var=False)
    assert row["welch_p"] == pytest.approx(welch.pvalue)
    assert row["p"] == 2 / math.comb(11, 5)
    assert row["verdict"] == "faster"
    assert row["lower"] < row["mean_difference"] < row["upper"] < 0


def test_a_single_arm_has_no_contrasts(make_events):
    table = make_events({"a": [10, 20]})
    found = check(contrasts(table, pairs_of(["a"], None)), CONTRASTS, "contrasts")
    assert (len(found), list(found)) == (0, list(CONTRASTS))


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("n", [1, 2])
def test_with_one_or_two_seeds_nothing_can_be_decided(make_events, n, paired):
    row = one(make_events, {"a": [10, 20][:n], "b": [90, 95][:n]}, paired=paired)
    assert np.isnan([row["lower"], row["upper"], row["percent_lower"]]).all()
    assert row["p"] == row["p_smallest"] >= 1 / 3
    assert row["verdict"] == "inconclusive"
    assert pd.isna(row["seeds_for_effect"]) == (n == 1)


@pytest.mark.parametrize("n", [5, 6])
def test_alpha_is_out_of_reach_below_six_seeds(make_events, n):
    row = one(make_events, {"a": np.arange(50, 50 + n), "b": np.arange(10, 10 + n)})
    assert row["p"] == row["p_smallest"] == 2.0 ** (1 - n)
    assert math.isnan(row["lower"]) == math.isnan(row["upper"]) == (n == 5)
    assert row["verdict"] == ("inconclusive" if n == 5 else "faster")


def test_alpha_may_be_out_of_reach_for_a_family_only(make_events):
    times = {"a": np.arange(50, 56), "b": np.arange(10, 16), "c": np.arange(20, 26)}
    found = contrasts(make_events(times), pairs_of(["a", "b", "c"], "a"))
    assert found["p"].tolist() == [2**-5] * 2
    assert found["p_adjusted"].tolist() == [2**-4] * 2
    assert found["verdict"].tolist() == ["inconclusive"] * 2


def test_all_differences_zero_give_p_one_and_equivalence(make_events):
    values = [10, 20, 30, 40, 50, 60]
    for paired in (True, False):
        row = one(make_events, {"a": values, "b": values}, paired=paired, flips=999)
        assert (row["p"], row["mean_difference"], row["percent"]) == (1, 0, 0)
        assert row["win_probability"] == 0.5
        assert pd.isna(row["seeds_for_effect"])
    row = one(make_events, {"a": values, "b": values})
    assert (row["lower"], row["upper"], row["verdict"]) == (0, 0, "equivalent")


def test_all_runs_at_one_epoch_are_told_apart_without_spread(make_events):
    row = one(make_events, {"a": [50] * 8, "b": [40] * 8})
    assert (row["lower"], row["upper"], row["verdict"]) == (-10, -10, "faster")
    assert (row["win_probability"], row["cliffs_delta"]) == (1, 1)
    assert row["seeds_for_effect"] == 6


@pytest.mark.parametrize("paired", [True, False])
def test_without_an_event_in_both_arms_the_threshold_is_not_reached(make_events, paired):
    row = one(make_events, {"a": [INF] * 8, "b": [INF] * 8}, paired=paired, flips=999)
    assert (row["verdict"], row["p"], row["mean_arm"]) == ("not reached", 1, 100)
    assert (row["reached_arm"], row["reached_reference"]) == (0, 0)


def test_without_an_event_in_one_arm_the_other_is_faster_within_the_budget(make_events):
    row = one(make_events, {"a": [INF] * 8, "b": [10, 20, 30, 40, 50, 60, 70, 80]})
    assert (row["verdict"], row["reached_reference"], row["mean_reference"]) == ("faster", 0, 100)
    late = one(make_events, {"a": [INF] * 8, "b": [INF] * 7 + [90]})
    assert late["verdict"] == "not reached"


def test_an_event_exactly_at_the_budget_wins_over_a_run_censored_there(make_events):
    row = one(make_events, {"a": [INF] * 8, "b": [100] * 8})
    assert (row["mean_difference"], row["p"]) == (0, 1)
    assert (row["win_probability"], row["reached_arm"]) == (1, 8)


def test_diverged_runs_count_with_the_budget_and_are_never_dropped(make_events):
    table = make_events({"a": [10, 20, 30, 40, 50, 60], "b": [5, 10, 15, 20, 25, INF]})
    gone = (table["arm"] == "b") & (table["seed"] == 5)
    table.loc[gone, "outcome"] = "diverged"
    table.loc[gone, "diverged_at"] = 30
    row = contrasts(table, [("b", "a")]).iloc[0]
    assert (row["n_arm"], row["mean_arm"]) == (6, pytest.approx(175 / 6))
    found = arms(table).set_index("arm").loc["b"]
    assert found[["n", "reached", "censored", "diverged"]].tolist() == [6, 5, 0, 1]


PERCENT = ["percent", "percent_lower", "percent_upper", "percent_lower_equivalence"]
PERCENT += ["percent_lower_family", "percent_upper_family"]


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("n", [1, 2, 8])
def test_runs_that_are_at_the_threshold_from_the_start_have_nothing_to_compare(
    make_events, paired, n
):
    row = one(make_events, {"a": [0] * n, "b": [0] * n}, paired=paired, flips=999)
    assert (row["degenerate"], row["equivalence"]) == ("all at 0", "no scale")
    assert (row["verdict"], row["advice"], row["p"]) == ("inconclusive", "none", 1)
    assert row[PERCENT].isna().all()
    assert pd.isna(row["seeds_for_effect"])
    assert pd.isna(row["seeds_for_margin"])


@pytest.mark.parametrize("paired", [True, False])
def test_a_reference_that_needs_no_epoch_gives_no_percent(make_events, paired):
    row = one(make_events, {"a": [0] * 8, "b": [60] * 8}, paired=paired, flips=999)
    assert row[PERCENT].isna().all()
    assert (row["degenerate"], row["verdict"]) == ("reference at 0", "slower")
    assert row["p_equivalence"] == 1
    assert row["size"] == "open"


@pytest.mark.parametrize("paired", [True, False])
def test_an_arm_that_needs_no_epoch_is_all_of_the_reference_faster(make_events, paired):
    row = one(make_events, {"a": range(20, 28), "b": [0] * 8}, paired=paired, flips=999)
    assert (row["degenerate"], row["verdict"], row["percent"]) == ("arm at 0", "faster", -100)
    assert row[["percent_lower", "percent_upper"]].tolist() == pytest.approx([-100, -100], abs=0.1)
    assert row["size"] == "more than the margin"


def test_every_number_of_a_degenerate_contrast_is_finite_or_missing(make_events):
    cases = ([0] * 7, [0] * 6 + [50], [0, 0, 0, 5, 5, 5, INF], [INF] * 7, [100] * 7, [50] * 7)
    for first, second in itertools.product(cases, repeat=2):
        for paired in (True, False):
            row = one(make_events, {"a": first, "b": second}, paired=paired, flips=99)
            numbers = pd.to_numeric(row, errors="coerce")
            assert not np.isinf(numbers.to_numpy(float, na_value=np.nan)).any()


def test_seven_contrasts_of_eight_seeds_lack_a_ninth_and_not_a_hundred_and_fifty(make_events):
    """All differences have one sign: nine seeds make significance attainable."""
    generator = np.random.default_rng(0)
    reference = generator.integers(40, 60, 8)
    table = {"a": reference}
    for k, arm in enumerate("bcdefgh"):
        table[arm] = reference + 9 + k + generator.integers(0, 4, 8)
    found = contrasts(make_events(table), pairs_of(list(table), "a"))
    assert found["p"].tolist() == [2**-7] * 7
    assert found["p_adjusted"].tolist() == [7 * 2**-7] * 7
    assert set(found["verdict"]) == {"inconclusive"}
    assert set(found["p_limited_by"]) == {"seeds"}
    assert set(found["seeds_attainable"]) == {9}
    assert set(found["advice"]) == {"attainable"}
    assert (found["seeds_for_effect"] == 9).all()


def test_a_large_effect_is_advised_by_its_own_guess_before_that_of_the_margin(make_events):
    times = {
        "a": [40, 60, 50, 70, 45, 65, 55, 75, 50],
        "b": [90, 40, 120, 60, 110, 30, 130, 80, 70],
    }
    row = contrasts(make_events(times, budget=400), [("b", "a")]).iloc[0]
    assert (row["verdict"], row["advice"]) == ("inconclusive", "effect")
    assert abs(row["percent"]) > 10
    assert 9 < row["seeds_for_effect"] < row["seeds_for_margin"]


def test_seeds_and_limits_of_a_family_take_its_share_of_alpha(make_events):
    generator = np.random.default_rng(1)
    shared = generator.normal(size=30)
    times = {
        arm: np.round(np.exp(4 + 0.2 * (shared + generator.normal(size=30)))) for arm in "abcdefgh"
    }
    table = make_events(times, budget=999)
    alone = contrasts(table, [("b", "a")]).iloc[0]
    family = contrasts(table, pairs_of(list("abcdefgh"), "a"))
    first = family.iloc[0]
    assert first[["p", "lower", "upper"]].tolist() == alone[["p", "lower", "upper"]].tolist()
    assert first["seeds_for_effect"] > alone["seeds_for_effect"]
    assert (alone["contrasts"], first["contrasts"]) == (1, 7)
    assert 1 - 0.05 < first["confidence_family"] < 1 - 0.05 / 7
    assert (family["lower_family"] < family["lower"]).all()
    assert (family["upper_family"] > family["upper"]).all()
    assert (family["percent_lower_family"] < family["percent_lower"]).all()
    assert (family["percent_upper_family"] > family["percent_upper"]).all()
    unpaired = contrasts(table, pairs_of(list("abcdefgh"), "a"), paired=False, flips=999)
    assert set(unpaired["confidence_family"]) == {1 - 0.05 / 7}
    assert (unpaired["lower_family"] < unpaired["lower"]).all()


def test_limits_for_the_margin_are_at_one_minus_two_alpha(make_events):
    generator = np.random.default_rng(2)
    for seed in range(20):
        reference = generator.integers(60, 80, 12)
        arm = reference + np.random.default_rng(seed).integers(-8, 14, 12)
        for paired in (True, False):
            row = one(make_events, {"a": reference, "b": arm}, paired=paired, flips=999)
            inside = (
                row["percent_lower_equivalence"] > -10 and row["percent_upper_equivalence"] < 10
            )
            assert inside == (row["p_equivalence"] <= 0.05)


@pytest.mark.parametrize("paired", [True, False])
def test_equivalence_is_refused_where_the_budget_is_too_short_to_violate_it(make_events, paired):
    """Both arms reach in most runs, and their means are close; but 1.1 × 93 is beyond 100."""
    times = [93, 92, 95, 94, 93, 92, 90, 95]
    row = one(make_events, {"a": times, "b": times[::-1]}, paired=paired, flips=999)
    assert (row["equivalence"], row["p_equivalence"]) == ("budget too short", 1)
    assert (row["verdict"], row["size"]) == ("inconclusive", "open")
    within = contrasts(
        make_events({"a": times, "b": times[::-1]}, budget=110),
        [("b", "a")],
        paired=paired,
        flips=999,
    ).iloc[0]
    assert (within["equivalence"], within["verdict"]) == ("tested", "equivalent")


def test_an_arm_without_an_event_gives_a_bound(make_events):
    times = [10, 20, 30, 40, 50, 60, 70, 80]
    late = one(make_events, {"a": times, "b": [INF] * 8})
    assert (late["bound"], late["mean_difference"]) == ("at least", 55)
    assert one(make_events, {"a": [INF] * 8, "b": times})["bound"] == "at most"
    assert one(make_events, {"a": [INF] * 8, "b": [INF] * 8})["bound"] == "unknown"


def test_the_probability_of_being_sooner_has_limits(make_events):
    times = {"a": [50, 60, 70, 80, 90, INF, INF, 40], "b": [10, 20, 30, 45, 95, INF, 80, 41]}
    paired, unpaired = (one(make_events, times, paired=p, flips=99) for p in (True, False))
    assert paired["win_probability"] == 5.5 / 8
    limits = win_limits(5.5 / 8, 8, 8, True, 0.95)
    assert (paired["win_lower"], paired["win_upper"]) == limits
    limits = win_limits(unpaired["win_probability"], 8, 8, False, 0.95)
    assert (unpaired["win_lower"], unpaired["win_upper"]) == limits


def test_seeds_may_be_words(make_events):
    generator = np.random.default_rng(0)
    table = make_events({arm: generator.integers(1, 99, 25) for arm in "ab"})
    named = table.assign(seed=[f"run {seed:02d}" for seed in table["seed"]])
    columns = ["p", "lower", "percent_upper", "n_arm"]
    words = contrasts(named, [("b", "a")], flips=4_999).loc[0, columns]
    numbers = contrasts(table, [("b", "a")], flips=4_999).loc[0, columns]
    assert words.tolist() == pytest.approx(numbers.tolist(), abs=1)
    assert words["p"] == pytest.approx(numbers["p"], abs=0.04)


def test_more_seeds_keep_the_flips_of_the_first_ones(make_events):
    """Seeds of which another arm alone has some leave a contrast's p-value as it was."""
    generator = np.random.default_rng(0)
    times = {arm: generator.integers(1, 99, n) for arm, n in (("a", 30), ("b", 30), ("c", 40))}
    table = make_events(times, seeds={"a": range(30), "b": range(30), "c": range(5, 45)})
    pairs = [("b", "a"), ("c", "a")]
    both = contrasts(table, pairs, flips=9_999)
    for place, pair in enumerate(pairs):
        alone = contrasts(table, [pair], flips=9_999).iloc[0]
        assert (
            both.loc[place, ["p", "lower", "percent_upper"]].tolist()
            == alone[["p", "lower", "percent_upper"]].tolist()
        )


def test_the_seeds_wanted_follow_from_the_spread_of_the_differences(make_events):
    times = {"a": np.array([40, 50, 60, 70, 80, 90]), "b": np.array([45, 40, 66, 75, 70, 80])}
    row = one(make_events, times)
    spread = np.std(times["b"] - times["a"], ddof=1)
    for column, goal in (("seeds_for_effect", row["mean_difference"]), ("seeds_for_margin", 6.5)):
        assert row[column] == math.ceil(7.8489 * (spread / goal) ** 2 + 2)


def test_an_equivalence_needs_its_adjusted_p_value(make_events):
    values = np.arange(50, 57)
    table = make_events({"a": values, "b": values[::-1], "c": values, "d": values})
    found = contrasts(table, pairs_of(list("abcd"), "a"))
    expected = joint_holm(found["p"].to_numpy(), found["p_equivalence"].to_numpy())[1]
    assert found["p_equivalence_adjusted"].to_numpy() == pytest.approx(expected)
    assert found["verdict"].tolist()[1:] == ["equivalent"] * 2


def test_equal_entropy_gives_equal_p_values(make_events):
    generator = np.random.default_rng(0)
    table = make_events({arm: generator.integers(1, 99, 24) for arm in "ab"})
    first, second, other = (
        contrasts(table, [("b", "a")], flips=499, entropy=entropy).loc[0, "p"]
        for entropy in (1, 1, 2)
    )
    assert first == second != other


def test_wrong_tables_are_refused(make_events):
    table = make_events({"a": [10], "b": [20]})
    with pytest.raises(ValueError, match="column arm: c has no events; there are a, b"):
        contrasts(table, [("c", "a")])
    levels = table.assign(threshold=[0.2, 0.3])
    with pytest.raises(ValueError, match=r"column threshold: more than one, 0.2 and 0.3"):
        contrasts(levels, [("b", "a")])
    studies = pd.concat([table, table.assign(study="t")])
    with pytest.raises(ValueError, match="column study: more than one, s and t"):
        contrasts(studies, [("b", "a")])
    with pytest.raises(ValueError, match="column time: 200 is after the budget"):
        contrasts(table.assign(time=200), [("b", "a")])


def test_arms_are_listed_in_order_with_their_factors_and_parameters(make_events):
    table = make_events({"a": [10, 20], "b": [30, INF]}).assign(units=20)
    found = check(arms(table, parameters={"b": 99}, arms=["b", "a"]), ARMS, "arms")
    assert list(found) == [*ARMS, "units"]
    assert found["arm"].tolist() == ["b", "a"]
    assert found["parameters"].tolist() == [99, pd.NA]
    assert found["units"].tolist() == [20, 20]
    assert len(arms(table.iloc[:0])) == 0
