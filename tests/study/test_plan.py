"""What each stage's settings depend on, and what they do not."""

import json

import pytest

from thresher import analyses, models
from thresher.study import Analysis, Training, parse_part, plan, read_document

PANEL = {"title": "Both", "arms": ["one", "both sum"]}
SCHEDULE = {"schedule": "PiecewiseConstantDecay", "boundaries": [10], "values": [0.1, 0.01]}


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
    "evaluation": lambda c: c["training"].update(evaluation="shared"),
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
        "evaluation_size": Training.evaluation_size,
        "evaluation": "per_seed",
        "optimizer": "adam",
        "learning_rate": 0.001,
        "optimizer_options": {},
        "loss": "binary_crossentropy",
        "metrics": [],
        "lane_width": 32,
        "threads": 1,
    }
    assert found["task"] == {
        "name": "cumulative_sum",
        "options": {"timesteps": 6, "limit_fraction": 0.25},
    }
    defaults = {name: o.default for name, o in models.load("bilstm").options.items()}
    options = {**defaults, "units": 4, "merge_mode": "sum"}
    assert found["model"] == {"name": "bilstm", "options": options}
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


def test_each_analysis_notices_its_own_settings_only(study):
    def parts(made):
        return {name: made.part(*found.uses) for name, found in analyses.every().items()}

    before = parts(study())

    def touched(change):
        after = parts(study(change))
        return {name for name in before if before[name] != after[name]}

    assert touched(ANALYSIS_ONLY["labels"]) == set()
    assert touched(ANALYSIS_ONLY["question"]) == set()
    assert {"contrasts", "thresholds"} <= touched(ANALYSIS_ONLY["alpha"])
    assert not {"events", "luck", "omnibus"} & touched(ANALYSIS_ONLY["alpha"])
    # What is computed from the events notices a threshold by their table.
    assert {"events", "thresholds"} <= touched(ANALYSIS_ONLY["sustain"])
    assert not {"contrasts", "luck", "curves"} & touched(ANALYSIS_ONLY["sustain"])


def test_the_document_holds_the_whole_study_with_its_types(study, tmp_path):
    def change(content):
        content["report"] = {"labels": {"one": "Ä {one} $x$"}, "panels": [PANEL]}
        content["variants"]["one"]["training"] = {"learning_rate": SCHEDULE}

    made = study(change)
    (tmp_path / "study.json").write_text(made.document(), "utf-8")
    assert read_document(tmp_path / "study.json") == made


def test_a_damaged_document_is_named_with_the_value_and_the_remedy(study, tmp_path):
    path = tmp_path / "study.json"
    document = json.loads(study().document())
    document["seeds"] = "many"
    path.write_text(json.dumps(document))
    with pytest.raises(ValueError, match=r"study\.json: seeds: .* delete it and run again"):
        read_document(path)
    path.write_text('{"name": ')
    with pytest.raises(ValueError, match=r"study\.json: the document: .* delete it and run again"):
        read_document(path)


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
    assert made.contrast_reference is None
    assert study().contrast_reference == "one"


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


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (
            "cumulative_sum",
            "endpoint.threshold is 0.1 nats (plan: the position baseline, 0.2387 nats)",
        ),
        ("adding_problem", "endpoint.threshold is 0.1 (plan: the position baseline, 0.1667)"),
    ],
)
def test_a_threshold_that_is_not_the_plan_s_is_in_the_loss_s_own_unit(study, task, said):
    found = study(lambda c: c.update(task={"name": task}, endpoint={"threshold": 0.1})).deviations()
    assert found == [said]


def test_a_stage_sees_the_parts_of_a_study_that_it_says_it_uses(study):
    made = study()
    seen = parse_part(made.part("metrics", "arms", "pairing", "endpoint", "reference", "analysis"))
    assert (seen.arms, seen.endpoint, seen.metrics) == (made.arms, made.endpoint, made.metrics)
    assert (seen.metric, seen.paired, seen.contrast_reference) == (made.metric, True, "one")
    for name in ("seeds", "report", "task", "traces", "name"):
        with pytest.raises(AttributeError, match=f"uses the study's {name}"):
            getattr(seen, name)


@pytest.mark.parametrize("name", analyses.NAMES)
def test_what_an_analysis_uses_is_part_of_a_study(study, name):
    uses = analyses.load(name).uses
    assert parse_part(study().part(*uses)).__dict__.keys() == set(uses)


@pytest.mark.parametrize(
    ("arms", "question"),
    [(1, "When does it get there?"), (3, "Which of 3 arms gets there sooner?")],
)
def test_a_study_that_does_not_ask_asks_the_usual(arms, question):
    assert plan.usual_question(arms) == question
