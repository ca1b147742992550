"""Parts of a study: a stage sees what it says it uses, typed, and nothing else."""

import json
from dataclasses import fields, replace

import pytest

import made_up
from thresher.study import load, parse_document, parse_part, read_facts
from thresher.study.plan import ImportedArm, ImportFacts, Study

NAMES = [field.name for field in fields(Study)]
FACTS = ImportFacts(
    arms=(
        ImportedArm("a", 5, 5, 0.0, 90.0, 90.0, 10, 10, 10.0, 0),
        ImportedArm("b", 4, 4, 0.0, 100.0, 20.0, 1, 11, None, 1),
    ),
    budget=90.0,
    paired=False,
    seeds=5,
    notes=("the logs name no seeds, so runs are not paired",),
    formats=("CSV",),
    files=9,
)


@pytest.fixture(scope="module")
def shipped() -> Study:
    return load("config/studies/merge_modes.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_part_holds_one_field_with_its_types_and_refuses_all_others(shipped, name):
    seen = parse_part(shipped.part(name))
    assert getattr(seen, name) == getattr(shipped, name)
    assert type(getattr(seen, name)) is type(getattr(shipped, name))
    for other in NAMES:
        if other != name:
            with pytest.raises(
                AttributeError,
                match=f"^this stage does not say that it uses the study's {other}$",
            ):
                getattr(seen, other)


def test_what_follows_from_fields_needs_all_of_them(shipped):
    pairs = parse_part(shipped.part("reference"))
    with pytest.raises(AttributeError, match="uses the study's analysis"):
        _ = pairs.contrast_reference
    assert parse_part(shipped.part("reference", "analysis")).contrast_reference == "lstm_forward"
    with pytest.raises(AttributeError, match="uses the study's report"):
        pairs.label("lstm_forward")


def test_all_parts_together_are_the_study(shipped):
    whole = parse_part(shipped.part(*NAMES))
    assert {name: getattr(whole, name) for name in NAMES} == {
        name: getattr(shipped, name) for name in NAMES
    }
    assert whole.specification(whole.arms[0]) == shipped.specification(shipped.arms[0])


def test_a_part_is_typed_and_names_the_value_at_fault(shipped):
    content = json.loads(shipped.part("analysis", "seeds"))
    content["analysis"]["alpha"] = "small"
    with pytest.raises(ValueError, match=r"^alpha: Input should be a valid number"):
        parse_part(json.dumps(content))


def test_a_part_of_a_study_of_logs_is_completed_by_what_they_hold():
    made = made_up.study(arms=1, imported=True, reference=None)
    study = replace(made, arms=(), seeds=0, endpoint=replace(made.endpoint, budget=0.0))
    for names in (["arms"], ["endpoint", "pairing"], ["seeds", "arms", "imported"], NAMES):
        seen = parse_part(study.part(*names), FACTS)
        whole = study.completed(FACTS)
        assert {name: getattr(seen, name) for name in names} == {
            name: getattr(whole, name) for name in names
        }
    assert [arm.label for arm in whole.arms] == ["a", "b"]
    assert (whole.endpoint.budget, whole.pairing, whole.seeds) == (90.0, "none", 5)
    with pytest.raises(AttributeError, match="uses the study's seeds"):
        _ = parse_part(study.part("arms"), FACTS).seeds


def test_facts_are_read_as_they_were_written(tmp_path):
    made = made_up.study(arms=1, imported=True, reference=None).completed(FACTS)
    again = parse_document(made.document())
    assert again == made
    path = tmp_path / "import.json"
    content = json.loads(made.document())["imported"]
    path.write_text(json.dumps(content))
    assert read_facts(path) == FACTS
    path.write_text(json.dumps({**content, "budget": None}))
    with pytest.raises(ValueError, match=r"import\.json: budget: .* delete it and run again"):
        read_facts(path)
