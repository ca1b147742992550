"""Metric, axis and thresholds of a study: what is chosen, what is no goal."""

from math import log

import pytest

from thresher import losses
from thresher.metric import Axis
from thresher.study import plan, warnings_of


def of(**keys):
    """Change a study: `endpoint={"metric": …}` and the like."""
    return lambda content: content.update(keys)


def test_the_held_out_loss_is_the_metric_unless_the_study_says_otherwise(study):
    made = study()
    assert [metric.name for metric in made.metrics] == ["eval_loss", "eval_accuracy"]
    assert (made.metric.better, made.metric.unit, made.axis) == ("lower", "nats", Axis())


@pytest.mark.parametrize(
    ("name", "others", "better"),
    [
        ("eval_accuracy", ["eval_loss"], "higher"),
        ("loss", ["eval_loss", "eval_accuracy"], "lower"),
        ("accuracy", ["eval_loss", "eval_accuracy"], "higher"),
    ],
)
def test_the_endpoint_s_metric_comes_first_and_what_is_held_out_beside_it(
    study, name, others, better
):
    made = study(of(endpoint={"metric": name, "threshold": 0.9}))
    assert [metric.name for metric in made.metrics] == [name, *others]
    assert made.metric.better == better
    assert study(of(metric={"name": name}, endpoint={"threshold": 0.9})) == made


def test_an_unknown_metric_comes_with_the_list_and_the_nearest(line_of):
    assert line_of("endpoint/metric", "eval_acuracy") == (
        "endpoint.metric must be one of eval_loss, eval_accuracy, loss, accuracy, "
        "but was eval_acuracy; did you mean eval_accuracy?"
    )


def test_an_unknown_name_of_the_metric_comes_with_the_list(line_of):
    assert line_of("metric", {"name": "reward"}) == (
        "metric.name must be one of eval_loss, eval_accuracy, loss, accuracy, but was reward"
    )


def test_a_study_may_name_its_metric_otherwise(study):
    made = study(of(metric={"name": "eval_loss", "label": "surprise\n{of} it", "unit": "bits"}))
    assert (made.metric.label, made.metric.unit) == ("surprise {of} it", "bits")
    assert made.metric.minimum == 0


def test_two_metrics_of_an_endpoint_are_one_too_many(lines_of):
    (line,) = lines_of({"metric": {"name": "loss"}, "endpoint/metric": "eval_loss"})
    assert line == "metric.name must be endpoint.metric (eval_loss), but was loss; name one metric"


@pytest.mark.parametrize("axis", [{}, {"name": "epoch"}, {"name": "epoch", "unit": "epochs"}])
def test_the_axis_of_what_is_trained_here_may_be_said(study, axis):
    assert study(of(axis=axis)).axis == Axis("epoch", "epochs")


@pytest.mark.parametrize("threshold", [0, 0.3, 1])
def test_a_fraction_may_be_anything_from_0_to_1(study, threshold):
    made = study(of(endpoint={"metric": "eval_accuracy", "threshold": threshold}))
    assert made.endpoint.threshold == threshold
    assert all(0 <= level <= 1 for level in made.analysis.threshold_grid)
    assert threshold in made.analysis.threshold_grid


@pytest.mark.parametrize("threshold", [-0.1, 1.5, 90])
def test_a_threshold_beyond_the_metric_s_bounds_is_refused(lines_of, threshold):
    changes = {"endpoint/metric": "eval_accuracy", "endpoint/threshold": threshold}
    assert lines_of(changes) == [
        "endpoint.threshold must be at least 0 and at most 1, as held-out accuracy is, but was "
        f"{threshold}"
    ]


def test_a_grid_beyond_the_metric_s_bounds_is_refused_level_by_level(lines_of):
    changes = {
        "endpoint/metric": "eval_accuracy",
        "endpoint/threshold": 0.9,
        "analysis/threshold_grid": [0.8, 1.1, -1],
    }
    found = [line.split(" must be ")[0] for line in lines_of(changes)]
    assert found == ["analysis.threshold_grid[1]", "analysis.threshold_grid[2]"]


def test_a_baseline_is_a_held_out_loss_and_no_accuracy(line_of, content):
    del content["endpoint"]["threshold"]
    assert line_of("endpoint/metric", "eval_accuracy") == (
        "endpoint.threshold must be a number, but was baseline, which is a held-out loss, and the "
        "metric is eval_accuracy; give a number"
    )


def test_own_levels_of_the_grid_are_never_rounded(study):
    made = study(of(analysis={"threshold_grid": [0.30001, 0.30002, 1 / 3]}))
    assert made.analysis.threshold_grid == (0.30001, 0.30002, 1 / 3, 0.5)


def test_a_confidence_may_be_close_to_1(study):
    assert study(of(analysis={"confidence": 0.999999})).analysis.confidence == 0.999999


def test_a_trailing_mean_is_said_among_the_deviations(study):
    made = study(of(endpoint={"threshold": 0.5, "smooth": 12.5}))
    assert made.endpoint.smooth == 12.5
    assert "endpoint.smooth is 12.5 (plan: no smoothing)" in made.deviations()
    assert study().endpoint.smooth == plan.Endpoint.smooth == 0


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ({"threshold": 100}, "an untrained model's held-out loss is about 0.693 nats"),
        ({"threshold": log(2)}, "an untrained model's held-out loss is about 0.693 nats"),
        ({"threshold": 0.5, "metric": "eval_accuracy"}, "held-out accuracy is about 0.5"),
        ({"threshold": 0.0, "metric": "accuracy"}, "training accuracy is about 0.5"),
        ({"threshold": 0.7, "metric": "loss"}, "training loss is about 0.693 nats"),
    ],
)
def test_a_threshold_that_an_untrained_model_meets_is_warned_of(study, endpoint, reason):
    made = study(of(endpoint=endpoint))
    (line,) = warnings_of(made)
    assert line.startswith(f"{made.path}: endpoint.threshold is {endpoint['threshold']:g}, but ")
    assert reason in line
    assert line.endswith("every run may meet it at 0; choose a stricter one")


@pytest.mark.parametrize(
    "endpoint",
    [{"threshold": 0.69}, {}, {"threshold": 0.51, "metric": "eval_accuracy"}],
)
def test_a_threshold_that_has_to_be_learned_is_not_warned_of(study, endpoint):
    assert list(warnings_of(study(of(endpoint=endpoint)))) == []


CLASSES = {"name": "echo", "timesteps": 6}


def asking(*metrics, task=None, loss=None, **endpoint):
    """Change a study: what it measures besides, and its endpoint."""

    def change(content):
        content["task"] = task or content["task"]
        content["training"]["metrics"] = list(metrics)
        if loss:
            content["training"]["loss"] = loss
        content["endpoint"] = {"threshold": 0.5, **endpoint}

    return change


def test_a_metric_of_keras_is_measured_beside_the_endpoint_s(study):
    made = study(asking("AUC", {"name": "precision_at_recall", "recall": 0.5}, "mae"))
    assert [metric.name for metric in made.metrics][2:] == [
        "eval_auc",
        "eval_precision_at_recall",
        "eval_mean_absolute_error",
    ]
    assert made.training.metrics == (
        {"name": "auc", "num_thresholds": 200, "curve": "ROC", "multi_label": False},
        {"name": "precision_at_recall", "recall": 0.5, "num_thresholds": 200},
        {"name": "mean_absolute_error"},
    )
    assert all(arm.training.metrics == made.training.metrics for arm in made.arms)


def test_the_endpoint_s_metric_of_keras_is_measured_and_knows_its_direction(study):
    made = study(asking(metric="eval_auc", threshold=0.9))
    assert (made.metric.name, made.metric.better, made.metric.maximum) == ("eval_auc", "higher", 1)
    assert made.training.metrics[0]["name"] == "auc"
    error = study(asking(metric="eval_mean_squared_error", threshold=0.1)).metric
    assert (error.better, error.minimum, error.data) == ("lower", 0, "held-out")


def test_another_loss_for_the_same_labels_is_trained(study):
    made = study(asking(loss="dice", threshold=0.4))
    assert {arm.training.loss for arm in made.arms} == {made.training.loss} == {"dice"}
    assert made.metric.unit == ""
    aliased = study(asking(loss="mae", task={"name": "adding_problem"}, threshold=0.1))
    assert aliased.training.loss == "mean_absolute_error"


WRONG = {
    "an unknown one": (
        ["f1_scores"],
        "training.metrics[0] must be one of ",
        "but was f1_scores; did you mean f1_score?",
    ),
    "one that is there": (["accuracy"], "training.metrics[0] can't be accuracy: it is", ""),
    "other labels": (
        ["r2_score"],
        "training.metrics[0] can't be r2_score, which is not for the labels of "
        "binary_crossentropy; take one of binary_accuracy, auc,",
        "",
    ),
    "twice": (["auc", "AUC"], "training.metrics[1] is auc a second time; remove it", ""),
    "an option of another": (
        [{"name": "auc", "curves": "PR"}],
        "training.metrics[0].curves is unknown; did you mean curve?",
        "",
    ),
    "a choice that there is not": (
        [{"name": "auc", "curve": "DET"}],
        "training.metrics[0].curve must be one of ROC, PR, but was DET",
        "",
    ),
    "no level": (
        ["precision_at_recall"],
        "training.metrics[0].recall is missing; add it",
        "",
    ),
    "no name": ([{"k": 3}], "training.metrics[0].name is missing; add it", ""),
}


@pytest.mark.parametrize(("metrics", "begin", "end"), WRONG.values(), ids=WRONG)
def test_a_metric_that_can_t_be_measured_is_one_line(line_of, metrics, begin, end):
    line = line_of("training/metrics", metrics)
    assert line.startswith(begin)
    assert line.endswith(end)


@pytest.mark.parametrize("name", [*losses.LOSSES, *losses.ALIASES])
def test_every_loss_is_trained_or_refused_in_one_line(study, line_of, name):
    if losses.of(name).kind == "binary":
        assert study(asking(loss=name)).training.loss == losses.ALIASES.get(name, name)
    else:
        assert line_of("training/loss", name).startswith(
            f"training.loss can't be {losses.ALIASES.get(name, name)}, whose labels are others"
        )


def test_a_loss_that_lanes_can_t_have_is_refused_with_the_reason(line_of):
    assert line_of("training/loss", "ctc") == (
        "training.loss can't be ctc: TensorFlow can't take its loop over timesteps for all lanes "
        "at once; take another"
    )
    assert line_of("training/loss", "BinaryCrossentropy").endswith(
        "but was BinaryCrossentropy; did you mean binary_crossentropy?"
    )


@pytest.mark.parametrize(
    ("task", "every", "parts"),
    [("digits", 0.2, True), ("digits", "9 steps", True), ("digits", 1, False),
     ("cumulative_sum", 5, False), ("cumulative_sum", "5 steps", False)],
)  # fmt: skip
def test_an_epoch_has_parts_where_a_pass_is_evaluated_within(study, task, every, parts):
    def change(content):
        content["task"] = {"name": task}
        content["training"]["evaluate_every"] = every

    assert study(change).axis.parts == parts


def test_a_loss_for_other_labels_or_of_no_name_is_one_line(line_of):
    assert line_of("training/loss", "hubber").endswith("but was hubber; did you mean huber?")
    assert line_of("training/loss", "huber") == (
        "training.loss can't be huber, whose labels are others than the task's "
        "(binary_crossentropy); take one of binary_crossentropy, binary_focal_crossentropy, dice, "
        "tversky"
    )
