"""Every metric and loss of Keras that a study may ask for is Keras' own, for each lane."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from training_cases import MODELS, Examples, lstm, options, sequential
from training_reference import assign

from thresher import losses
from thresher.keras_metrics import METRICS, REFUSED, column_of
from thresher.training import DataSet, Streams, TrainingError, train_block
from thresher.training.weights import build, initial

SEEDS, SIZE = (4, 5), 40
GIVEN = {
    "precision_at_recall": {"recall": 0.6},
    "recall_at_precision": {"precision": 0.4},
    "sensitivity_at_specificity": {"specificity": 0.5},
    "specificity_at_sensitivity": {"sensitivity": 0.5},
    "top_k_categorical_accuracy": {"k": 2},
    "sparse_top_k_categorical_accuracy": {"k": 2},
    "f1_score": {"average": "macro"},
    "f_beta_score": {"average": "weighted", "beta": 2.0},
    "auc": {"curve": "PR"},
}
# Keras' own arguments where ours fill one in.
FILLED = {
    ("f1_score", "binary"): {"threshold": 0.5},
    ("f_beta_score", "binary"): {"threshold": 0.5},
    ("mean_io_u", "class"): {"num_classes": 3, "sparse_y_pred": False},
    ("one_hot_mean_io_u", "one-hot"): {"num_classes": 3, "sparse_y_pred": False},
}
LOSS = {
    "binary": "binary_crossentropy",
    "sign": "hinge",
    "one-hot": "categorical_crossentropy",
    "class": "sparse_categorical_crossentropy",
    "number": "mean_squared_error",
}
LABELS = {"binary": "binary", "sign": "binary", "one-hot": "categorical", "class": "sparse"}
UNITS = {"binary": 1, "sign": 1, "number": 2}


def case(kind, per_timestep, loss=""):
    """A model and a task whose labels are of a kind; those of a Poisson loss are counts."""
    units = UNITS.get(kind, 3)
    task = Examples((4, 2), (4, units) if per_timestep else (units,), LABELS.get(kind, "numbers"))
    if loss == "poisson":
        task = replace(task, labels="binary")
    last = lstm() if per_timestep else lambda: layers.LSTM(5)
    activation = losses.of(loss or LOSS[kind]).activation
    return sequential(last, activation=activation, outputs=units), task


def keras_measures(model, task, training, metrics, streams):
    """Metrics of untrained models by Keras' evaluate, shape (seeds, metrics)."""
    built = build(model)
    built.model.compile(loss=training.loss, metrics=metrics)
    found = []
    for seed in SEEDS:
        values = initial(built, built.model.trainable_variables, streams, [seed])
        assign(built.model.trainable_variables, [value[0] for value in values])
        x, y = task.held_out(streams.held_out(seed), SIZE)
        measured = built.model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
        found.append([float(np.squeeze(measured[metric.name])) for metric in metrics])
    return np.array(found)


# By kind of labels, whether each timestep has one, and loss: what one evaluation measures.
CASES: dict[tuple[str, bool, str], list[str]] = {}
for name, declared in METRICS.items():
    for kind in declared.kinds[:2]:
        # One reading of each metric's labels is enough where they are read alike.
        per_timestep = not declared.one_an_example and len(name) % 2 == 0
        loss = "poisson" if name == "poisson" else LOSS[kind]
        CASES.setdefault((kind, per_timestep, loss), []).append(name)


@pytest.mark.parametrize(("kind", "per_timestep", "loss"), CASES)
def test_metrics_are_what_keras_evaluates(kind, per_timestep, loss):
    names = CASES[kind, per_timestep, loss]
    model, task = case(kind, per_timestep, loss)
    asked = tuple({"name": name, **GIVEN.get(name, {})} for name in names)
    training = options(
        epochs=1, evaluate_every=1, evaluation_size=SIZE, loss=loss, metrics=asked, lane_width=2
    )
    streams = Streams(entropy=8)
    block = train_block(model, task, SEEDS, training, streams)
    metrics = [
        getattr(keras.metrics, METRICS[name].keras_class)(
            name=f"own_{name}", **GIVEN.get(name, {}), **FILLED.get((name, kind), {})
        )
        for name in names
    ]
    expected = keras_measures(model, task, training, metrics, streams)
    for own, values in zip(asked, expected.T, strict=True):
        found = block.quantity(column_of(own))
        assert found.shape == block.eval_loss.shape == (2, 2)
        np.testing.assert_allclose(found[:, 0], values, rtol=2e-5, atol=1e-6, err_msg=own["name"])
        assert np.isfinite(found).all()
        low, high = METRICS[own["name"]].minimum, METRICS[own["name"]].maximum
        assert (found >= (-np.inf if low is None else low - 1e-6)).all()
        assert (found <= (np.inf if high is None else high + 1e-6)).all()


def test_every_metric_is_compared():
    assert {name for names in CASES.values() for name in names} == set(METRICS)


def test_every_metric_of_keras_can_be_asked_for_or_is_refused_with_a_reason():
    from keras.src.metrics import ALL_OBJECTS

    bases = {"Metric", "MeanMetricWrapper"}
    classes = {one.__name__ for one in ALL_OBJECTS} - bases
    served = {declared.keras_class for declared in METRICS.values()}
    assert classes == served | {_class(name) for name in REFUSED}
    assert all(reason for reason in REFUSED.values())


def _class(name):
    return {"io_u": "IoU", "one_hot_io_u": "OneHotIoU"}.get(name, name.title())


def test_every_loss_of_keras_has_its_kind():
    from keras.src.losses import ALL_OBJECTS_DICT

    functions = {one.__name__ for one in ALL_OBJECTS_DICT.values() if not isinstance(one, type)}
    assert functions == {*losses.LOSSES, *losses.REFUSED}
    assert not set(losses.LOSSES) & set(losses.REFUSED)
    aliases = {
        name: one.__name__
        for name, one in ALL_OBJECTS_DICT.items()
        if not isinstance(one, type) and name.islower() and name != one.__name__
    }
    assert aliases == dict(losses.ALIASES)


def test_padding_is_left_out_of_metrics_as_keras_does():
    model, task = MODELS["tokens and padding"]
    asked = ({"name": "binary_crossentropy"}, {"name": "auc"})
    training = options(epochs=1, evaluate_every=1, evaluation_size=SIZE, metrics=asked)
    streams = Streams(entropy=8)
    block = train_block(model, task, SEEDS, training, streams)
    metrics = [keras.metrics.BinaryCrossentropy(), keras.metrics.AUC()]
    expected = keras_measures(model, task, training, metrics, streams)
    for given, values in zip(asked, expected.T, strict=True):
        found = block.quantity(f"eval_{given['name']}")
        np.testing.assert_allclose(found[:, 0], values, rtol=2e-5)


@pytest.mark.parametrize("evaluation", ["per_seed", "shared"])
@pytest.mark.parametrize("name", ["plain", "padding"])
def test_a_large_held_out_set_is_evaluated_in_parts_with_the_same_result(
    name, evaluation, monkeypatch
):
    model, task = MODELS["tokens and padding"] if name == "padding" else case("binary", True)
    given = options(
        epochs=2, evaluate_every=1, evaluation_size=23, evaluation=evaluation,
        metrics=({"name": "auc"},),
    )  # fmt: skip
    whole = train_block(model, task, SEEDS, given)
    monkeypatch.setattr("thresher.training.evaluation.AT_ONCE", 5)
    parts = train_block(model, task, SEEDS, given)
    for column in ("eval_loss", "eval_accuracy", "eval_loss_half", "eval_auc", "predictions"):
        own, other = (
            np.asarray(b.predictions if column == "predictions" else b.quantity(column))
            for b in (whole, parts)
        )
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)


def test_a_metric_that_does_not_fit_is_said_before_training():
    model, task = case("binary", True)
    with pytest.raises(TrainingError, match="f1_score needs one label an example"):
        train_block(model, task, SEEDS, options(metrics=({"name": "f1_score"},)))
    with pytest.raises(TrainingError, match="not for the labels of binary_crossentropy"):
        train_block(model, task, SEEDS, options(metrics=({"name": "r2_score"},)))


def test_metrics_of_a_data_set_and_of_its_first_half():
    generator = np.random.default_rng(1)
    x = generator.standard_normal((50, 5)).astype("float32")
    y = generator.integers(0, 3, (50, 1)).astype("float32")
    stack = [keras.Input((5,)), layers.Dense(3, activation="softmax")]
    training = options(
        epochs=2, evaluate_every=1, loss="sparse_categorical_crossentropy",
        metrics=({"name": "sparse_categorical_accuracy"},),
    )  # fmt: skip
    block = train_block(lambda: keras.Sequential(stack), DataSet(x, y), SEEDS, training)
    for suffix in ("", "_half"):
        own = block.quantity(f"eval_sparse_categorical_accuracy{suffix}")
        np.testing.assert_allclose(own, block.quantity(f"eval_accuracy{suffix}"), rtol=1e-6)
