"""What the analysis was to be before training began, and what changed since."""

import json
from dataclasses import replace

import made_up
from thresher.study.fixing import BEFORE, KEYS, changes, fix, keys


def fixed(study, folder) -> dict:
    fix(study, folder / "traces", folder / "plan.json")
    return json.loads((folder / "plan.json").read_text())


def test_an_unchanged_study_has_no_changes(tmp_path):
    study = made_up.study(arms=3)
    assert changes(fixed(study, tmp_path), study) == []


def test_a_title_or_a_label_is_no_part_of_the_plan(tmp_path):
    then = fixed(made_up.study(arms=3), tmp_path)
    now = made_up.study(arms=3, title="Another", labels={"lstm_backward": "Back"})
    assert changes(then, now) == []


def test_every_change_is_named_by_its_key_with_both_values(tmp_path):
    study = made_up.study(arms=3, seeds=8)
    then = fixed(study, tmp_path)
    now = replace(
        study,
        seeds=16,
        reference=None,
        analysis=replace(study.analysis, alpha=0.1, band="pointwise"),
        endpoint=replace(study.endpoint, threshold=0.3),
    )
    assert changes(then, now) == [
        "endpoint.threshold 0.2387 → 0.3",
        "analysis.alpha 0.05 → 0.1",
        "analysis.band simultaneous → pointwise",
        "reference lstm_forward → none",
        "seeds 8 → 16",
    ]


def test_arms_that_came_and_went_are_named(tmp_path):
    then = fixed(made_up.study(arms=3), tmp_path)
    assert changes(then, made_up.study(arms=4)) == ["arms added: bilstm sum"]
    assert changes(then, made_up.study(arms=2)) == ["arms taken out: lstm_backward_aligned"]


def test_a_plan_that_is_written_beside_traces_claims_nothing(tmp_path):
    study = made_up.study(arms=3)
    assert fixed(study, tmp_path)[BEFORE] is True
    deep = tmp_path / "traces" / "lstm" / "default"
    deep.mkdir(parents=True)
    (deep / "seeds_00000.parquet").touch()
    assert fixed(study, tmp_path)[BEFORE] is False


def test_an_older_plan_with_fewer_keys_is_still_read(tmp_path):
    study = made_up.study(arms=3)
    then = fixed(study, tmp_path)
    del then[KEYS]["analysis.band"]
    assert changes(then, study) == []
    assert set(then[KEYS]) < set(keys(study))
