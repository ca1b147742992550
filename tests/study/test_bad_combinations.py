"""Values that are right by themselves and wrong together; several errors in one file."""

import math
import re

import pytest
import yaml

from thresher import models
from thresher.study import parse_document

LSTM = {"model": "lstm", "units": 4}


@pytest.mark.parametrize(
    "change",
    [
        ("variants/one/units", [4, 4]),
        ("variants/both/merge_mode", ["sum", "sum"]),
        ("variants/one/training", {"learning_rate": [0.1, 1e-1]}),
        ("variants/one/training", {"batch_size": [2, 2]}),
    ],
)
def test_a_level_given_twice_is_a_duplicate_arm(line_of, change):
    line = line_of(*change)
    assert re.search(r"has \S+ twice: a duplicate arm; remove one$", line)


def test_two_variants_that_train_the_same_runs_are_duplicate_arms(line_of):
    line = line_of("variants/again", LSTM)
    assert "the arm again is a duplicate of one" in line
    assert "remove one, or change it" in line


@pytest.mark.parametrize("pairing", ["data", "none"])
def test_equal_arms_that_draw_other_weights_may_stand(study, pairing):
    made = study(lambda c: (c["variants"].update(again=LSTM), c.update(pairing=pairing)))
    assert [arm.label for arm in made.arms][-1] == "again"


def test_the_budget_must_hold_as_many_evaluations_as_the_endpoint_needs(line_of, content, study):
    content["endpoint"]["sustain"] = 14
    line = line_of("training/evaluate_every", 5)
    assert line == (
        "endpoint.sustain must be at most the number of evaluations, but was 14: training.epochs "
        "60 with evaluate_every 5 gives 13; raise epochs to 65, or lower sustain"
    )
    content["training"]["epochs"] = 65
    assert study().endpoint.sustain == 14


def test_of_fresh_examples_steps_are_epochs_and_of_a_data_set_they_stay_steps(study, content):
    content["training"]["evaluate_every"] = "20 steps"
    assert study().training.evaluate_every == 20
    content["task"] = {"name": "digits"}
    made = study()
    assert made.training.evaluate_every == made.arms[0].training.evaluate_every == "20 steps"
    assert parse_document(made.document()).training.steps == 20


@pytest.mark.parametrize("fraction", [0.99, 0.999])
def test_a_baseline_that_is_no_goal_is_refused(line_of, content, fraction):
    content["task"] = {"name": "cumulative_sum", "timesteps": 5, "limit_fraction": fraction}
    line = line_of("endpoint/threshold", "baseline")
    assert line.startswith("endpoint.threshold must be a loss in nats, but was baseline")


def test_contrasts_with_the_reference_need_one(line_of, content):
    del content["reference"]
    line = line_of("analysis/contrasts", "reference")
    assert line == "analysis.contrasts is reference, but there is none; add reference: <arm>"


@pytest.mark.parametrize(
    ("variant", "line"),
    [
        ({"model": "lstm", "match_parameters": "both"}, "must be one of one, both sum, both con"),
        ({"model": "lstm", "match_parameters": "two"}, "must be one of one, both sum, both con"),
        (LSTM | {"match_parameters": "one"}, "but units was 4; keep one of them"),
        (
            {"model": "lstm", "match_parameters": {"arm": "one", "by": "direction"}},
            "match_parameters.by must be one of units, but was direction",
        ),
        (LSTM | {"match_parameters": {"arm": "one"}}, "match_parameters.by is missing; add it"),
        (
            {"model": "no such model", "match_parameters": "one"},
            f"model must be one of {', '.join(models.NAMES)}",
        ),
    ],
)
def test_match_parameters_needs_an_arm_and_free_units(line_of, variant, line):
    assert line in line_of("variants/two", variant)


CROSSED = {"model": "bilstm", "units": [2, 3], "merge_mode": ["sum", "mul"]}
EXCLUDED = {
    "a factor that there is not": (
        {"unit": 2},
        "variants.two.exclude[0] must be one of units, merge_mode, but was unit; did you mean "
        "units?",
    ),
    "a level that there is not": (
        {"units": 4},
        "variants.two.exclude[0].units must be one of 2, 3, but was 4",
    ),
    "true is not 1": (
        {"units": [2, True]},
        "variants.two.exclude[0].units must be one of 2, 3, but was true",
    ),
    "every cell": (
        {"units": [2, 3]},
        "variants.two.exclude takes out every arm of the variant; keep one, or remove it",
    ),
    "no factor": ({}, "variants.two.exclude[0] must be a mapping that is not empty, but was {}"),
}


@pytest.mark.parametrize(("rule", "line"), EXCLUDED.values(), ids=EXCLUDED)
def test_what_can_t_be_excluded_is_said(line_of, rule, line):
    assert line_of("variants/two", CROSSED | {"exclude": [rule]}) == line


def test_nothing_can_be_excluded_where_nothing_fans_out(line_of):
    line = line_of("variants/two", LSTM | {"units": 5, "exclude": [{"units": 5}]})
    assert line == (
        "variants.two.exclude[0].units is no list of this variant, which has none; remove it"
    )


def test_an_excluded_arm_is_unknown_elsewhere(lines_of):
    changes = {
        "variants/two": CROSSED | {"exclude": [{"units": 2}]},
        "reference": "two sum units=2",
    }
    (line,) = lines_of(changes)
    assert line.startswith("reference must be one of one, both sum, both concat, two sum units=3,")


@pytest.mark.parametrize("name", ["a b", "a/b", "../a", "-a", "ä", "a\n", "", ".a", "a" * 101])
def test_a_variant_names_a_folder(errors, content, name):
    content["variants"][name] = {"model": "lstm"}
    (line,) = errors(yaml.safe_dump(content))
    assert line.startswith("variants: ")
    assert line.endswith(("rename it", "put it in quotes"))


def test_factors_that_name_too_long_a_folder_are_refused(line_of, monkeypatch):
    monkeypatch.setattr("thresher.study.arms.LONGEST_FOLDER", 20)
    own = {"model": "lstm", "units": [4096], "direction": ["backward"]}
    assert line_of("variants/one", own) == (
        "variants.one has the arm one units=4096 direction=backward, whose factors name a folder "
        "longer than 20 characters; make two variants of it"
    )


def test_a_variant_whose_name_snakemake_takes_for_endless_is_refused(line_of):
    line = line_of(f"variants/{'a' * 60}", {"model": "lstm", "units": 7})
    assert line.startswith(f"variants.{'a' * 60} has the arm ")
    assert line.endswith(
        ", which names a folder that ends in twenty repetitions, as Snakemake can't have it; "
        "rename it"
    )


def test_every_error_of_a_file_is_reported_at_once(lines_of):
    wrong = {
        "seeds": -3,
        "referense": "one",
        "task/timesteps": 0,
        "variants/one/units": 0,
        "variants/both/merge_mode": "conct",
        "variants/more": {"model": "no such model"},
        "training/epochs": "many",
        "training/optimizer": "adan",
        "endpoint/threshold": math.nan,
        "analysis/confidence": 2,
        "report/labels": {"nobody": "Nobody"},
    }
    lines = lines_of(wrong)
    assert len(lines) == len(wrong)
    keys = [key.replace("/", ".") for key in wrong]
    assert all(any(line.startswith(key) for line in lines) for key in keys)


@pytest.mark.parametrize(
    ("key", "value", "other"),
    [
        # The second error would only follow from the first.
        ("variants/one/units", 0, ("report/labels", {"one": "One"})),
        ("seeds", "many", ("report/highlight_seed", 40)),
        ("training/epochs", "many", ("training/evaluate_every", 7)),
        (
            "variants/both/merge_mode",
            "conct",
            ("variants/m", {"model": "lstm", "match_parameters": "both mul"}),
        ),
        ("training/optimizer", "sdg", ("training/optimizer_options", {"momentum": 0.9})),
        ("training/optimizer", 5, ("training/optimizer_options", {"momentum": 0.9})),
        ("pairing", "dat", ("variants/again", LSTM)),
        ("metric", {"name": "eval_loss", "better": "up"}, ("endpoint/threshold", -1)),
        ("endpoint/metric", 5, ("endpoint/threshold", -1)),
        ("variants/one/training", {"batch_size": 0}, ("variants/again", LSTM)),
        ("task/name", "cumulative_sums", ("endpoint/metric", "accurracy")),
        ("seeds_per_jop", 64, ("seeds_per_job", 33)),
    ],
)
def test_what_only_follows_from_another_error_is_left_out(lines_of, key, value, other):
    (line,) = lines_of({**dict([other]), key: value})
    assert line.startswith(key.replace("/", "."))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # One key's name stands in the other's line, which is wrong for all that.
        (("training/learning_rate", "fast"), ("variants/one/training", {"learning_rate": -1})),
        (("variants/one/training", {"optimizer": 5}), ("training/optimizer", "adan")),
        (("seeds", "many"), ("variants/both/seeds", 3)),
        (("report/title", ""), ("report/panels", [{"title": "a", "arms": ["nobody"]}])),
        (("endpoint/sustain", 0), ("endpoint/threshold", "basline")),
        (("metric", {"name": "eval_los", "unit": 5}), ("seeds", 0)),
        (("task/timesteps", 0), ("endpoint/metric", "accurracy")),
    ],
)
def test_what_is_wrong_by_itself_is_said_beside_an_error_of_a_like_name(lines_of, first, second):
    lines = lines_of(dict([first, second]))
    assert len(lines) == (3 if first[0] == "metric" else 2)
    for key, _ in (first, second):
        assert any(line.startswith(key.split("/")[0]) for line in lines)


def test_a_factor_of_training_is_named_with_its_whole_key(line_of):
    line = line_of("variants/one/training", {"learning_rate": [0.1, 0.1]})
    assert line.startswith("variants.one.training.learning_rate has 0.1 twice")
