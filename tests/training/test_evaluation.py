"""Evaluation is Keras' own, in inference mode, and leaves training alone."""

import keras
import numpy as np
import pytest
from keras import layers
from training_cases import MODELS, SEQUENCE, lstm, options, sequential
from training_reference import assign

from thresher.training import Streams, train_block
from thresher.training.weights import build, initial

NOISY = sequential(
    lstm(), lambda: layers.Dropout(0.5), lambda: layers.BatchNormalization(), lstm(dropout=0.3)
)
PADDED = MODELS["tokens and padding"]


@pytest.mark.parametrize("size", [3, 64])
@pytest.mark.parametrize("case", [(NOISY, SEQUENCE), PADDED], ids=["noise", "padding"])
def test_loss_and_accuracy_are_those_of_keras_evaluate(case, size):
    model, task = case
    streams = Streams(entropy=8)
    given = options(epochs=1, evaluate_every=1, evaluation_size=size)
    block = train_block(model, task, [4, 5], given, streams)
    x, y = task.held_out(streams.held_out(), size)
    built = build(model)
    built.model.compile(loss="binary_crossentropy", metrics=["binary_accuracy"])
    for row, seed in enumerate((4, 5)):
        values = initial(built, built.model.trainable_variables, streams, [seed])
        assign(built.model.trainable_variables, [value[0] for value in values])
        expected = built.model.evaluate(x, y, batch_size=size, verbose=0)
        found = block.eval_loss[row, 0], block.eval_accuracy[row, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_evaluating_more_often_changes_no_bit_of_training():
    often, seldom = (
        train_block(NOISY, SEQUENCE, range(3), options(epochs=6, evaluate_every=every))
        for every in (1, 6)
    )
    assert np.array_equal(often.loss, seldom.loss)
    assert np.array_equal(often.eval_loss[:, [0, 6]], seldom.eval_loss)


def test_predictions_are_the_outputs_for_the_first_held_out_example():
    given = options(epochs=2, evaluate_every=2, evaluation_size=1)
    block = train_block(sequential(lstm()), SEQUENCE, range(3), given)
    y = block.example[1]
    expected = [np.mean(keras.losses.binary_crossentropy(y, p)) for p in block.predictions]
    np.testing.assert_allclose(block.eval_loss[:, -1], expected, rtol=1e-5)
