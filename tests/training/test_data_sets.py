"""A pass over a data set is that of Keras' own `fit`; parts are the seed's, stratified."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import layers
from training_cases import options
from training_reference import assign

from thresher.training import DataSet, Streams, TrainingError, train_block
from thresher.training.evaluation import shown
from thresher.training.weights import build, initial

SEEDS = (4, 5)
GENERATOR = np.random.default_rng(8)
X = GENERATOR.standard_normal((50, 5)).astype("float32")
CLASS = np.repeat([0, 1, 2], [25, 15, 10])
Y = CLASS[:, None].astype("float32")


def mlp() -> keras.Model:
    hidden = layers.Dense(7, "tanh", kernel_regularizer="l2")
    return keras.Sequential([keras.Input((5,)), hidden, layers.Dense(3, activation="softmax")])


def given(**changed):
    return options(
        **{
            **{"epochs": 4, "evaluate_every": 2, "batch_size": 8, "optimizer": "sgd"},
            **{"loss": "sparse_categorical_crossentropy", "learning_rate": 0.1},
            **changed,
        }
    )


def keras_fits(data, streams, seed, training):
    """Loss and accuracy of each epoch of `fit`, and at the end on the seed's held-out rows."""
    built = build(mlp)
    optimizer = keras.optimizers.SGD(training.learning_rate)
    built.model.compile(optimizer, training.loss, metrics=["sparse_categorical_accuracy"])
    values = initial(built, built.model.trainable_variables, streams, [seed])
    assign(built.model.trainable_variables, [value[0] for value in values])
    part = data.part(streams.held_out(seed))
    order, epochs = streams.data(seed), []
    for _ in range(training.epochs):
        rows = order.permutation(part.train)
        if data.drop_last:
            rows = rows[: len(rows) // training.batch_size * training.batch_size]
        history = built.model.fit(
            data.x[rows], data.y[rows], training.batch_size, shuffle=False, verbose=0
        )
        names = ("loss", "sparse_categorical_accuracy")
        epochs.append([history.history[name][0] for name in names])
    # Without the regulariser, as held-out losses are.
    outputs = built.model.predict(data.x[part.held_out], verbose=0)
    held = keras.losses.get(training.loss)(data.y[part.held_out], outputs)
    return np.array(epochs), float(np.mean(held))


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [8, 40, 1])
def test_every_epoch_is_that_of_keras_fit(drop_last, batch_size):
    data = DataSet(X, Y, classes=CLASS, drop_last=drop_last)
    streams, training = Streams(entropy=3), given(batch_size=batch_size)
    block = train_block(mlp, data, SEEDS, training, streams)
    for row, seed in enumerate(SEEDS):
        expected, held = keras_fits(data, streams, seed, training)
        loss, accuracy = expected.T
        np.testing.assert_allclose(block.loss[row], loss, rtol=1e-5)
        np.testing.assert_allclose(block.accuracy[row], accuracy, rtol=1e-5)
        np.testing.assert_allclose(block.eval_loss[row, -1], held, rtol=1e-5)


def test_a_recurrent_model_passes_over_sequences():
    x = GENERATOR.standard_normal((20, 4, 2)).astype("float32")
    y = (x.sum(axis=(1, 2)) > 0).astype("float32")[:, None]
    stack = [keras.Input((4, 2)), layers.LSTM(3), layers.Dense(1, activation="sigmoid")]
    training = given(loss="binary_crossentropy", batch_size=6, epochs=20)
    block = train_block(lambda: keras.Sequential(stack), DataSet(x, y), SEEDS, training)
    assert (block.loss[:, -1] < block.loss[:, 0]).all()
    assert block.predictions.shape == (2, 4, 1)


def test_parts_are_the_seed_s_and_stratified():
    data, streams = DataSet(X, Y, classes=CLASS, share=0.2), Streams(entropy=3)
    parts = [data.part(streams.held_out(seed)) for seed in range(20)]
    for part in parts:
        assert np.bincount(CLASS[part.held_out]).tolist() == [5, 3, 2]
        assert sorted([*part.train, *part.held_out]) == list(range(50))
    assert len({tuple(part.held_out) for part in parts}) == 20
    again = data.part(streams.held_out(3))
    np.testing.assert_array_equal(again.held_out, parts[3].held_out)


@pytest.mark.parametrize("pairing", ["data+weights", "data"])
def test_two_arms_of_one_seed_have_the_same_parts_and_the_same_order(pairing):
    data = DataSet(X, Y)
    found = []
    for arm in "ab":
        streams = Streams(entropy=1, pairing=pairing, arm=arm)
        found.append([*data.part(streams.held_out(4)).train, *streams.data(4).permutation(40)])
    assert found[0] == found[1]


def test_a_shared_split_is_one_for_all_seeds_and_a_fixed_held_out_set_is_taken_as_it_is():
    data, training = DataSet(X[:40], Y[:40]), given(evaluation="shared", epochs=2)
    one = train_block(mlp, data, SEEDS, training, Streams(entropy=3))
    part = data.part(Streams(entropy=3).held_out())
    np.testing.assert_array_equal(one.examples[0], [X[part.held_out]] * len(SEEDS))
    fixed = DataSet(X[:40], Y[:40], fixed=(X[40:], Y[40:]))
    other = train_block(mlp, fixed, SEEDS, given(epochs=2), Streams(entropy=3))
    np.testing.assert_array_equal(other.examples[0], [X[40:]] * len(SEEDS))
    assert np.isfinite(other.eval_loss).all()


def test_a_run_is_shown_held_out_examples_that_it_has_not_trained_on():
    data, streams = DataSet(X, Y, classes=CLASS), Streams(entropy=3)
    block = train_block(mlp, data, SEEDS, given(), streams)
    for row, seed in enumerate(SEEDS):
        held_out = data.part(streams.held_out(seed)).held_out
        np.testing.assert_array_equal(block.examples[0][row], X[held_out])
        outputs = keras.ops.convert_to_tensor(block.predictions[row])
        loss = keras.losses.sparse_categorical_crossentropy(block.examples[1][row], outputs)
        np.testing.assert_allclose(np.mean(loss), block.eval_loss[row, -1], rtol=1e-5)


def test_with_labels_at_each_timestep_a_run_is_shown_one_example_of_its_own():
    x = GENERATOR.standard_normal((20, 4, 2)).astype("float32")
    data, streams = DataSet(x, (x[..., :1] > 0).astype("float32")), Streams(entropy=3)
    stack = [keras.Input((4, 2)), layers.LSTM(3, return_sequences=True)]
    model = [*stack, layers.Dense(1, activation="sigmoid")]
    training = given(loss="binary_crossentropy")
    block = train_block(lambda: keras.Sequential(model), data, SEEDS, training, streams)
    assert block.predictions.shape == (2, 1, 4, 1)
    for row, seed in enumerate(SEEDS):
        first = data.part(streams.held_out(seed)).held_out[:1]
        np.testing.assert_array_equal(block.examples[0][row], x[first])
    shared = given(loss="binary_crossentropy", evaluation="shared")
    block = train_block(lambda: keras.Sequential(model), data, SEEDS, shared, streams)
    assert np.array_equal(*block.examples[0])


def test_of_a_large_set_examples_from_everywhere_are_shown():
    assert shown((49, 1)).tolist() == list(range(49))
    rows = shown((1000, 3))
    assert (len(rows), rows[0], rows[-1], len(set(rows))) == (50, 0, 999, 50)
    assert shown((1000, 10, 1)).tolist() == [0]


def test_a_run_depends_on_its_seed_alone_and_a_longer_budget_goes_on_the_same():
    data = DataSet(X, Y)
    short = train_block(mlp, data, [5], given())
    long = train_block(mlp, data, SEEDS, given(epochs=8))
    np.testing.assert_array_equal(short.loss[0], long.loss[1, :4])


@pytest.mark.parametrize("drop_last", [False, True])
def test_evaluating_within_a_pass_changes_no_bit_of_it_and_sees_what_keras_would(drop_last):
    data, streams = DataSet(X, Y, classes=CLASS, drop_last=drop_last), Streams(entropy=3)
    whole = train_block(mlp, data, SEEDS, given(evaluate_every=1, batch_size=7), streams)
    parts = train_block(mlp, data, SEEDS, given(evaluate_every=0.25, batch_size=7), streams)
    np.testing.assert_array_equal(whole.loss, parts.loss)
    np.testing.assert_array_equal(whole.eval_loss, parts.eval_loss[:, ::4])
    np.testing.assert_array_equal(parts.evaluation_epochs, np.arange(17) / 4)
    # 40 examples are 5 full batches of 7 and, where it is kept, one of 5.
    ends = [1, 2, 3] if drop_last else [1, 3, 4]
    part, order = data.part(streams.held_out(4)), streams.data(4).permutation
    built = build(mlp)
    built.model.compile(keras.optimizers.SGD(0.1), parts_loss := given().loss)
    values = initial(built, built.model.trainable_variables, streams, [4])
    assign(built.model.trainable_variables, [value[0] for value in values])
    rows = order(part.train)
    for place, (begin, end) in enumerate(pairwise([0, *ends])):
        for batch in rows[7 * begin : 7 * end].reshape(-1, 7):
            built.model.train_on_batch(data.x[batch], data.y[batch])
        outputs = built.model.predict(data.x[part.held_out], verbose=0)
        held = float(np.mean(keras.losses.get(parts_loss)(data.y[part.held_out], outputs)))
        np.testing.assert_allclose(parts.eval_loss[0, place + 1], held, rtol=1e-5)


@pytest.mark.parametrize(
    ("steps", "epochs_apart"), [(1, 1 / 6), (2, 1 / 3), (3, 0.5), (6, 1), (12, 2)]
)
def test_evaluations_some_steps_apart_are_those_after_so_many_batches(steps, epochs_apart):
    data, given_ = DataSet(X, Y, classes=CLASS), {"batch_size": 7, "epochs": 2}
    every = train_block(mlp, data, SEEDS, given(evaluate_every="1 step", **given_))
    block = train_block(mlp, data, SEEDS, given(evaluate_every=f"{steps} steps", **given_))
    np.testing.assert_array_equal(block.loss, every.loss)
    np.testing.assert_array_equal(block.eval_loss, every.eval_loss[:, ::steps])
    np.testing.assert_allclose(np.diff(block.evaluation_epochs), epochs_apart)


WRONG = {
    "steps that do not divide a pass": (
        DataSet(X, Y),
        {"evaluate_every": "4 steps", "batch_size": 7},
        "evaluate_every is 4 steps, but an epoch has 6, which they must divide or be several of; "
        "take 3 or 6 steps",
    ),
    "steps that are no whole passes": (
        DataSet(X, Y),
        {"evaluate_every": "13 steps", "batch_size": 7},
        "evaluate_every is 13 steps, but an epoch has 6, which they must divide or be several of; "
        "take 12 or 18 steps",
    ),
    "passes that do not divide the budget": (
        DataSet(X, Y),
        {"evaluate_every": "15 steps", "batch_size": 8},
        r"epochs must be a multiple of evaluate_every \(15 steps are 3 epochs\), but was 4",
    ),
    "more evaluations than batches": (
        DataSet(X, Y),
        {"evaluate_every": 0.05},
        "evaluate_every is 0.05 of an epoch, but an epoch has 5 batches; raise it",
    ),
    "batches that are too large": (
        DataSet(X, Y),
        {"batch_size": 41},
        "batch_size is 41, but there are 40 examples to train on; lower it",
    ),
    "nothing held out": (
        DataSet(X, Y, share=0.001),
        {},
        "held_out is 0.001 of 50 examples, which leaves 0 held out and 50 to train on",
    ),
}


@pytest.mark.parametrize(("data", "changed", "line"), WRONG.values(), ids=WRONG)
def test_what_can_t_be_trained_is_said(data, changed, line):
    with pytest.raises(TrainingError, match=f"^{line}"):
        train_block(mlp, data, SEEDS, given(**changed))
