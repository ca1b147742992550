"""Runs that were made elsewhere, completed to a study: budget, events, pairs, what is said."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thresher import analyses, readers
from thresher.evaluations import evaluations
from thresher.importing import described, facts_of, import_files, read_source, trace_table
from thresher.logs import UserError
from thresher.matrices import Stored, by_arm, within
from thresher.readers import ReadError, from_frame
from thresher.stages import analyse, analyse_files, read_frame
from thresher.study import load, parse_part, read_facts
from thresher.trace import read_traces, specification_of

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
    assert within(found)["time"].max() == 50
    assert found.loc[found["beyond"], "time"].tolist() == [60, 70, 60]


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


def own(made, imported):
    facts, found = facts_of(made, imported)
    return analyse("events", {"evaluations": found}, made.completed(facts))["events"]


def test_runs_are_followed_beyond_the_budget_each_to_its_own_end(study):
    late = [0, 1, 1, 1, 1, 1, 1, 6]
    four = runs(a=[late, NEVER], b=[[*NEVER, 1, 1, 1], [0, 1, NAN]])
    found = own(study(), four)
    assert found["time"].tolist() == [50] * 4
    assert not found["event"].any()
    assert found["own_time"].tolist() == [70, 50, 80, 80]  # what diverged stays at risk
    assert found["own_event"].tolist() == [True, False, False, False]


def test_an_event_that_is_confirmed_beyond_the_budget_is_one_of_its_own_end_only(study):
    sustained = [0, 1, 1, 1, 1, 6, 6]
    found = own(study(endpoint={"sustain": 2}), runs(a=[sustained, NEVER]))
    assert found[["time", "event"]].to_numpy().tolist() == [[50, False], [50, False]]
    assert found[["own_time", "own_event"]].to_numpy().tolist() == [[50, True], [50, False]]


def test_runs_of_one_length_have_no_end_of_their_own(study):
    found = own(study(), runs(a=[SLOW[:6], NEVER], b=[FAST, NEVER]))
    assert found["own_time"].tolist() == found["time"].tolist()
    assert found["own_event"].tolist() == found["event"].tolist()


run_values = st.lists(st.sampled_from([0, 1, 5, 6]), min_size=2, max_size=9)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(run_values, min_size=1, max_size=5), st.integers(1, 3))
def test_what_is_reached_within_the_budget_has_the_same_time_at_its_own_end(study, lengths, many):
    made = study(endpoint={"sustain": many})
    given_runs = runs(a=lengths)
    facts, frame_ = facts_of(made, given_runs)
    done = made.completed(facts)
    found = analyse("events", {"evaluations": frame_}, done)["events"]
    cut = analyse("events", {"evaluations": within(frame_)}, done)["events"]
    same = [name for name in found if not name.startswith("own_")]
    pd.testing.assert_frame_equal(found[same], cut[same])
    reached = found["event"]
    assert (found.loc[reached, "own_time"] == found.loc[reached, "time"]).all()
    assert found.loc[reached, "own_event"].all()
    assert (found.loc[~found["own_event"], "own_time"] >= facts.budget).all()
    by_hand = [10 * (len(run) - 1) for run in lengths]
    ends = [end for end, met in zip(by_hand, found["own_event"], strict=True) if not met]
    assert found.loc[~found["own_event"], "own_time"].tolist() == ends


def test_where_every_run_reached_it_the_longest_decides(study):
    facts, _ = facts_of(study(), runs(a=[SLOW], b=[FAST]))
    assert facts.budget == 70


def test_the_studys_own_budget_is_kept(study):
    facts, found = facts_of(study(endpoint={"budget": 40}), runs(a=[SLOW, NEVER], b=[FAST, FAST]))
    assert facts.budget == 40
    assert within(found)["time"].max() == 40


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
        "Runs up to 50 of 70 steps used: what lies beyond the budget counts in Kaplan–Meier curves "
        "and rank tests alone.",
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


def write_logs(folder, **arms):
    for arm, every in arms.items():
        for seed, run in enumerate(every):
            path = folder / "runs" / arm / f"seed_{seed}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = "".join(f"{10 * step},{value}\n" for step, value in enumerate(run))
            path.write_text("step,reward\n" + rows)


def test_logs_become_files_that_complete_their_study(study, tmp_path):
    write_logs(tmp_path, a=[SLOW, NEVER], b=[FAST, SLOW])
    made = study(pairing="data", reference="a")
    files = {name: tmp_path / f"{name}.parquet" for name in ("traces", "evaluations", "said")}
    paths = files["traces"], files["evaluations"], files["said"], tmp_path / "import.json"
    import_files(made, *paths)
    facts = read_facts(paths[-1])
    assert (facts.budget, facts.paired, facts.seeds, facts.files) == (50, True, 2, 4)
    assert made.completed(facts).endpoint.budget == 50
    stored = within(Stored(files["evaluations"]))
    assert max(arm.times[-1] for arm in by_arm(stored, [])) == 50
    assert read_frame(files["said"]).empty
    assert read_traces([files["traces"]]).num_rows == 8 + 6 + 4 + 8
    assert json.loads(specification_of(files["traces"]))["digests"]

    uses = analyses.every()["events"].uses
    inputs = {"evaluations": files["evaluations"]}
    table = tmp_path / "events.csv"
    analyse_files("events", inputs, parse_part(made.part(*uses), facts), {"events": table})
    events = pd.read_csv(table)
    assert events["time"].tolist() == [50, 50, 20, 50]
    assert events["event"].tolist() == [True, False, True, True]

    before = [path.read_bytes() for path in paths]
    import_files(made, *paths)
    assert [path.read_bytes() for path in paths] == before


def test_logs_that_can_not_be_used_are_refused_in_the_name_of_the_study(study, tmp_path):
    write_logs(tmp_path, a=[SLOW], b=[FAST])
    made, output = study(reference="c"), tmp_path / "out"
    with pytest.raises(UserError, match=r"mine\.yaml: reference must be one of a, b, but was c"):
        import_files(made, *(output / name for name in ("traces", "frame", "said", "facts")))
    assert not output.exists() or not list(output.glob("traces*"))
