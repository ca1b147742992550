"""Win probability and Cliff's delta against published values, R and plain loops."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thresher.statistics.winning import cliffs_delta, count_wins, win_limits, win_probability

ARMS = ("treatment", "control")
runs = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=10).map(
    lambda rows: (np.array([t for t, _ in rows]), np.array([e for _, e in rows]))
)


def sooner(time, event, other, occurred):
    """Whether a run certainly gets there before another, written out case by case."""
    if not event:
        return False
    if occurred:
        return time < other
    return time <= other


def test_hogarty_and_kromreys_delta(data, reference):
    table, values = data("cliff_hogarty_kromrey"), reference("cliff_hogarty_kromrey")
    first, second = (table.loc[table["group"] == g, "value"].to_numpy() for g in ARMS)
    reached = np.ones(len(first)), np.ones(len(second))
    # Delta counts larger scores of the first, the library sooner times of the arm.
    assert -cliffs_delta(first, reached[0], second, reached[1]) == values["delta"]
    found = count_wins(first, reached[0], second, reached[1], paired=False)
    assert found.reference + found.ties / 2 == values["U"]
    assert 1 - found.probability == values["vargha_delaney_A"]


def test_remission_pairs_are_counted_as_in_r(data, reference):
    table, values = data("freireich_6mp"), reference("freireich_6mp")
    parts = [table[table["group"] == g].sort_values("pair") for g in ("placebo", "6-MP")]
    arms = [
        array for part in parts for array in (part["time"].to_numpy(), part["status"].to_numpy())
    ]
    paired, expected = count_wins(*arms, paired=True), values["paired_win_loss_counts"]
    assert paired.arm == expected["first_event_in_placebo"]
    assert paired.reference == expected["first_event_in_6-MP"]
    assert paired.ties == expected["indeterminate"]
    each = count_wins(*arms, paired=False)
    assert [each.reference, each.arm][::-1] == values["unpaired_win_loss (6-MP wins, losses)"]
    assert each.ties == 42
    assert each.delta == pytest.approx((335 - 64) / 441)


@settings(max_examples=100, deadline=None)
@given(runs, runs)
def test_wins_are_those_of_a_plain_loop(arm, reference):
    found = count_wins(*arm, *reference, paired=False)
    cases = [(a, b) for a in zip(*arm, strict=True) for b in zip(*reference, strict=True)]
    assert found.arm == sum(sooner(*a, *b) for a, b in cases)
    assert found.reference == sum(sooner(*b, *a) for a, b in cases)
    assert found.arm + found.reference + found.ties == len(cases)
    n = min(len(arm[0]), len(reference[0]))
    own, its = ([values[:n] for values in side] for side in (arm, reference))
    paired = count_wins(*own, *its, paired=True)
    both = list(zip(*own, *its, strict=True))
    assert paired.arm == sum(sooner(*row) for row in both)
    assert paired.arm + paired.reference + paired.ties == n


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_without_censoring_it_is_mann_and_whitneys_u(first, second):
    reached = np.ones(len(first)), np.ones(len(second))
    p = win_probability(np.array(first), reached[0], np.array(second), reached[1], paired=False)
    u = stats.mannwhitneyu(second, first, method="asymptotic").statistic
    assert p == pytest.approx(u / (len(first) * len(second)))


def test_an_event_at_the_budget_is_sooner_than_a_run_censored_there():
    assert win_probability([100], [1], [100], [0], paired=True) == 1
    assert win_probability([100], [1], [100], [1], paired=True) == 0.5
    assert win_probability([100], [0], [100], [0], paired=True) == 0.5


def test_delta_runs_from_minus_one_to_one():
    early, late, reached = np.array([1, 2]), np.array([3, 4]), np.ones(2)
    assert cliffs_delta(early, reached, late, reached) == 1
    assert cliffs_delta(late, reached, early, reached) == -1
    assert cliffs_delta(early, 0 * reached, early, 0 * reached) == 0


def test_unequal_numbers_of_paired_runs_are_refused():
    with pytest.raises(ValueError, match="paired runs must be equally many, but were 1, 2"):
        count_wins([1], [1], [1, 2], [1, 1], paired=True)


def trinomial(n, win, tie):
    """Yield every outcome of n seeds: its score and its probability."""
    loss = 1 - win - tie
    for wins, ties in itertools.product(range(n + 1), repeat=2):
        if wins + ties <= n:
            losses = n - wins - ties
            ways = math.comb(n, wins) * math.comb(n - wins, ties)
            yield wins + ties / 2, ways * win**wins * tie**ties * loss**losses


@pytest.mark.parametrize("n", [2, 3, 8])
@pytest.mark.parametrize("tie", [0.0, 0.2, 0.6])
def test_paired_limits_cover_at_least_as_often_as_they_say_by_enumeration(n, tie):
    for win in np.linspace(0, 1 - tie, 21):
        truth = win + tie / 2
        covered = 0.0
        for score, probability in trinomial(n, win, tie):
            lower, upper = win_limits(score / n, n, n, True, 0.95)
            covered += probability * (lower - 1e-12 <= truth <= upper + 1e-12)
        assert covered >= 0.95


def test_paired_limits_without_ties_are_scipys_exact_ones():
    for wins in range(9):
        exact = stats.binomtest(wins, 8).proportion_ci(0.9, "exact")
        assert win_limits(wins / 8, 8, 8, True, 0.9) == pytest.approx((exact.low, exact.high))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 30), st.integers(2, 30), st.floats(0, 1))
def test_unpaired_limits_hold_the_estimate_inside_zero_and_one_and_mirror(n, m, p):
    lower, upper = win_limits(p, n, m, False, 0.95)
    assert 0 <= lower <= p + 1e-6
    assert p - 1e-6 <= upper <= 1
    assert upper - lower > 0.01
    mirrored = win_limits(1 - p, n, m, False, 0.95)
    assert mirrored == pytest.approx((1 - upper, 1 - lower), abs=1e-6)


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_unpaired_limits_cover_as_often_as_they_say(shift):
    generator, replicates = np.random.default_rng(0), 1_000
    truth = stats.norm.cdf(shift / math.sqrt(2))
    arm, reference = (
        generator.normal(size=(replicates, 8)),
        generator.normal(shift, 1, (replicates, 12)),
    )
    found = (arm[:, :, None] < reference[:, None, :]).mean(axis=(1, 2))
    limits = {p: win_limits(p, 8, 12, False, 0.95) for p in np.unique(found)}
    covered = np.mean([limits[p][0] <= truth <= limits[p][1] for p in found])
    assert covered > 0.95 - 3 * math.sqrt(0.95 * 0.05 / replicates)


def test_one_seed_has_no_limits():
    for paired in (True, False):
        assert np.isnan(win_limits(1.0, 1, 1, paired, 0.95)).all()
