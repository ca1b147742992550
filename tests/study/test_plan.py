"""What each stage's settings depend on, and what they do not."""

import json

import pytest
from synthetic import settings

from thresher.study import Analysis


def specifications(study) -> dict[str, str]:
    return {arm.label: study.specification(arm) for arm in study.arms}


ANALYSIS_ONLY = {
    "alpha": lambda c: c.update(analysis={"alpha": 0.01}),
    "confidence": lambda c: c.update(analysis={"confidence": 0.9}),
    "contrasts": lambda c: c.update(analysis={"contrasts": "all_pairs"}),
    "threshold": lambda c: c["endpoint"].update(threshold=0.3),
    "sustain": lambda c: c["endpoint"].update(sustain=5),
    "labels": lambda c: c.update(report={"labels": {"one": "One"}}),
    "title": lambda c: c.update(report={"title": "Other"}),
    "question": lambda c: c.update(question="Why?"),
    "reference": lambda c: c.update(reference="both sum"),
    "seeds": lambda c: c.update(seeds=100),
    "seeds_per_job": lambda c: c.update(seeds_per_job=64),
    "another arm": lambda c: c["variants"].update(two={"model": "lstm", "units": 7}),
}


@pytest.mark.parametrize("change", ANALYSIS_ONLY.values(), ids=ANALYSIS_ONLY.keys())
def test_the_analysis_touches_no_specification(study, change):
    before, after = specifications(study()), specifications(study(change))
    assert {label: after[label] for label in before} == before


def test_an_arm_of_one_merge_mode_does_not_notice_another(study):
    changed = study(lambda c: c["variants"]["both"].update(merge_mode=["mul", "concat"]))
    assert specifications(changed)["both concat"] == specifications(study())["both concat"]


@pytest.mark.parametrize(
    ("variant", "values", "touched"),
    [
        ("one", {"training": {"learning_rate": 0.1}}, {"one"}),
        ("one", {"training": {"optimizer": "sgd"}}, {"one"}),
        ("one", {"units": 5}, {"one"}),
        ("both", {"training": {"batch_size": 4}}, {"both sum", "both concat"}),
    ],
)
def test_changing_one_variant_touches_its_arms_only(study, variant, values, touched):
    before = specifications(study())
    after = specifications(study(lambda c: c["variants"][variant].update(values)))
    assert {label for label in before if before[label] != after[label]} == touched


EVERY_RUN = {
    "epochs": lambda c: c["training"].update(epochs=65),
    "batch_size": lambda c: c["training"].update(batch_size=2),
    "optimizer": lambda c: c["training"].update(optimizer="sgd"),
    "options": lambda c: c["training"].update(optimizer_options={"beta_1": 0.5}),
    "evaluate_every": lambda c: c["training"].update(evaluate_every=10),
    "evaluation_size": lambda c: c["training"].update(evaluation_size=32),
    "lane_width": lambda c: c["training"].update(lane_width=16),
    "threads": lambda c: c["training"].update(threads=2),
    "one seed a job": lambda c: c.update(seeds_per_job=1),
    "task": lambda c: c["task"].update(timesteps=7),
    "pairing": lambda c: c.update(pairing="data"),
    "entropy": lambda c: c.update(entropy=1),
}


@pytest.mark.parametrize("change", EVERY_RUN.values(), ids=EVERY_RUN.keys())
def test_what_determines_a_run_touches_every_specification(study, change):
    before, after = specifications(study()), specifications(study(change))
    assert all(before[label] != after[label] for label in before)


def test_a_specification_says_everything_in_full(study):
    made = study()
    found = json.loads(made.specification(made.arms[1]))
    assert found["training"] == {
        "epochs": 60,
        "batch_size": 1,
        "evaluate_every": 5,
        "evaluation_size": 64,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "optimizer_options": {},
        "loss": "binary_crossentropy",
        "lane_width": 32,
        "threads": 1,
    }
    assert found["task"] == {
        "name": "cumulative_sum",
        "options": {"timesteps": 6, "limit_fraction": 0.25},
    }
    assert found["model"] == {"name": "bilstm", "options": {"units": 4, "merge_mode": "sum"}}
    assert (found["study"], found["arm"]) == ("made", "both sum")


@pytest.mark.parametrize("per_job", [1, 32, 64])
def test_raising_seeds_leaves_every_full_block_as_it_was(study, per_job):
    small = study(lambda c: c.update(seeds=64, seeds_per_job=per_job))
    large = study(lambda c: c.update(seeds=200, seeds_per_job=per_job))
    assert specifications(small) == specifications(large)
    assert large.blocks()[: len(small.blocks())] == small.blocks()
    for block in small.blocks():
        assert large.seeds_of(block) == small.seeds_of(block)


def test_blocks_hold_every_seed_once_and_are_named_by_the_first(study):
    made = study(lambda c: c.update(seeds=70))
    assert made.blocks() == ["00000", "00032", "00064"]
    assert [seed for block in made.blocks() for seed in made.seeds_of(block)] == list(range(70))


def test_one_seed_a_job_trains_one_lane(study):
    made = study(lambda c: c.update(seeds=3, seeds_per_job=1))
    assert made.blocks() == ["00000", "00001", "00002"]
    assert {arm.training.lane_width for arm in made.arms} == {1}


def test_each_stage_notices_its_own_settings_only(study):
    def stages(made):
        return [made.endpoint_settings(), made.analysis_settings(), made.report_settings()]

    before = stages(study())

    def touched(change):
        return [a != b for a, b in zip(before, stages(study(change)), strict=True)]

    assert touched(ANALYSIS_ONLY["labels"]) == [False, False, True]
    assert touched(ANALYSIS_ONLY["alpha"]) == [False, True, True]
    assert touched(ANALYSIS_ONLY["sustain"]) == [True, False, True]
    assert touched(ANALYSIS_ONLY["threshold"]) == [True, True, True]


def test_the_threshold_grid_surrounds_the_threshold_and_holds_it_exactly(study):
    made = study(lambda c: c.pop("endpoint"))
    grid, tau = made.analysis.threshold_grid, made.task.baseline
    assert made.endpoint.threshold == tau
    assert tau in grid
    assert len(grid) == 9
    assert [level / tau for level in grid] == pytest.approx([k / 10 for k in range(6, 15)], 1e-3)
    given = study(lambda c: c.update(analysis={"threshold_grid": [0.6, 0.4]})).analysis
    assert given.threshold_grid == (0.4, 0.5, 0.6)


def test_without_a_reference_all_pairs_are_compared(study):
    made = study(lambda c: c.pop("reference"))
    assert made.analysis.contrasts == "all_pairs"
    assert json.loads(made.analysis_settings())["reference"] is None
    assert json.loads(study().analysis_settings())["reference"] == "one"


def test_a_study_that_follows_the_plan_has_no_deviations(study):
    assert study(lambda c: c.pop("endpoint")).deviations() == []


def test_every_deviation_from_the_plan_is_said(study):
    def change(content):
        content["analysis"] = {"alpha": 0.01, "flips": 999, "contrasts": "all_pairs"}
        content["endpoint"]["sustain"] = 1
        content["pairing"] = "none"

    found = study(change).deviations()
    assert [line.split(" is ")[0] for line in found] == [
        "analysis.alpha",
        "analysis.flips",
        "analysis.contrasts",
        "endpoint.sustain",
        "endpoint.threshold",
        "pairing",
    ]
    assert f"analysis.alpha is 0.01 (plan: {Analysis.alpha})" in found


def test_the_report_settings_have_the_keys_that_made_up_studies_have(study):
    assert json.loads(study().report_settings()).keys() == settings().keys()
