"""Inputs that are words: which of them a run knows, and a vector in place of each."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from thresher.declarations import Words

PADDING, UNKNOWN = 0, 1


def vocabulary(words: Words, x: np.ndarray) -> np.ndarray:
    """Number the words that a run knows: the most frequent ones of what it trains on.

    Parameters
    ----------
    words : Words
    x : ndarray, shape (examples, timesteps)
        The training part: numbers of words, 0 after an example's end.

    Returns
    -------
    ndarray of float32, shape (different words + 1,)
        Number of a word → its row of the vectors: 0 for padding, 1 for every word that is not
        known, then by frequency; of words as frequent, the smaller number is first.

    Examples
    --------
    >>> vocabulary(Words(4, 2, 8), np.array([[3, 1, 3], [2, 3, 0]]))
    array([0., 3., 1., 2., 1.], dtype=float32)
    """
    counts = np.bincount(x.astype(int).ravel(), minlength=words.different + 1)[1:]
    known = np.argsort(-counts, kind="stable")[: words.known]
    known = known[counts[known] > 0] + 1
    table = np.full(words.different + 1, UNKNOWN, np.float32)
    table[0] = PADDING
    table[known] = UNKNOWN + 1 + np.arange(len(known))
    return table


class _ByNumber(keras.initializers.Initializer):
    """Knows the words with the smallest numbers, until a vocabulary is given."""

    def __init__(self, known: int) -> None:
        self.known = known

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        numbers = np.arange(shape[0])
        numbers = np.where(numbers > self.known, UNKNOWN, numbers + (numbers > 0))
        return keras.ops.cast(numbers, dtype)

    def get_config(self) -> dict[str, int]:
        return {"known": self.known}


class WordVectors(keras.layers.Layer):
    """Puts a trained vector in place of each word; padding is zero, and masked."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words

    def build(self, shape: Any) -> None:
        words = self.words
        self.vocabulary = self.add_weight(
            shape=(words.different + 1,),
            initializer=_ByNumber(words.known),
            trainable=False,
            name="vocabulary",
        )
        # As Keras' Embedding begins.
        self.vectors = self.add_weight(
            shape=(words.rows, words.width), initializer="uniform", name="vectors"
        )

    def call(self, numbers: Any) -> Any:
        ops = keras.ops
        rows = ops.take(self.vocabulary, ops.cast(numbers, "int32"))
        vectors = ops.take(self.vectors, ops.cast(rows, "int32"), axis=0)
        return ops.where(ops.expand_dims(numbers, -1) > 0, vectors, 0.0)

    def compute_mask(self, numbers: Any, mask: Any = None) -> Any:
        return keras.ops.not_equal(numbers, 0)


def _no_mask(inputs: Any, mask: Any = None) -> None:
    """Say that a model has one output a text, which has no mask."""


def in_front(words: Words, inputs: tuple[int, ...], model: keras.Model) -> keras.Model:
    """Return a model that takes words and gives their vectors to another one."""
    if not model.supports_masking:
        # Its layers have had the mask; without this, Keras warns that it ends at the model's edge.
        model.supports_masking, model.compute_mask = True, _no_mask
    numbers = keras.Input(inputs)
    return keras.Model(numbers, model(WordVectors(words)(numbers)), name=model.name)


def with_vocabularies(
    model: keras.Model, fixed: Sequence[np.ndarray], vocabularies: np.ndarray | None
) -> list[np.ndarray]:
    """Return the first values of what is not trained, with the vocabulary of each lane.

    Parameters
    ----------
    model : keras.Model
    fixed : sequence of ndarray, shape (lanes, ...)
        One for each of its non-trainable variables.
    vocabularies : ndarray, shape (lanes, different words + 1), or None
        None where inputs are no words.
    """
    if vocabularies is None:
        return list(fixed)
    (front,) = [layer for layer in model.layers if isinstance(layer, WordVectors)]
    own = front.vocabulary
    pairs = zip(model.non_trainable_variables, fixed, strict=True)
    return [vocabularies if variable is own else values for variable, values in pairs]
