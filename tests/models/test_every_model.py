"""What every model promises, whoever wrote it."""

from itertools import product

import keras
import numpy as np
import pytest

from thresher import models, tasks
from thresher.declarations import ModelDeclaration, Option
from thresher.study.arms import _OWN, _TRAINING_FACTORS
from thresher.tables import TABLES

SHAPES = [((10, 1), (10, 1)), ((7, 3), (7, 2))]
# Factors are columns beside these, and beside what a variant may hold besides options.
TAKEN = {column for table in TABLES.values() for column in table} - {"merge_mode"}


@pytest.fixture(params=models.NAMES)
def model(request) -> ModelDeclaration:
    return models.load(request.param)


def options_of(model: ModelDeclaration) -> list[dict]:
    """Every combination of choices, at the default numbers and at small ones."""
    numbers = [
        {name: o.default for name, o in model.options.items() if not o.choices},
        {name: 3 for name, o in model.options.items() if o.type is int},
    ]
    words = {name: o.choices for name, o in model.options.items() if o.choices}
    chosen = [dict(zip(words, values, strict=True)) for values in product(*words.values())]
    return [{**numbers[0], **number, **word} for number in numbers for word in chosen]


def test_a_model_declares_plain_options(model):
    for name, option in model.options.items():
        assert isinstance(option, Option)
        assert option.help.endswith(".")
        assert option.default is not None
        assert name.isidentifier()
        assert name not in {*_OWN, *_TRAINING_FACTORS, *TAKEN}


@pytest.mark.parametrize(("inputs", "outputs"), SHAPES)
def test_the_declared_parameter_count_and_shapes_are_those_of_keras(model, inputs, outputs):
    for options in options_of(model):
        built = model.build(options, inputs, outputs)
        assert isinstance(built, keras.Model)
        assert built.input_shape == (None, *inputs)
        assert built.output_shape == (None, *outputs)
        trainable = sum(int(np.prod(v.shape)) for v in built.trainable_variables)
        assert model.parameters(options, inputs, outputs) == trainable, options
        assert not built.compiled


@pytest.mark.parametrize("task", tasks.NAMES)
def test_every_model_gives_every_task_finite_outputs(model, task):
    declared = tasks.load(task)
    chosen = {name: option.default for name, option in declared.options.items()}
    x, y = declared.draw(np.random.default_rng(0), chosen, 4)
    for options in options_of(model)[:1]:
        built = model.build(options, declared.inputs(chosen), declared.outputs(chosen))
        outputs = np.asarray(built(x))
        assert outputs.shape == y.shape
        assert np.isfinite(float(keras.losses.get(declared.loss)(y, outputs).numpy().mean()))


def test_an_unknown_model_is_an_error_with_the_list():
    with pytest.raises(KeyError, match=f"no model 'nothing'; there are {', '.join(models.NAMES)}"):
        models.load("nothing")
