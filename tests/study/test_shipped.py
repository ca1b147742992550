"""The studies that come with the project."""

from pathlib import Path

import pytest
import yaml

from thresher.study import load

CONFIG = Path(__file__).parents[2] / "config"
MODES = ["bilstm sum", "bilstm mul", "bilstm ave", "bilstm concat"]
SHIPPED = {
    "merge_modes": (
        ["lstm_forward", "lstm_backward", "lstm_backward_aligned", *MODES, "lstm_matched"],
        32,
        1000,
    ),
    "smoke": (["lstm_forward", "bilstm sum", "bilstm concat"], 8, 60),
    "tutorial": (["lstm_forward", "lstm_backward", *MODES], 32, 250),
}


def shipped(name: str):
    return load(CONFIG / "studies" / f"{name}.yaml")


@pytest.mark.parametrize("name", sorted(path.stem for path in (CONFIG / "studies").glob("*.yaml")))
def test_every_shipped_study_is_valid_and_has_a_reference_and_a_question(name):
    study = shipped(name)
    assert study.name == name
    assert study.reference in [arm.label for arm in study.arms]
    assert study.question.endswith("?")
    assert study.report.title != name


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_study_has_its_arms_seeds_and_budget(name):
    study = shipped(name)
    assert ([arm.label for arm in study.arms], study.seeds, study.training.epochs) == SHIPPED[name]
    assert study.name == name
    assert study.blocks() == ["00000"]
    assert study.reference == "lstm_forward"
    assert study.task.name == "cumulative_sum"
    assert study.task.options == {"timesteps": 10, "limit_fraction": 0.25}


def test_the_default_study_is_the_plan():
    study = shipped("merge_modes")
    assert study.deviations() == []
    assert study.endpoint.threshold == pytest.approx(0.2387, abs=5e-5)
    arms = {arm.label: arm for arm in study.arms}
    assert arms["lstm_backward"].model_options["direction"] == "backward"
    assert arms["lstm_backward_aligned"].model_options["direction"] == "backward_aligned"
    matched, target = arms["lstm_matched"], arms["bilstm concat"]
    assert abs(matched.parameters - target.parameters) < 100
    assert all(arm.model_options["units"] == 20 for arm in study.arms if arm is not matched)


def test_the_smoke_study_has_a_threshold_of_its_own():
    study = shipped("smoke")
    assert (study.endpoint.threshold, study.endpoint.threshold_source) == (0.55, "study file")


def test_the_tutorial_draws_three_models_and_four_merge_modes():
    report = shipped("tutorial").report
    assert [list(panel.arms) for panel in report.panels] == [
        ["lstm_forward", "lstm_backward", "bilstm concat"],
        MODES,
    ]
    assert report.highlight_seed == 0


def test_the_configuration_names_the_default_study():
    named = yaml.safe_load((CONFIG / "config.yaml").read_text())["study"]
    assert load(CONFIG.parent / named).name == "merge_modes"
