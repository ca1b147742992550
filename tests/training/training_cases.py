"""Models of every kind, and tasks of random examples for them."""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from thresher.training_options import Training

STEPS, UNITS, EPOCHS = 4, 5, 50


@dataclass(frozen=True)
class Examples:
    """A task for tests: random inputs and labels of given shapes."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    labels: str = "binary"
    vocabulary: int = 0
    repeats: bool = True

    def draw(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        if self.vocabulary and not self.repeats:
            tokens = np.tile(np.arange(self.vocabulary), (n, 1))
            x = generator.permuted(tokens, axis=1)[:, : self.inputs[0]].astype("float32")
        elif self.vocabulary:
            x = generator.integers(0, self.vocabulary, (n, *self.inputs)).astype("float32")
        else:
            x = generator.standard_normal((n, *self.inputs)).astype("float32")
        return x, self._labels(generator, n)

    held_out = draw

    def _labels(self, generator: np.random.Generator, n: int) -> np.ndarray:
        shape = (n, *self.outputs)
        if self.labels == "binary":
            return generator.integers(0, 2, shape).astype("float32")
        if self.labels == "sparse":
            return generator.integers(0, 3, (*shape[:-1], 1)).astype("float32")
        if self.labels == "categorical":
            return np.eye(shape[-1], dtype="float32")[generator.integers(0, shape[-1], shape[:-1])]
        return generator.standard_normal(shape).astype("float32")


SEQUENCE = Examples((STEPS, 2), (STEPS, 1))
SINGLE = Examples((STEPS, 2), (1,))
LONG = Examples((50, 2), (50, 1))


def sequential(*stack, inputs=(STEPS, 2), activation="sigmoid", outputs=1):
    def build() -> keras.Model:
        made = [layer() for layer in stack]
        head = layers.Dense(outputs, activation=activation)
        return keras.Sequential([keras.Input(inputs), *made, head])

    return build


def lstm(**options):
    return lambda: layers.LSTM(UNITS, return_sequences=True, **options)


def gru(**options):
    return lambda: layers.GRU(UNITS, return_sequences=True, **options)


def two_branches() -> keras.Model:
    inputs = keras.Input((STEPS, 2))
    left = layers.LSTM(UNITS, return_sequences=True)(inputs)
    right = layers.Dense(UNITS, activation="relu")(inputs)
    joined = layers.Concatenate()([left, right])
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(joined))


def attention() -> keras.Model:
    inputs = keras.Input((STEPS, 4))
    hidden = layers.MultiHeadAttention(2, 3)(inputs, inputs)
    hidden = layers.LayerNormalization()(hidden + inputs)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))


@keras.saving.register_keras_serializable()
class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.GRU(UNITS, return_sequences=True)
        self.head = layers.Dense(1, activation="sigmoid")

    def call(self, inputs):
        return self.head(self.hidden(inputs))


def subclassed() -> keras.Model:
    model = Subclassed()
    model(np.zeros((1, STEPS, 2), "float32"))
    return model


def bidirectional(mode):
    return lambda: layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), merge_mode=mode)


def dense(**options):
    return lambda: layers.Dense(UNITS, activation="tanh", **options)


MODELS = {
    "LSTM": (sequential(lstm()), SEQUENCE),
    "LSTM going backwards": (sequential(lstm(go_backwards=True)), SEQUENCE),
    "LSTM with other activations": (sequential(lstm(activation="relu")), SEQUENCE),
    "LSTM, one output a sequence": (sequential(lambda: layers.LSTM(UNITS)), SINGLE),
    "GRU": (sequential(gru()), SEQUENCE),
    "GRU that resets before the product": (sequential(gru(reset_after=False)), SEQUENCE),
    "GRU, one output a sequence": (sequential(lambda: layers.GRU(UNITS)), SINGLE),
    "Bidirectional GRU": (sequential(lambda: layers.Bidirectional(gru()())), SEQUENCE),
    "SimpleRNN": (sequential(lambda: layers.SimpleRNN(UNITS, return_sequences=True)), SEQUENCE),
    **{
        f"Bidirectional {mode}": (sequential(bidirectional(mode)), SEQUENCE)
        for mode in ("sum", "mul", "ave", "concat")
    },
    "stacked Bidirectional": (sequential(bidirectional("concat"), bidirectional("sum")), SEQUENCE),
    "Conv1D and LSTM": (
        sequential(lambda: layers.Conv1D(3, 2, padding="causal"), lstm()),
        SEQUENCE,
    ),
    "Embedding": (
        sequential(lambda: layers.Embedding(7, 3), lstm(), inputs=(STEPS,)),
        Examples((STEPS,), (STEPS, 1), vocabulary=7, repeats=False),
    ),
    "tokens and padding": (
        sequential(
            lambda: layers.Embedding(7, 3, mask_zero=True), bidirectional("sum"), inputs=(STEPS,)
        ),
        Examples((STEPS,), (STEPS, 1), vocabulary=7, repeats=False),
    ),
    "Dropout": (sequential(lstm(), lambda: layers.Dropout(0.5)), SEQUENCE),
    "recurrent dropout": (sequential(lstm(dropout=0.3, recurrent_dropout=0.3)), SEQUENCE),
    "BatchNormalization": (sequential(dense(), lambda: layers.BatchNormalization()), SEQUENCE),
    "LayerNormalization": (sequential(lstm(), lambda: layers.LayerNormalization()), SEQUENCE),
    "MultiHeadAttention": (attention, Examples((STEPS, 4), (STEPS, 1))),
    "two branches": (two_branches, SEQUENCE),
    "subclassed": (subclassed, SEQUENCE),
    "kernel regulariser": (sequential(dense(kernel_regularizer="l2")), SEQUENCE),
    "activity regulariser": (sequential(dense(activity_regularizer="l1")), SEQUENCE),
    "kernel constraint": (sequential(dense(kernel_constraint="max_norm")), SEQUENCE),
    "LSTM, too long to be unrolled": (sequential(lstm(go_backwards=True), inputs=(50, 2)), LONG),
    "GRU, too long to be unrolled": (sequential(gru(), inputs=(50, 2)), LONG),
    "SimpleRNN, too long to be unrolled": (
        sequential(dense(), lambda: layers.SimpleRNN(UNITS, return_sequences=True), inputs=(50, 2)),
        LONG,
    ),
    "recurrent dropout, too long to be unrolled": (
        sequential(dense(), lstm(dropout=0.3, recurrent_dropout=0.3), inputs=(50, 2)),
        LONG,
    ),
}


def options(**changed) -> Training:
    given = {"epochs": EPOCHS, "evaluate_every": EPOCHS, "evaluation_size": 16, "lane_width": 3}
    return Training(**{**given, **changed})
