"""Runs that were made elsewhere, completed to a study: budget, events, pairs, what is said."""

import math

import numpy as np
import pandas as pd
import pytest
import yaml

from thresher import readers
from thresher.evaluations import evaluations
from thresher.importing import described, facts_of, read_source, trace_table
from thresher.readers import ReadError, from_frame
from thresher.stages import analyse
from thresher.study import load

NAN = math.nan
COLUMNS = {"axis": "step", "value": "reward"}


@pytest.fixture
def study(tmp_path):
    def study(**changes):
        goal = {"threshold": 5, "sustain": 1, **changes.pop("endpoint", {})}
        content = {
            "traces": {"files": "runs/{arm}/seed_{seed}.csv"},
            "metric": {"name": "reward", "better": "higher"},
            "axis": {"name": "step"},
            "endpoint": goal,
            **changes,
        }
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(content))
        return load(path)

    return study


def runs(**arms):
    """Arm → runs; each run a list of values at 0, 10, 20 …"""
    return frame(
        [(arm, seed, range(len(v)), v) for arm in arms for seed, v in enumerate(arms[arm])]
    )


def frame(parts):
    rows = [
        {"arm": arm, "seed": seed, "step": 10 * step, "reward": value}
        for arm, seed, steps, values in parts
        for step, value in zip(steps, values, strict=True)
    ]
    return from_frame(
        pd.DataFrame(rows), columns={"axis": "step", "value": "reward"}, nan="diverged"
    )


SLOW = [0, 1, 2, 3, 4, 5, 6, 7]
FAST = [0, 3, 5, 6]
NEVER = [0, 1, 1, 1, 1, 1]


def test_the_budget_is_the_smallest_last_step_of_runs_that_had_not_reached_the_threshold(study):
    facts, found = facts_of(study(), runs(a=[SLOW, NEVER], b=[FAST, [*NEVER, 1]]))
    assert facts.budget == 50
    assert found["time"].max() == 50


def test_a_run_that_reached_the_threshold_and_stopped_early_is_an_event(study):
    made = study()
    facts, found = facts_of(made, runs(a=[SLOW], b=[FAST]))
    assert facts.budget == 70
    events = analyse("events", {"evaluations": found}, made.completed(facts))["events"]
    assert events[["arm", "time", "outcome"]].to_numpy().tolist() == [
        ["a", 50, "reached"],
        ["b", 20, "reached"],
    ]


def test_a_run_that_diverged_needs_no_more_and_never_reached(study):
    made = study()
    facts, found = facts_of(made, runs(a=[SLOW, [0, 1, NAN]], b=[FAST, NEVER]))
    assert facts.budget == 50
    events = analyse("events", {"evaluations": found}, made.completed(facts))["events"]
    assert events["outcome"].tolist() == ["reached", "diverged", "reached", "censored"]
    assert events["time"].tolist() == [50, 50, 20, 50]
    assert events["diverged_at"].tolist()[1] == 20


def test_where_every_run_reached_it_the_longest_decides(study):
    facts, _ = facts_of(study(), runs(a=[SLOW], b=[FAST]))
    assert facts.budget == 70


def test_the_studys_own_budget_is_kept(study):
    facts, found = facts_of(study(endpoint={"budget": 40}), runs(a=[SLOW, NEVER], b=[FAST, FAST]))
    assert facts.budget == 40
    assert found["time"].max() == 40


def test_a_budget_beyond_the_runs_is_refused_with_those_that_are_too_short(study):
    with pytest.raises(ReadError) as found:
        facts_of(study(endpoint={"budget": 60}), runs(a=[SLOW, NEVER], b=[FAST, NEVER]))
    assert str(found.value) == (
        "budget: 60 steps is more than 2 of 4 runs have that did not reach the threshold: "
        "a, seed 1 (ends at 50); b, seed 1 (ends at 50); at most 50 is possible"
    )


def test_what_a_budget_cuts_off_is_said(study):
    facts, _ = facts_of(study(), runs(a=[SLOW, NEVER], b=[FAST, NEVER]))
    assert facts.notes == (
        "Runs up to 50 of 70 steps used: what lies beyond the budget is left out.",
        "1 of 4 runs end (b 1) before the budget, having reached the threshold or diverged: their "
        "time is known without it.",
    )


def test_runs_are_paired_only_if_the_study_says_so_and_their_logs_name_seeds(study):
    seeded = runs(a=[SLOW, NEVER], b=[FAST, NEVER])
    assert not facts_of(study(), seeded)[0].paired
    assert facts_of(study(pairing="data"), seeded)[0].paired
    rows = pd.DataFrame({"arm": ["a"] * 8 + ["b"] * 4, "step": [*range(8), *range(4)]})
    unnamed = from_frame(
        rows.assign(reward=[*SLOW, *FAST]), columns={"axis": "step", "value": "reward"}
    )
    facts, _ = facts_of(study(pairing="data"), unnamed)
    assert not facts.paired
    assert [arm.seeds for arm in facts.arms] == [0, 0]
    assert "The logs name no seeds: runs are numbered, and compared unpaired." in facts.notes


def test_pairing_without_a_common_seed_is_refused(study):
    apart = frame([("a", 0, range(8), SLOW), ("b", 1, range(4), FAST)])
    with pytest.raises(ReadError, match="pairing: a and b have no seed in common"):
        facts_of(study(pairing="data"), apart)
    assert not facts_of(study(), apart)[0].paired


def test_with_a_reference_only_its_own_pairs_need_common_seeds(study):
    shared = [("a", 0, range(8), SLOW), ("a", 1, range(8), SLOW)]
    three = frame([*shared, ("b", 0, range(4), FAST), ("c", 1, range(4), FAST)])
    assert facts_of(study(pairing="data", reference="a"), three)[0].paired
    with pytest.raises(ReadError, match="b and c have no seed"):
        facts_of(study(pairing="data"), three)


def test_an_unknown_reference_is_answered_by_the_arms_there_are(study):
    with pytest.raises(ReadError, match="reference must be one of a, b, but was c; name an arm"):
        facts_of(study(reference="c"), runs(a=[SLOW], b=[FAST]))


def test_what_evaluations_refuse_names_arm_and_value(study):
    negative = frame([("a", 0, range(-1, 7), SLOW)])
    with pytest.raises(ReadError, match=r"column step: must be a number ≥ 0, but was -10 \(arm a"):
        facts_of(study(), negative)


def test_the_summary_counts_arms_runs_seeds_steps_and_evaluations(study):
    facts, _ = facts_of(study(), runs(a=[SLOW, NEVER, [0, NAN]], b=[FAST]))
    first, second = facts.arms
    assert (first.arm, first.runs, first.seeds, first.diverged) == ("a", 3, 3, 1)
    assert (first.first, first.last, first.last_shortest) == (0, 70, 10)
    assert (first.evaluations_fewest, first.evaluations_most, first.spacing) == (2, 8, 10)
    assert (second.runs, second.last, second.evaluations_most) == (1, 30, 4)
    assert facts.seeds == 3


def test_the_log_says_it_all_before_anything_is_tested(study):
    facts, _ = facts_of(study(), runs(a=[SLOW, NEVER], b=[FAST, NEVER]))
    lines = described(facts).splitlines()
    assert lines[0].split()[:4] == ["runs", "seeds", "first", "last"]
    assert lines[2].split()[:5] == ["a", "2", "2", "0.0", "70.0"]
    assert lines[4:] == ["budget 50", *facts.notes]


def test_what_was_not_measured_has_no_row_and_what_diverged_is_nan(study):
    imported = runs(a=[[0, 1, NAN, 5]], b=[FAST])
    traces = trace_table(study(), imported)
    assert traces["reward"].null_count == 0
    assert np.isnan(traces["reward"].to_numpy()[2])
    found = evaluations(traces, "step", ["reward"], math.inf, complete=False)
    assert found.loc[found["arm"] == "a", "diverged_at"].unique().tolist() == [20]


def test_a_study_reads_its_logs_as_the_call_does(study, tmp_path):
    for arm, values in (("a", SLOW), ("b", FAST)):
        path = tmp_path / "runs" / arm / "seed_3.csv"
        path.parent.mkdir(parents=True)
        rows = "".join(f"{10 * step},{value}\n" for step, value in enumerate(values))
        path.write_text("step,reward\n" + rows)
    made = study()
    found = read_source(made.traces, made)
    assert found.table["seed"].unique().tolist() == [3]
    assert found.table.equals(
        readers.read(
            "runs/{arm}/seed_{seed}.csv", axis="step", metric="reward", folder=tmp_path
        ).table
    )
