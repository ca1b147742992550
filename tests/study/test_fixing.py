"""What the analysis was to be before training began, and what changed since."""

import json
from dataclasses import replace

import made_up
from thresher.study.fixing import changes, keys


def fixed(study) -> dict:
    """Return the keys as they come back from a file."""
    return json.loads(json.dumps(keys(study)))


def test_an_unchanged_study_has_no_changes():
    study = made_up.study(arms=3)
    assert changes(fixed(study), study) == []


def test_a_title_or_a_label_is_no_part_of_the_plan():
    then = fixed(made_up.study(arms=3))
    now = made_up.study(arms=3, title="Another", labels={"lstm_backward": "Back"})
    assert changes(then, now) == []


def test_every_change_is_named_by_its_key_with_both_values():
    study = made_up.study(arms=3, seeds=8)
    then = fixed(study)
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


def test_arms_that_came_and_went_are_named():
    then = fixed(made_up.study(arms=3))
    assert changes(then, made_up.study(arms=4)) == ["arms added: bilstm sum"]
    assert changes(then, made_up.study(arms=2)) == ["arms taken out: lstm_backward_aligned"]


def test_an_older_plan_with_fewer_keys_is_still_read():
    study = made_up.study(arms=3)
    then = fixed(study)
    del then["analysis.band"]
    assert changes(then, study) == []
    assert set(then) < set(keys(study))
