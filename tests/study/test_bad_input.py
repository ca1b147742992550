"""Every value that can't be right ends in one line that names it, and says what would be."""

import copy
import math

import pytest

from thresher import models, optimizers, tasks

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
    ("training/evaluate_every", "often", "of optimizer steps such as 50 steps, but was often"),
    ("training/evaluate_every", "no steps", "such as 50 steps, but was no steps"),
    ("training/evaluate_every", [5], "must be a number or a word"),
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
    ("endpoint/smooth", 0, "positive"),
    ("endpoint/smooth", -5, "positive"),
    ("endpoint/smooth", 61, "at most training.epochs (60)"),
    ("endpoint/metric", "", "text that is not empty"),
    ("endpoint/metric", 5, "must be a word"),
    ("metric", "eval_loss", "must be a mapping"),
    ("axis", "epoch", "must be a mapping"),
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
    ("analysis/curves", "median", "mean, iqm"),
    ("analysis/family", "both", "joint, separate"),
    ("training/evaluation", "fresh", "per_seed, shared"),
    ("report/title", "", "text that is not empty"),
    ("report/highlight_seed", 8, "below seeds (8)"),
    ("report/highlight_seed", -1, "at least 0"),
]


def shown(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return {"": '""', "8": '"8"'}.get(value, str(value)) if isinstance(value, str) else str(value)


@pytest.mark.parametrize(("key", "value", "remedy"), WRONG_VALUES)
def test_a_wrong_value_is_named_with_its_key_and_what_would_be_right(line_of, key, value, remedy):
    line = line_of(key, value)
    assert line.startswith(key.replace("/", "."))
    assert remedy in line
    if "names folders" not in remedy and "is unknown" not in remedy:
        assert f"but was {shown(value)}" in line


WRONG_PARTS = [
    # key, value, the whole line
    (
        "metric",
        {"name": "eval_loss", "better": "up"},
        "metric.better must be one of lower, higher, but was up",
    ),
    (
        "metric",
        {"name": "eval_loss", "better": "higher"},
        "metric.better must be lower for eval_loss, but was higher; remove it",
    ),
    (
        "metric",
        {"name": "eval_loss", "minimum": "low"},
        "metric.minimum must be a number, but was low",
    ),
    (
        "metric",
        {"name": "eval_loss", "minimum": -1},
        "metric.minimum must be at least 0, but was -1; remove it",
    ),
    (
        "metric",
        {"name": "eval_loss", "maximum": 0},
        "metric.maximum must leave a range, but the metric goes from 0 to 0; change it",
    ),
    (
        "metric",
        {"name": "eval_loss", "label": " "},
        'metric.label must be a text that is not empty, but was " "',
    ),
    (
        "axis",
        {"name": "step"},
        "axis.name must be epoch, because runs that are trained here are counted in epochs, but "
        "was step; remove axis",
    ),
    (
        "axis",
        {"unit": "steps"},
        "axis.unit must be epochs, because runs that are trained here are counted in epochs, but "
        "was steps; remove axis",
    ),
    (
        "analysis",
        {"threshold_grid": [0.3, 0]},
        "analysis.threshold_grid[1] must be positive, but was 0",
    ),
    (
        "analysis",
        {"threshold_grid": [math.nan]},
        "analysis.threshold_grid[0] must be a finite number, but was nan",
    ),
]


@pytest.mark.parametrize(("key", "value", "line"), WRONG_PARTS)
def test_a_wrong_part_of_a_mapping_is_named_with_its_whole_key(line_of, key, value, line):
    assert line_of(key, value) == line


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
def test_an_unknown_word_comes_with_the_list_and_the_nearest(line_of, key, value, nearest, known):
    line = line_of(key, value)
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
    ("zzz", 3, "zzz is unknown; known are question, task, variants, "),
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
def test_an_unknown_key_comes_with_the_nearest_known_one(line_of, key, value, line):
    assert line_of(key, value).startswith(line)


@pytest.mark.parametrize("key", ["task", "variants", "task/name", "variants/one/model"])
def test_a_missing_key_is_named(line_of, key):
    assert line_of(key, None) == f"{key.replace('/', '.')} is missing; add it"


@pytest.mark.parametrize("name", optimizers.REFUSED)
def test_an_optimizer_that_cannot_be_served_comes_with_the_reason(line_of, name):
    line = line_of("training/optimizer", name)
    assert line.startswith(f"training.optimizer can't be {name}: {optimizers.REFUSED[name]}; take")


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
def test_a_schedule_is_checked_argument_by_argument(lines_of, schedule, starts):
    lines = lines_of({"training/learning_rate": schedule})
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"training.learning_rate.{start}")


def test_two_ways_of_clipping_are_one_too_many(line_of):
    given = {"clipnorm": 1.0, "clipvalue": 1.0}
    line = line_of("training/optimizer_options", given)
    assert line == "training.optimizer_options has clipnorm and clipvalue; keep one"


def test_a_valid_study_stays_valid(study, content):
    before = copy.deepcopy(content)
    assert study().seeds == 8
    assert content == before
