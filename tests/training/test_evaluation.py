"""Evaluation is Keras' own, in inference mode, on the right set, and leaves training alone."""

import keras
import numpy as np
import pytest
from keras import layers
from training_cases import (
    LONG,
    MODELS,
    SEQUENCE,
    SINGLE,
    UNITS,
    bidirectional,
    gru,
    lstm,
    options,
    sequential,
)
from training_reference import assign

from thresher.training import Streams, TrainingError, train_block
from thresher.training.weights import build, initial

NOISY = sequential(
    lstm(), lambda: layers.Dropout(0.5), lambda: layers.BatchNormalization(), lstm(dropout=0.3)
)
LSTM, GRU = sequential(lstm()), sequential(gru())
LAST = sequential(lambda: layers.Bidirectional(layers.GRU(UNITS), merge_mode="ave"))
CASES = {
    "noise": (NOISY, SEQUENCE),
    "padding": MODELS["tokens and padding"],
    "GRU": (GRU, SEQUENCE),
    "both directions": MODELS["Bidirectional mul"],
    "both directions, side by side": MODELS["Bidirectional concat"],
    "the last of both directions": (LAST, SINGLE),
    "scanned": MODELS["LSTM, too long to be unrolled"],
    "both directions, scanned": (sequential(bidirectional("concat"), inputs=(50, 2)), LONG),
}
SEEDS = (4, 5)


def keras_evaluates(case, streams, size, seeds_sets):
    """Loss and accuracy of untrained models by Keras, a row for each pair of seed and set."""
    model, _ = case
    built = build(model)
    built.model.compile(loss="binary_crossentropy", metrics=["binary_accuracy"])
    for seed, (x, y) in seeds_sets:
        values = initial(built, built.model.trainable_variables, streams, [seed])
        assign(built.model.trainable_variables, [value[0] for value in values])
        yield built.model.evaluate(x, y, batch_size=size, verbose=0)


@pytest.mark.parametrize(
    ("name", "size", "evaluation"),
    [
        *((name, 64, "per_seed") for name in CASES),
        *((name, 3, "per_seed") for name in ("noise", "padding")),
        ("both directions", 64, "shared"),
    ],
)
def test_loss_and_accuracy_are_those_of_keras_evaluate_on_the_seed_s_own_set(
    name, size, evaluation
):
    model, task = case = CASES[name]
    streams = Streams(entropy=8)
    given = options(epochs=1, evaluate_every=1, evaluation_size=size, evaluation=evaluation)
    block = train_block(model, task, SEEDS, given, streams)
    keys = {seed: seed if evaluation == "per_seed" else None for seed in SEEDS}
    sets = {seed: task.held_out(streams.held_out(keys[seed]), size) for seed in SEEDS}
    halves = {seed: [values[: size // 2] for values in sets[seed]] for seed in SEEDS}
    for held_out, suffix in ((sets, ""), (halves, "_half")):
        expected = list(keras_evaluates(case, streams, size, held_out.items()))
        found = [getattr(block, f"eval_{name}{suffix}")[:, 0] for name in ("loss", "accuracy")]
        np.testing.assert_allclose(np.transpose(found), expected, rtol=1e-6, atol=1e-7)


def untrained(streams, **changed):
    """Held-out losses of untrained LSTMs."""
    given = options(epochs=1, evaluate_every=1, **changed)
    return train_block(LSTM, SEQUENCE, SEEDS, given, streams).eval_loss[:, 0]


@pytest.mark.parametrize("pairing", ["data+weights", "data"])
def test_two_arms_of_one_seed_see_the_same_set(pairing):
    streams = [Streams(entropy=1, pairing=pairing, arm=arm) for arm in "ab"]
    for seed in SEEDS:
        one, other = (SEQUENCE.held_out(s.held_out(seed), 8) for s in streams)
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_unpaired_arms_see_sets_of_their_own():
    one, other = (Streams(1, "none", arm).held_out(4).random(8) for arm in "ab")
    assert not np.isclose(one, other).any()
    one, other = (Streams(1, "none", arm).held_out().random(8) for arm in "ab")
    assert np.array_equal(one, other)


def test_two_seeds_see_different_sets_and_neither_is_the_shared_one():
    streams = Streams(entropy=1)
    drawn = [streams.held_out(seed).random(8) for seed in (*SEEDS, None)]
    assert len(np.unique(drawn)) == 3 * 8
    assert not np.isclose(untrained(streams), untrained(streams, evaluation="shared")).any()


def test_held_out_sets_share_no_example_with_training_data():
    streams = Streams(entropy=1)
    drawn = [streams.data(4).random(8), streams.held_out(4).random(8)]
    assert not np.isin(*drawn).any()


def test_another_mode_of_evaluation_changes_no_bit_of_training():
    own, shared = (
        train_block(NOISY, SEQUENCE, range(3), options(evaluation=evaluation))
        for evaluation in ("per_seed", "shared")
    )
    assert np.array_equal(own.loss, shared.loss)
    assert not np.isclose(own.eval_loss, shared.eval_loss).any()


def test_evaluating_more_often_changes_no_bit_of_training():
    often, seldom = (
        train_block(NOISY, SEQUENCE, range(3), options(epochs=6, evaluate_every=every))
        for every in (1, 6)
    )
    assert np.array_equal(often.loss, seldom.loss)
    assert np.array_equal(often.eval_loss[:, [0, 6]], seldom.eval_loss)


def test_predictions_are_the_outputs_for_an_example_that_all_runs_share():
    given = {"epochs": 2, "evaluate_every": 2, "evaluation_size": 1}
    shared, own = (
        train_block(LSTM, SEQUENCE, range(3), options(**given, evaluation=evaluation))
        for evaluation in ("shared", "per_seed")
    )
    x, y = SEQUENCE.held_out(Streams().held_out(), 1)
    for block in (shared, own):
        for values, wanted in zip(block.examples, (x, y), strict=True):
            assert np.array_equal(values, [wanted] * 3)
    np.testing.assert_allclose(own.predictions, shared.predictions, rtol=1e-6)
    expected = [np.mean(keras.losses.binary_crossentropy(y[0], p[0])) for p in own.predictions]
    np.testing.assert_allclose(shared.eval_loss[:, -1], expected, rtol=1e-5)


def test_an_unknown_mode_of_evaluation_is_refused():
    with pytest.raises(TrainingError, match="one of per_seed, shared, but was pooled"):
        train_block(LSTM, SEQUENCE, SEEDS, options(evaluation="pooled"))
