"""A run knows the words of its own training part, and padding counts for nothing."""

import keras
import numpy as np
import pytest
from training_reference import assign

from thresher import models
from thresher.declarations import Head, Words
from thresher.training import DataSet, Streams, Training, train_block
from thresher.training.weights import build, initial
from thresher.training.words import UNKNOWN, WordVectors, in_front, vocabulary

WIDTH, STEPS, SEEDS = 6, 7, (0, 1)
HEAD = Head(2, "softmax", per_timestep=False)
CLASS = np.arange(80) % 2


def texts(different: int = 30) -> np.ndarray:
    """Numbers of words, of which 1 or 2 decide on the label; 0 after a text's end."""
    generator = np.random.default_rng(3)
    x = generator.integers(3, different + 1, (80, STEPS)).astype(np.float32)
    x[np.arange(STEPS) >= generator.integers(1, STEPS + 1, 80)[:, None]] = 0
    x[:, 0] = 1 + CLASS
    return x


def model_of(name: str, words: Words, steps: int = STEPS, **given):
    declared = models.load(name)
    options = {option: value.default for option, value in declared.options.items()}
    options |= {option: value for option, value in given.items() if option in options}

    def made() -> keras.Model:
        return in_front(words, (steps,), declared.build(options, (steps, words.width), HEAD))

    return made


def training(**changed) -> Training:
    given = {"epochs": 2, "batch_size": 16, "evaluate_every": 1, "lane_width": 2}
    given |= {"loss": "sparse_categorical_crossentropy", "optimizer": "sgd", "learning_rate": 0.1}
    return Training(**{**given, **changed})


def data_of(x: np.ndarray, words: Words) -> DataSet:
    return DataSet(x, CLASS[:, None].astype("float32"), classes=CLASS, words=words)


def test_words_are_known_by_how_often_the_training_part_has_them_ties_by_number():
    words = Words(different=6, known=3, width=2)
    x = np.array([[5, 5, 2], [6, 2, 3], [1, 0, 0]])
    # 5 and 2 twice, 2 first by its number; then 1, 3 and 6 once; 4 never
    assert vocabulary(words, x).tolist() == [0, 4, 2, 1, 1, 3, 1]
    assert vocabulary(words, x[:1]).tolist() == [0, 1, 3, 1, 1, 2, 1]


@pytest.mark.parametrize("name", ["gru", "mlp"])
def test_a_run_is_that_of_keras_with_the_vocabulary_of_its_own_split(name):
    words = Words(30, 12, WIDTH)
    data, streams, given = data_of(texts(), words), Streams(entropy=3), training()
    made = model_of(name, words, units=5)
    block = train_block(made, data, SEEDS, given, streams)
    tables = []
    for row, seed in enumerate(SEEDS):
        built = build(made)
        model = built.model
        values = initial(built, model.trainable_variables, streams, [seed])
        assign(model.trainable_variables, [value[0] for value in values])
        part = data.part(streams.held_out(seed))
        tables.append(vocabulary(words, data.x[part.train]))
        (front,) = [layer for layer in model.layers if isinstance(layer, WordVectors)]
        front.vocabulary.assign(tables[-1])
        model.compile(keras.optimizers.SGD(0.1), given.loss)
        order = streams.data(seed)
        for epoch in range(given.epochs):
            rows = order.permutation(part.train)
            fit = model.fit(data.x[rows], data.y[rows], 16, shuffle=False, verbose=0)
            np.testing.assert_allclose(block.loss[row, epoch], fit.history["loss"][0], rtol=1e-5)
        outputs = model.predict(data.x[part.held_out], verbose=0)
        held = float(np.mean(keras.losses.get(given.loss)(data.y[part.held_out], outputs)))
        np.testing.assert_allclose(block.eval_loss[row, -1], held, rtol=1e-5)
    assert not np.array_equal(*tables)


def test_a_word_of_held_out_texts_alone_is_unknown_whichever_it_is():
    words, streams = Words(40, 40, WIDTH), Streams(entropy=3)
    x = texts()
    held = data_of(x, words).part(streams.held_out(0)).held_out
    second = x[held, 1] > 0
    assert second.any()
    made = model_of("mlp", words, units=5)

    def losses(word: int) -> np.ndarray:
        changed = x.copy()
        changed[held[second], 1] = word
        return train_block(made, data_of(changed, words), [0], training(), streams).eval_loss

    # Words 31 to 40 are in no other text.
    np.testing.assert_array_equal(losses(31), losses(40))
    assert not np.array_equal(losses(31), losses(1))
    changed = x.copy()
    changed[held[second], 1] = 31
    rows = data_of(changed, words).part(streams.held_out(0)).train
    assert vocabulary(words, changed[rows])[31] == UNKNOWN


@pytest.mark.parametrize("name", ["lstm", "bilstm", "gru", "simple_rnn", "conv1d_lstm"])
def test_padding_counts_for_nothing(name):
    words, x = Words(30, 30, WIDTH), texts()
    short, long = (model_of(name, words, steps, units=4)() for steps in (STEPS, STEPS + 5))
    long.set_weights(short.get_weights())
    padded = np.pad(x, [(0, 0), (0, 5)])
    np.testing.assert_allclose(long(padded), short(x), atol=1e-6)


def test_a_transformer_attends_to_no_padding():
    words, x = Words(30, 30, WIDTH), texts()
    model = model_of("transformer", words, units=4)()
    (front,) = [layer for layer in model.layers if isinstance(layer, WordVectors)]
    before = np.asarray(model(x))
    empty = front.vectors.numpy()
    empty[0] += 5
    front.vectors.assign(empty)
    np.testing.assert_array_equal(model(x), before)
    inner = model.layers[-1]
    vectors = front(x)
    loud = keras.ops.where(vectors == 0, 3.0, vectors)
    loud._keras_mask = vectors._keras_mask
    np.testing.assert_allclose(inner(loud), before, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", models.NAMES)
@pytest.mark.filterwarnings("error:Layer .* was passed an input with a mask")
def test_every_model_learns_from_words(name):
    words = Words(30, 20, WIDTH)
    given = training(epochs=12, evaluate_every=12, optimizer="adam", learning_rate=0.03)
    made = model_of(name, words, units=8, depth=1)
    block = train_block(made, data_of(texts(), words), SEEDS, given)
    assert (block.eval_accuracy[:, -1] > 0.9).all()
