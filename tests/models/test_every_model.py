"""What every model promises, whoever wrote it."""

from itertools import product

import keras
import numpy as np
import pytest

import trial
from thresher import analyses, decoding, models, tasks
from thresher.declarations import Head, ModelDeclaration, Option
from thresher.study.arms import _OWN, _TRAINING_FACTORS
from thresher.trace import PREDICTIONS, RUN, SEED
from thresher.training.job import AXIS, quantities
from thresher.training.matching import build_for

INPUTS = [(10, 1), (7, 3)]
HEADS = [
    Head(1, "sigmoid", per_timestep=True),
    Head(3, "softmax", per_timestep=True),
    Head(2, "sigmoid", per_timestep=False),
    Head(4, "softmax", per_timestep=False),
    Head(1, "linear", per_timestep=False),
]
# Factors are columns beside these, and beside what a variant may hold besides options.
COLUMNS = {*RUN, SEED, AXIS, *PREDICTIONS, *quantities("binary_crossentropy")}
TAKEN = COLUMNS | {column for schema in analyses.schemas().values() for column in schema}


@pytest.fixture(params=models.NAMES)
def model(request) -> ModelDeclaration:
    return models.load(request.param)


def options_of(model: ModelDeclaration) -> list[dict]:
    """Every combination of choices, at the default numbers, at small and at middle ones."""
    numbers = {name: o.default for name, o in model.options.items() if not o.choices}
    small = {name: 3 for name, o in model.options.items() if o.type is int}
    middle = {
        name: (o.minimum + o.below) / 2
        for name, o in model.options.items()
        if o.type is float and o.minimum is not None and o.below is not None
    }
    words = {name: o.choices for name, o in model.options.items() if o.choices}
    chosen = [dict(zip(words, values, strict=True)) for values in product(*words.values())]
    every = [{**numbers, **number, **word} for number in ({}, small, middle) for word in chosen]
    return [options for place, options in enumerate(every) if options not in every[:place]]


def test_a_model_declares_plain_options(model):
    for name, option in model.options.items():
        assert isinstance(option, Option)
        assert option.help.endswith(".")
        assert option.default is not None
        assert name.isidentifier()
        assert name not in {*_OWN, *_TRAINING_FACTORS, *TAKEN}


@pytest.mark.parametrize("head", HEADS, ids=str)
@pytest.mark.parametrize("inputs", INPUTS, ids=str)
def test_the_declared_parameter_count_and_the_head_are_those_of_keras(model, inputs, head):
    for options in options_of(model):
        built = model.build(options, inputs, head)
        assert isinstance(built, keras.Model)
        assert built.input_shape == (None, *inputs)
        steps = inputs[:1] if head.per_timestep else ()
        assert built.output_shape == (None, *steps, head.units)
        assert built.layers[-1].activation is keras.activations.get(head.activation)
        trainable = sum(int(np.prod(v.shape)) for v in built.trainable_variables)
        assert model.parameters(options, inputs, head) == trainable, options
        assert not built.compiled


@pytest.mark.parametrize("name", tasks.NAMES)
def test_every_model_gives_every_task_finite_outputs_that_it_can_read(model, name):
    task = tasks.load(name)
    chosen = trial.options_of(task)
    x, y = task.draw(np.random.default_rng(0), chosen, 4)
    options = options_of(model)[0]
    built = build_for(task, chosen, model, options)
    outputs = np.asarray(built(x))
    assert np.isfinite(float(keras.losses.get(task.loss)(y, outputs).numpy().mean()))
    read = decoding.read(task, chosen, (x[None], y[None]), outputs[None])
    assert read.output.shape == read.decoded.shape == read.expected.shape
    assert read.output.shape[:2] == (1, 4)
    assert np.isfinite(read.decoded).all()


def test_an_unknown_model_is_an_error_with_the_list():
    with pytest.raises(KeyError, match=f"no model 'nothing'; there are {', '.join(models.NAMES)}"):
        models.load("nothing")
