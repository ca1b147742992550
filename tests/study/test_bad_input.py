"""Every value that can't be right ends in one line that names it, and says what would be."""

import copy
import math
import re

import pytest
import yaml

from thresher import models, optimizers, tasks
from thresher.study import StudyError, load

LSTM = {"model": "lstm", "units": 4}


def put(content: dict, key: str, value) -> None:
    """Set a dotted key; None deletes it."""
    *path, last = key.split("/")
    for part in path:
        content = content.setdefault(part, {})
    if value is None:
        del content[last]
    else:
        content[last] = value


def line_of(errors, content, key, value) -> str:
    put(content, key, value)
    lines = errors(yaml.safe_dump(content, sort_keys=False))
    assert len(lines) == 1, lines
    return lines[0]


WRONG_VALUES = [
    # key, value, what the line must say besides key and value
    ("question", "", "text that is not empty"),
    ("question", 5, "must be a word"),
    ("task", "cumulative_sum", "must be a mapping"),
    ("task/timesteps", 0, "positive"),
    ("task/timesteps", -3, "positive"),
    ("task/timesteps", 2.5, "must be an integer"),
    ("task/timesteps", 10_001, "at most 10000"),
    ("task/limit_fraction", 0, "positive"),
    ("task/limit_fraction", 1, "below 1"),
    ("task/limit_fraction", math.nan, "finite number"),
    ("task/limit_fraction", "half", "must be a number"),
    ("variants/one/units", 0, "positive"),
    ("variants/one/units", -20, "positive"),
    ("variants/one/units", True, "must be an integer"),
    ("variants/one/units", 5000, "at most 4096"),
    ("variants/one/units", {"a": 1}, "must be an integer"),
    ("variants/one/units", [], "must be a list that is not empty"),
    ("variants/one/units", [4, "a/b"], "names folders"),
    ("variants/one/direction", "sideways", "forward, backward, backward_aligned"),
    ("variants/one/model", 5, "must be a word"),
    ("variants/both/merge_mode", 3, "must be a word"),
    ("reference", 5, "must be a word"),
    ("seeds", 0, "positive"),
    ("seeds", -8, "positive"),
    ("seeds", 8.0, "must be an integer"),
    ("seeds", "8", "must be an integer"),
    ("seeds", "many", "must be an integer"),
    ("seeds", True, "must be an integer"),
    ("seeds", 100_001, "at most 100000"),
    ("seeds", 2**70, "below 2^63"),
    ("seeds_per_job", 0, "positive"),
    ("seeds_per_job", 33, "training.lane_width (32)"),
    ("pairing", "weights", "data+weights, data, none"),
    ("entropy", -1, "at least 0"),
    ("training", [1], "must be a mapping"),
    ("training/epochs", 0, "positive"),
    ("training/epochs", -60, "positive"),
    ("training/epochs", "many", "must be an integer"),
    ("training/epochs", 62, "take 60 or 65"),
    ("training/epochs", 3, "take 5"),
    ("training/batch_size", 0, "positive"),
    ("training/evaluate_every", 0, "positive"),
    ("training/evaluation_size", 0, "positive"),
    ("training/lane_width", 0, "positive"),
    ("training/threads", 0, "positive"),
    ("training/learning_rate", 0, "positive"),
    ("training/learning_rate", -0.1, "positive"),
    ("training/learning_rate", math.inf, "finite number"),
    ("training/learning_rate", "fast", "must be a number or a mapping"),
    ("training/optimizer_options/momentum", -0.5, "is unknown"),
    ("training/optimizer_options/beta_1", 1, "below 1"),
    ("training/optimizer_options/clipnorm", 0, "positive"),
    ("training/optimizer_options/amsgrad", "maybe", "true or false"),
    ("endpoint/threshold", 0, "positive"),
    ("endpoint/threshold", -0.3, "positive"),
    ("endpoint/threshold", math.nan, "finite number"),
    ("endpoint/threshold", math.inf, "finite number"),
    ("endpoint/threshold", -math.inf, "finite number"),
    ("endpoint/threshold", "nan", '"baseline"'),
    ("endpoint/threshold", "basline", '"baseline"'),
    ("endpoint/threshold", [0.3], "must be a number or a word"),
    ("endpoint/sustain", 0, "positive"),
    ("analysis/alpha", 0, "positive"),
    ("analysis/alpha", 1, "below 1"),
    ("analysis/confidence", 0, "positive"),
    ("analysis/confidence", 1, "below 1"),
    ("analysis/confidence", -0.95, "positive"),
    ("analysis/confidence", 95, "write 0.95 for 95 %"),
    ("analysis/margin", 0, "positive"),
    ("analysis/flips", 998, "at least 999"),
    ("analysis/band", "wide", "simultaneous, pointwise"),
    ("analysis/contrasts", "all", "reference, all_pairs"),
    ("analysis/threshold_grid", [], "list that is not empty"),
    ("analysis/threshold_grid", [0.3, 0.3], "list without repetitions"),
    ("report/title", "", "text that is not empty"),
    ("report/highlight_seed", 8, "below seeds (8)"),
    ("report/highlight_seed", -1, "at least 0"),
]


def shown(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return {"": '""', "8": '"8"'}.get(value, str(value)) if isinstance(value, str) else str(value)


@pytest.mark.parametrize(("key", "value", "remedy"), WRONG_VALUES)
def test_a_wrong_value_is_named_with_its_key_and_what_would_be_right(
    errors, content, key, value, remedy
):
    line = line_of(errors, content, key, value)
    assert line.startswith(key.replace("/", "."))
    assert remedy in line
    if "names folders" not in remedy and "is unknown" not in remedy:
        assert f"but was {shown(value)}" in line


UNKNOWN_WORDS = [
    ("task/name", "cumulative_sums", "cumulative_sum", tasks.NAMES),
    ("variants/one/model", "lstmm", "lstm", models.NAMES),
    ("variants/both/merge_mode", ["sum", "conct"], "concat", ("sum", "mul", "ave", "concat")),
    ("training/optimizer", "adan", "adam", tuple(optimizers.OPTIMIZERS)),
    ("training/optimizer", "SGD", "", tuple(optimizers.OPTIMIZERS)),
    ("variants/one/training", {"optimizer": "adan"}, "adam", tuple(optimizers.OPTIMIZERS)),
    ("reference", "both summ", "both sum", ("one", "both sum", "both concat")),
    ("report/labels", {"both summ": "x"}, "both sum", ("one", "both sum", "both concat")),
    ("report/panels", [{"title": "t", "arms": ["ones"]}], "one", ("one", "both sum")),
    (
        "training/learning_rate",
        {"schedule": "CosinDecay"},
        "CosineDecay",
        tuple(optimizers.SCHEDULES),
    ),
]


@pytest.mark.parametrize(("key", "value", "nearest", "known"), UNKNOWN_WORDS)
def test_an_unknown_word_comes_with_the_list_and_the_nearest(
    errors, content, key, value, nearest, known
):
    line = line_of(errors, content, key, value)
    assert line.startswith(key.replace("/", "."))
    assert ", ".join(known) in line
    assert not nearest or line.endswith(f"; did you mean {nearest}?")


UNKNOWN_KEYS = [
    ("referense", "a", "referense is unknown; did you mean reference?"),
    ("task/timestep", 3, "task.timestep is unknown; did you mean timesteps?"),
    ("variants/one/unit", 3, "variants.one.unit is unknown; did you mean units?"),
    ("training/epoch", 3, "training.epoch is unknown; did you mean epochs?"),
    ("endpoint/treshold", 3, "endpoint.treshold is unknown; did you mean threshold?"),
    ("analysis/alhpa", 3, "analysis.alhpa is unknown; did you mean alpha?"),
    ("report/label", {}, "report.label is unknown; did you mean labels?"),
    (
        "report/panels",
        [{"title": "a", "arms": ["one"]}, {"titel": "b", "title": "b", "arms": ["one"]}],
        "report.panels[1].titel is unknown; did you mean title?",
    ),
    ("zzz", 3, "zzz is unknown; known are question, task, variants, reference, "),
    (
        "variants/one/training",
        {"batchsize": 3},
        "variants.one.training.batchsize is unknown; did you mean batch_size?",
    ),
    (
        "variants/one/training",
        {"epochs": 100},
        "variants.one.training.epochs must be the same for every arm; set it in training.epochs",
    ),
    (
        "training/optimizer_options",
        {"beta1": 0.5},
        "training.optimizer_options.beta1 is unknown; did you mean beta_1?",
    ),
]


@pytest.mark.parametrize(("key", "value", "line"), UNKNOWN_KEYS)
def test_an_unknown_key_comes_with_the_nearest_known_one(errors, content, key, value, line):
    assert line_of(errors, content, key, value).startswith(line)


@pytest.mark.parametrize("key", ["task", "variants", "task/name", "variants/one/model"])
def test_a_missing_key_is_named(errors, content, key):
    assert line_of(errors, content, key, None) == f"{key.replace('/', '.')} is missing; add it"


@pytest.mark.parametrize("name", optimizers.REFUSED)
def test_an_optimizer_that_cannot_be_served_comes_with_the_reason(errors, content, name):
    line = line_of(errors, content, "training/optimizer", name)
    assert line.startswith(f"training.optimizer can't be {name}: {optimizers.REFUSED[name]}; take")


@pytest.mark.parametrize(
    "change",
    [
        ("variants/one/units", [4, 4]),
        ("variants/both/merge_mode", ["sum", "sum"]),
        ("variants/one/training", {"learning_rate": [0.1, 1e-1]}),
        ("variants/one/training", {"batch_size": [2, 2]}),
    ],
)
def test_a_level_given_twice_is_a_duplicate_arm(errors, content, change):
    line = line_of(errors, content, *change)
    assert re.search(r"has \S+ twice: a duplicate arm; remove one$", line)


def test_two_variants_that_train_the_same_runs_are_duplicate_arms(errors, content):
    line = line_of(errors, content, "variants/again", LSTM)
    assert "the arm again is a duplicate of one" in line
    assert "remove one, or change it" in line


@pytest.mark.parametrize("pairing", ["data", "none"])
def test_equal_arms_that_draw_other_weights_may_stand(study, pairing):
    made = study(lambda c: (c["variants"].update(again=LSTM), c.update(pairing=pairing)))
    assert [arm.label for arm in made.arms][-1] == "again"


def test_the_budget_must_hold_as_many_evaluations_as_the_endpoint_needs(errors, content, study):
    content["endpoint"]["sustain"] = 14
    line = line_of(errors, content, "training/evaluate_every", 5)
    assert line == (
        "endpoint.sustain must be at most the number of evaluations, but was 14: training.epochs "
        "60 with evaluate_every 5 gives 13; raise epochs to 65, or lower sustain"
    )
    content["training"]["epochs"] = 65
    assert study().endpoint.sustain == 14


@pytest.mark.parametrize("fraction", [0.99, 0.999])
def test_a_baseline_that_is_no_goal_is_refused(errors, content, fraction):
    content["task"] = {"name": "cumulative_sum", "timesteps": 5, "limit_fraction": fraction}
    line = line_of(errors, content, "endpoint/threshold", "baseline")
    assert line.startswith("endpoint.threshold must be a loss in nats, but was baseline")


def test_contrasts_with_the_reference_need_one(errors, content):
    del content["reference"]
    line = line_of(errors, content, "analysis/contrasts", "reference")
    assert line == "analysis.contrasts is reference, but there is none; add reference: <arm>"


@pytest.mark.parametrize(
    ("variant", "line"),
    [
        ({"model": "lstm", "match_parameters": "both"}, "must be one of one, both sum, both con"),
        ({"model": "lstm", "match_parameters": "two"}, "must be one of one, both sum, both con"),
        (LSTM | {"match_parameters": "one"}, "but units was 4; keep one of them"),
        ({"model": "gru", "match_parameters": "one"}, "model must be one of bilstm, lstm"),
    ],
)
def test_match_parameters_needs_an_arm_and_free_units(errors, content, variant, line):
    assert line in line_of(errors, content, "variants/two", variant)


@pytest.mark.parametrize("name", ["a b", "a/b", "../a", "-a", "ä", "a\n", "", ".a", "a" * 101])
def test_a_variant_names_a_folder(errors, content, name):
    content["variants"][name] = {"model": "lstm"}
    lines = errors(yaml.safe_dump(content))
    assert len(lines) == 1
    assert lines[0].startswith("variants: ")
    assert lines[0].endswith(("rename it", "put it in quotes"))


def test_factors_that_name_too_long_a_folder_are_refused(errors, content, monkeypatch):
    monkeypatch.setattr("thresher.study.arms._LONGEST", 9)
    line = line_of(errors, content, "variants/one", {"model": "lstm", "units": [4096]})
    assert line == (
        "variants.one has the arm one units=4096, whose factors name a folder longer than 9 "
        "characters; make two variants of it"
    )


SCHEDULES = [
    ({"decay_rate": 0.5}, ["schedule is missing; add it"]),
    (
        {"schedule": "ExponentialDecay", "initial_learning_rate": 0.1, "decay_rate": 0.5},
        ["decay_steps is missing; add it"],
    ),
    (
        {"schedule": "CosineDecay", "initial_learning_rate": "high", "decay_steps": 0},
        ["initial_learning_rate must be a number", "decay_steps must be positive"],
    ),
    (
        {"schedule": "CosineDecay", "initial_learning_rate": 1, "decay_steps": 5, "aplha": 0},
        ["aplha is unknown; did you mean alpha?"],
    ),
    ({"schedule": ["CosineDecay"]}, ["schedule must be one of ExponentialDecay"]),
    (
        {"schedule": "PiecewiseConstantDecay", "boundaries": 5, "values": [0.1, -0.1]},
        ["boundaries must be a list", "values[1] must be positive"],
    ),
    (
        {"schedule": "PiecewiseConstantDecay", "boundaries": [5, 3], "values": [0.1]},
        ["boundaries must rise", "values must be one more than boundaries (2)"],
    ),
]


@pytest.mark.parametrize(("schedule", "starts"), SCHEDULES)
def test_a_schedule_is_checked_argument_by_argument(errors, content, schedule, starts):
    put(content, "training/learning_rate", schedule)
    lines = errors(yaml.safe_dump(content))
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"training.learning_rate.{start}")


def test_two_ways_of_clipping_are_one_too_many(errors, content):
    given = {"clipnorm": 1.0, "clipvalue": 1.0}
    line = line_of(errors, content, "training/optimizer_options", given)
    assert line == "training.optimizer_options has clipnorm and clipvalue; keep one"


def test_every_error_of_a_file_is_reported_at_once(errors, content):
    wrong = {
        "seeds": -3,
        "referense": "one",
        "task/timesteps": 0,
        "variants/one/units": 0,
        "variants/both/merge_mode": "conct",
        "variants/more": {"model": "gru"},
        "training/epochs": "many",
        "training/optimizer": "adan",
        "endpoint/threshold": math.nan,
        "analysis/confidence": 2,
        "report/labels": {"nobody": "Nobody"},
    }
    for key, value in wrong.items():
        put(content, key, value)
    lines = errors(yaml.safe_dump(content))
    assert len(lines) == len(wrong)
    keys = [key.replace("/", ".") for key in wrong]
    assert sorted(lines) == sorted(
        line for line in lines if any(line.startswith(key) for key in keys)
    )


@pytest.mark.parametrize(
    ("key", "value", "other"),
    [
        # The second error would only follow from the first.
        ("variants/one/units", 0, ("report/labels", {"one": "One"})),
        ("seeds", "many", ("report/highlight_seed", 40)),
        ("training/epochs", "many", ("training/evaluate_every", 7)),
        ("variants/both/merge_mode", "conct", ("variants/m", {"model": "lstm"})),
        ("training/optimizer", "sdg", ("training/optimizer_options", {"momentum": 0.9})),
        ("training/optimizer", 5, ("training/optimizer_options", {"momentum": 0.9})),
    ],
)
def test_what_only_follows_from_another_error_is_left_out(errors, content, key, value, other):
    put(content, *other)
    if "m" in content["variants"]:
        content["variants"]["m"]["match_parameters"] = "both concat"
    assert line_of(errors, content, key, value).startswith(key.replace("/", "."))


@pytest.mark.parametrize("stem", ["a b", "ä", "-a", "_a", "a,b", ".a", "a+b"])
def test_a_study_names_a_folder(tmp_path, content, stem):
    path = tmp_path / f"{stem}.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(StudyError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "names a folder" in str(caught.value)
    assert str(caught.value).endswith("rename it")


@pytest.mark.parametrize("path", [None, 5, "", ["a.yaml"]])
def test_a_path_that_is_none_is_named_with_an_example(path):
    with pytest.raises(StudyError, match=r"^config/config.yaml: study must be the path .* but was"):
        load(path)


def test_a_missing_file_is_named_with_those_there_are(tmp_path):
    (tmp_path / "there.yaml").write_text("")
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "gone.yaml")
    assert str(caught.value) == (
        f"{tmp_path / 'gone.yaml'}: no such study file; there are {tmp_path / 'there.yaml'}"
    )


def test_a_folder_is_no_study(tmp_path):
    (tmp_path / "made.yaml").mkdir()
    with pytest.raises(StudyError, match=r"made\.yaml: is a folder; name a study file in it$"):
        load(tmp_path / "made.yaml")


def test_a_valid_study_stays_valid(study, content):
    before = copy.deepcopy(content)
    assert study().seeds == 8
    assert content == before
