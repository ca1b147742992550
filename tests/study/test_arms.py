"""How a variant fans out into arms."""

import numpy as np
import pytest

from thresher import models
from thresher.declarations import Head

LSTM = {"model": "lstm", "units": 4}


def made(study, **variants):
    """Arms of a study that has only these variants, by label."""

    def change(content):
        content["variants"] = variants
        del content["reference"]

    return {arm.label: arm for arm in study(change).arms}


def options_of(model: str, **given) -> dict:
    """A model's defaults, and what is given."""
    return {name: o.default for name, o in models.load(model).options.items()} | given


def test_a_variant_with_single_values_is_one_arm(study):
    (arm,) = made(study, one=LSTM).values()
    assert (arm.label, arm.path, arm.factors) == ("one", "one/default", {})
    assert arm.model_options == options_of("lstm", units=4)
    assert arm.model_options["direction"] == "forward"


def test_merge_modes_fan_out_in_the_order_given(study):
    modes = ["concat", "sum", "ave", "mul"]
    arms = made(study, both={"model": "bilstm", "merge_mode": modes, "units": 3})
    assert list(arms) == [f"both {mode}" for mode in modes]
    for mode, arm in zip(modes, arms.values(), strict=True):
        assert arm.path == f"both/merge_mode={mode}"
        assert arm.factors == {"merge_mode": mode}
        assert arm.model_options == options_of("bilstm", units=3, merge_mode=mode)


def test_one_merge_mode_is_named_though_it_is_no_list_or_not_given(study):
    assert list(made(study, both={"model": "bilstm", "merge_mode": "sum"})) == ["both sum"]
    assert list(made(study, both={"model": "bilstm"})) == ["both concat"]


def test_factors_cross_and_name_labels_and_folders(study):
    arms = made(
        study,
        both={
            "model": "bilstm",
            "units": [3, 5],
            "merge_mode": ["sum", "mul"],
            "training": {"learning_rate": [0.1, 1e-05], "batch_size": 2},
        },
    )
    assert list(arms) == [
        f"both {mode} units={units} learning_rate={rate}"
        for units in (3, 5)
        for mode in ("sum", "mul")
        for rate in (0.1, 1e-05)
    ]
    arm = arms["both mul units=5 learning_rate=1e-05"]
    assert arm.path == "both/merge_mode=mul,units=5,learning_rate=1e-05"
    assert arm.factors == {"merge_mode": "mul", "units": 5, "learning_rate": 1e-05}
    assert (arm.training.learning_rate, arm.training.batch_size) == (1e-05, 2)
    assert len({arm.path for arm in arms.values()}) == 8


def test_a_list_of_one_is_a_factor(study):
    (arm,) = made(study, one={"model": "lstm", "units": [4]}).values()
    assert (arm.label, arm.path) == ("one units=4", "one/units=4")


def test_variants_keep_the_order_of_the_file(study):
    arms = made(
        study,
        matched={"model": "lstm", "match_parameters": "one", "direction": "backward"},
        two={"model": "lstm", "units": 9},
        one=LSTM,
    )
    assert list(arms) == ["matched", "two", "one"]


# Counted by hand: 4 u (1 + u + 1) + u + 1 for the LSTM; the bidirectional one has twice the gates
# and, with concat, 2 u + 1 weights in its dense unit.
def lstm(u: int) -> int:
    return 4 * u * (u + 2) + u + 1


def bilstm(u: int, mode: str) -> int:
    return 8 * u * (u + 2) + (2 * u if mode == "concat" else u) + 1


@pytest.mark.parametrize("units", [1, 4, 20, 33])
@pytest.mark.parametrize("mode", ["sum", "concat"])
def test_match_parameters_chooses_the_closest_count(study, units, mode):
    arms = made(
        study,
        both={"model": "bilstm", "units": units, "merge_mode": ["sum", "concat"]},
        matched={"model": "lstm", "direction": "backward", "match_parameters": f"both {mode}"},
    )
    target = arms[f"both {mode}"].parameters
    assert target == bilstm(units, mode)
    chosen = arms["matched"].model_options["units"]
    assert arms["matched"].parameters == lstm(chosen)
    assert abs(lstm(chosen) - target) == min(abs(lstm(u) - target) for u in range(1, 200))
    assert arms["matched"].model_options["direction"] == "backward"


def test_another_integer_option_can_be_matched(study):
    arms = made(
        study,
        one={"model": "lstm", "units": 20},
        deep={
            "model": "conv1d_lstm",
            "units": 8,
            "match_parameters": {"arm": "one", "by": "filters"},
        },
    )
    options, target = arms["deep"].model_options, arms["one"].parameters
    count = models.load("conv1d_lstm").parameters
    head = Head(1, "sigmoid", per_timestep=True)
    distances = [
        abs(count({**options, "filters": filters}, (6, 1), head) - target)
        for filters in range(1, 200)
    ]
    assert options["filters"] == 1 + distances.index(min(distances)) > 1
    assert arms["deep"].parameters - target in (min(distances), -min(distances))
    assert (options["units"], arms["deep"].match) == (8, None)


def test_parameters_that_are_known_in_jobs_only_are_matched_there(study, tmp_path):
    np.savez(tmp_path / "made.npz", x=np.zeros((6, 4, 2)), y=np.arange(6) % 2)

    def change(content):
        content["task"] = {"name": "arrays", "file": "made.npz"}
        content["variants"] = {
            "one": {"model": "lstm", "units": 4},
            "two": {"model": "mlp", "depth": 1, "match_parameters": {"arm": "one", "by": "units"}},
        }

    one, two = study(change).arms
    assert (one.parameters, one.match) == (None, None)
    assert (two.match.option, two.match.model, two.match.parameters) == ("units", "lstm", None)
    assert two.match.model_options == one.model_options
    assert "units" not in two.model_options


def test_excluded_cells_are_left_out(study):
    arms = made(
        study,
        both={
            "model": "bilstm",
            "units": [3, 5, 7],
            "merge_mode": ["sum", "mul"],
            "training": {"learning_rate": [0.1, 0.2]},
            "exclude": [
                {"units": [3, 7], "merge_mode": "sum"},
                {"learning_rate": 0.2, "merge_mode": "mul"},
                {"units": 7},
            ],
        },
    )
    assert list(arms) == [
        "both mul units=3 learning_rate=0.1",
        "both sum units=5 learning_rate=0.1",
        "both sum units=5 learning_rate=0.2",
        "both mul units=5 learning_rate=0.1",
    ]


def test_each_merge_mode_of_a_matched_variant_has_its_own_units(study):
    arms = made(
        study,
        one={"model": "lstm", "units": 28},
        both={"model": "bilstm", "merge_mode": ["sum", "concat"], "match_parameters": "one"},
    )
    # From the target's 3389: 19 units are 177 (sum) and 158 away, 20 units 152 and 172.
    assert arms["both sum"].model_options["units"] == 20
    assert arms["both concat"].model_options["units"] == 19


def test_training_of_a_variant_overrides_what_holds_for_all(study):
    def change(content):
        content["training"] |= {"batch_size": 3, "optimizer_options": {"beta_1": 0.5}}
        content["variants"]["one"]["training"] = {"learning_rate": 0.1}

    first, *others = study(change).arms
    assert (first.training.learning_rate, first.training.batch_size) == (0.1, 3)
    assert first.training.optimizer_options == {"beta_1": 0.5}
    assert {arm.training.learning_rate for arm in others} == {0.001}


def test_another_optimizer_brings_its_own_learning_rate_and_options(study):
    def change(content):
        content["training"] |= {"learning_rate": 0.5, "optimizer_options": {"beta_1": 0.5}}
        content["variants"]["one"]["training"] = {"optimizer": ["sgd", "adam"]}
        content["reference"] = "both sum"

    sgd, adam, *_ = study(change).arms
    assert (sgd.label, adam.label) == ("one optimizer=sgd", "one optimizer=adam")
    assert (sgd.training.learning_rate, sgd.training.optimizer_options) == (0.01, {})
    assert (adam.training.learning_rate, adam.training.optimizer_options) == (0.5, {"beta_1": 0.5})


def test_a_variant_may_have_a_schedule(study):
    schedule = {
        "schedule": "PiecewiseConstantDecay",
        "boundaries": [10, 20],
        "values": [0.1, 0.01, 0.001],
    }
    (arm,) = made(study, one=LSTM | {"training": {"learning_rate": schedule}}).values()
    assert arm.training.learning_rate == schedule


@pytest.mark.parametrize("name", models.NAMES)
def test_every_model_can_stand_in_a_study_with_defaults_only(study, name):
    (arm,) = made(study, v={"model": name}).values()
    assert arm.parameters > 0
