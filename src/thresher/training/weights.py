"""Initial weights of all lanes, by the layers' own initializers, without a model for each seed."""

import copy
import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from thresher.training.streams import Streams, words

Build = Callable[[], keras.Model]


@dataclass(frozen=True, eq=False)
class Built:
    """A model and what is known of its variables.

    Attributes
    ----------
    model : keras.Model
    initializers : dict of int to object
        ``id(variable)`` → its initializer; variables that a layer made otherwise are absent.
    build : callable
        Builds the model again.
    drawers : dict
        Traced functions that draw variables of one kind for many lanes.
    """

    model: keras.Model
    initializers: dict[int, Any]
    build: Build
    drawers: dict[str, Any] = field(default_factory=dict)


class _LaneSeed(keras.random.SeedGenerator):
    """Gives an initializer the seed of a lane, which is a tensor, where it expects its own."""

    def __init__(self, seed: tf.Tensor) -> None:
        self._seed = seed

    def next(self, ordered: bool = True) -> tf.Tensor:
        return self._seed


def build(build_model: Build) -> Built:
    """Build the model once and record the initializer of every variable."""
    found: dict[int, Any] = {}
    with _recorded(found):
        model = build_model()
    return Built(model, found, build_model)


@contextmanager
def _recorded(found: dict[int, Any]) -> Iterator[None]:
    original = keras.layers.Layer.add_weight
    signature = inspect.signature(original)

    def add_weight(self: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
        variable = original(self, *args, **kwargs)
        given = signature.bind(self, *args, **kwargs).arguments.get("initializer")
        default = "glorot_uniform" if "float" in str(variable.dtype) else "zeros"
        found[id(variable)] = keras.initializers.get(default if given is None else given)
        return variable

    keras.layers.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = original


def initial(
    built: Built, variables: Sequence[Any], streams: Streams, seeds: Sequence[int]
) -> list[np.ndarray]:
    """Draw the first values of some variables for every lane.

    Parameters
    ----------
    built : Built
    variables : sequence of keras.Variable
        All trainable, or all non-trainable variables of the model.
    streams : Streams
    seeds : sequence of int
        One for each lane.

    Returns
    -------
    list of numpy.ndarray
        One for each variable, of shape ``(lanes, *variable.shape)``.

    Notes
    -----
    A value is drawn from (seed, initializer, shape, k), k counting the earlier variables of that
    initializer and shape in the model: arms share weights wherever shapes allow, and no two
    variables of one model share a draw.
    """
    earlier: Counter[str] = Counter()
    generators = 0
    values = []
    for variable in variables:
        initializer = built.initializers.get(id(variable))
        if _is_generator_state(variable):
            states = [streams.layers(seed, generators) for seed in seeds]
            values.append(np.stack(states).astype(str(variable.dtype)))
            generators += 1
        elif _is_random(initializer):
            name = _describe(initializer, variable)
            key = (*words(name), earlier[name])
            drawn = np.stack([streams.weights(seed, *key) for seed in seeds]).astype("uint32")
            values.append(_drawer(built, name, initializer, variable)(drawn).numpy())
            earlier[name] += 1
        else:
            values.append(_rebuilt(built, variable, streams, seeds))
    return values


def _is_keras_own(initializer: Any) -> bool:
    """Return whether Keras gives it, such as the function that fills the bias of an LSTM."""
    known = isinstance(initializer, keras.initializers.Initializer)
    return known or getattr(initializer, "__module__", "").startswith("keras.")


def _is_generator_state(variable: Any) -> bool:
    return variable.path.endswith("seed_generator_state")


def _is_random(initializer: Any) -> bool:
    known = isinstance(initializer, keras.initializers.Initializer)
    return known and "seed" in initializer.get_config()


def _describe(initializer: Any, variable: Any) -> str:
    # Some layers, such as EinsumDense, give their initializers a seed of chance.
    settings = {**initializer.get_config(), "seed": None}
    config = json.dumps(settings, sort_keys=True, default=str)
    return f"{type(initializer).__name__} {config} {tuple(variable.shape)}"


def _drawer(built: Built, name: str, initializer: Any, variable: Any) -> Any:
    """Return the traced function that draws such a variable for many lanes."""
    if name in built.drawers:
        return built.drawers[name]
    shape, dtype = tuple(variable.shape), variable.dtype

    def draw(seed: tf.Tensor) -> tf.Tensor:
        lane = copy.copy(initializer)
        lane.seed = _LaneSeed(seed)
        return tf.convert_to_tensor(lane(shape, dtype=dtype))

    @partial(tf.function, autograph=False)
    def draw_all(seeds: tf.Tensor) -> tf.Tensor:
        signature = tf.TensorSpec(shape, dtype)
        return tf.map_fn(draw, seeds, fn_output_signature=signature, parallel_iterations=1)

    built.drawers[name] = draw_all
    return draw_all


def _rebuilt(built: Built, variable: Any, streams: Streams, seeds: Sequence[int]) -> np.ndarray:
    """Serve what can't be seeded from outside: constant, or built for each seed."""
    initializer: Any = built.initializers.get(id(variable))
    if _is_keras_own(initializer):
        shape = tuple(variable.shape)
        drawn = [np.asarray(initializer(shape, dtype=variable.dtype)) for _ in range(2)]
        if np.array_equal(drawn[0], drawn[1]):
            return np.broadcast_to(drawn[0], (len(seeds), *shape)).copy()
    position = [id(v) for v in built.model.variables].index(id(variable))
    models = [_build_seeded(built, seed) for seed in (1, 2)]
    values = [model.variables[position].numpy() for model in models]
    if all(np.array_equal(values[0], other) for other in values):
        return np.broadcast_to(values[0], (len(seeds), *values[0].shape)).copy()
    words_of = [int(streams.weights(seed, position)[0]) for seed in seeds]
    return np.stack([_build_seeded(built, w).variables[position].numpy() for w in words_of])


@lru_cache(maxsize=4)
def _build_seeded(built: Built, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return built.build()
