"""What the rest of a study takes, and what more seeds would buy."""

import json
import math

import pytest

from thresher.command_line._forecast import Forecast
from thresher.command_line._measuring import _Watch
from thresher.command_line._seeds import steps
from thresher.statistics.sample_size import seeds_for, smallest_difference


def forecast(making, rest=(), threads=1) -> Forecast:
    return Forecast("earlier runs", 0.2, tuple(making), tuple(rest), threads, 1e9, 10.0)


def test_jobs_side_by_side_take_as_long_as_the_longest_core():
    assert forecast([30, 30, 30, 10]).finish(1) == 100
    assert forecast([30, 30, 30, 10]).finish(2) == 60
    assert forecast([30, 30, 30, 10]).finish(100) == 30


def test_what_follows_comes_after():
    assert forecast([30], [5, 5]).finish(1) == 40
    assert forecast([30], [5, 5]).finish(2) == 35


def test_threads_share_the_cores():
    assert forecast([30, 30], threads=2).finish(2) == 60
    assert forecast([30, 30], threads=2).finish(4) == 30
    assert forecast([30, 30], threads=2).core_seconds == 120
    assert forecast([30, 30], threads=2).parallel(3) == 1


def test_a_measurement_is_carried_on_to_the_end():
    class At:
        def __init__(self, share):
            self.share = share

    watch = _Watch()
    watch.begun = 0.0
    watch._seen = [(6.0, 0.1), (8.0, 0.2)]  # compiling took 4 of the first 6 seconds
    assert watch.whole() == pytest.approx(8 + 0.8 * 20)


@pytest.mark.parametrize("deviation", [1.0, 40.0])
@pytest.mark.parametrize("contrasts", [1, 6])
@pytest.mark.parametrize("n", [16, 64, 500])
def test_the_smallest_difference_is_the_one_that_takes_so_many_seeds(deviation, contrasts, n):
    least = smallest_difference(deviation, n, contrasts=contrasts)
    assert seeds_for(deviation, least * (1 + 1e-9), contrasts=contrasts) == n
    assert seeds_for(deviation, least * 0.98, contrasts=contrasts) > n


def test_too_few_seeds_show_nothing():
    assert smallest_difference(1.0, 5) == math.inf
    assert smallest_difference(1.0, 6, contrasts=10) == math.inf
    assert math.isfinite(smallest_difference(1.0, 6))


def test_numbers_of_seeds():
    assert steps(32, None) == [32, 48, 64, 128]
    assert steps(32, 8) == [32, 40]


@pytest.mark.workflow
@pytest.mark.slow
def test_a_plan_from_a_few_runs_of_a_program(thresher):
    thresher("init", "mine", "--from", "program")
    said = thresher("plan", "mine", "--json", "--more", "16", "--cores", "2")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert (found["arms"], found["runs"], found["blocks"]) == (3, 48, 6)
    assert (found["runs_to_make"], found["blocks_to_make"]) == (48, 6)
    assert found["forecast"]["core_minutes"] > 0
    (row,) = found["forecast"]["cores"]
    assert row["cores"] == 2
    assert row["memory_bytes"] > 1e7
    now, more = found["seeds"]
    assert (now["seeds"], more["seeds"]) == (16, 32)
    assert more["core_minutes_more"] > 0
    assert more["smallest_difference"] < now["smallest_difference"]
    text = thresher("plan", "mine", "--cores", "2")
    assert "to do: " in text.out
    assert "no runs yet: in units of the spread of differences" in text.out


@pytest.mark.parametrize("option", ["--cores", "--more"])
def test_a_number_below_one_is_refused(option, thresher):
    said = thresher("plan", "mine", option, "0")
    assert said.code == 2
    assert said.err == f"{option}: must be a whole number from 1 on, but was 0\n"
