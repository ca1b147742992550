"""The optimizers and schedules that a study may name are Keras', with its defaults."""

import inspect

import keras
import numpy as np
import pytest

from thresher.optimizers import CLIPPING, OPTIMIZERS, REFUSED, SCHEDULES, build

INNER = {"Optimizer", "OptimizerMap"}  # A base class and a data structure.
SCHEDULE_EXAMPLES = {
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10},
    "PiecewiseConstantDecay": {"boundaries": [10, 20], "values": [0.1, 0.05, 0.01]},
}


def defaults(keras_class) -> dict:
    parameters = inspect.signature(keras_class).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters}


def subclasses(module, base) -> set[str]:
    return {
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, base)
    }


def test_every_optimizer_of_keras_is_served_or_refused_with_a_reason():
    names = {
        name for name in dir(keras.optimizers) if inspect.isclass(getattr(keras.optimizers, name))
    }
    assert {name.lower() for name in names - INNER} == {*OPTIMIZERS, *REFUSED}
    assert not set(OPTIMIZERS) & set(REFUSED)
    assert all(REFUSED.values())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_is_built_with_the_defaults_of_keras(name):
    keras_class = getattr(keras.optimizers, OPTIMIZERS[name].keras_class)
    built, own = build(name), keras_class()
    assert type(built) is keras_class
    assert built.get_config() == own.get_config() | {"name": built.name}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_declared_options_have_the_names_and_defaults_of_keras(name):
    declaration = OPTIMIZERS[name]
    known = defaults(getattr(keras.optimizers, declaration.keras_class))
    assert declaration.learning_rate == known["learning_rate"]
    assert {key: known[key] for key in declaration.options} == {
        key: option.default for key, option in declaration.options.items()
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_declared_option_reaches_keras(name):
    for key, option in OPTIMIZERS[name].options.items():
        value = not option.default if option.type is bool else 0.25
        assert build(name, 0.5, {key: value}).get_config()[key] == value
    assert float(build(name, 0.5).learning_rate) == 0.5


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_downhill(name):
    variable = keras.Variable([3.0, -2.0])
    optimizer = build(name, 0.05)
    before = float(np.square(variable).sum())
    for _ in range(20):
        optimizer.apply([2 * variable.value], [variable])
    assert float(np.square(variable).sum()) < before


def step(optimizer, gradients):
    variables = [keras.Variable(np.zeros(len(gradient))) for gradient in gradients]
    optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in gradients], variables)
    return [-np.asarray(variable) for variable in variables]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        # Gradients (3, 4) and (0, 12): norms 5 and 12, together 13.
        ("clipnorm", [[0.6, 0.8], [0, 1]]),
        ("clipvalue", [[1, 1], [0, 1]]),
        ("global_clipnorm", [[3 / 13, 4 / 13], [0, 12 / 13]]),
    ],
)
def test_clipping_is_that_of_keras(option, expected):
    assert option in CLIPPING
    moved = step(build("sgd", 1.0, {option: 1.0}), [[3.0, 4.0], [0.0, 12.0]])
    np.testing.assert_allclose(moved, expected, rtol=1e-6)


def test_every_schedule_of_keras_is_known():
    schedules = keras.optimizers.schedules
    base = schedules.LearningRateSchedule
    assert set(SCHEDULES) == subclasses(schedules, base) - {base.__name__} == set(SCHEDULE_EXAMPLES)


@pytest.mark.parametrize("name", SCHEDULES)
def test_declared_arguments_have_the_names_and_defaults_of_keras(name):
    declaration = SCHEDULES[name]
    known = defaults(getattr(keras.optimizers.schedules, name))
    known.pop("name")
    required = {key for key, default in known.items() if default is inspect.Parameter.empty}
    assert set(declaration.required) == required == set(SCHEDULE_EXAMPLES[name])
    assert {key: option.default for key, option in declaration.optional.items()} == {
        key: default for key, default in known.items() if key not in required
    }


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_built_and_followed(name):
    arguments = SCHEDULE_EXAMPLES[name]
    optimizer = build("sgd", {"schedule": name, **arguments})
    schedule = getattr(keras.optimizers.schedules, name)(**arguments)
    variable = keras.Variable(0.0)
    for epoch in range(25):
        before = float(variable)
        optimizer.apply([keras.ops.convert_to_tensor(1.0)], [variable])
        assert before - float(variable) == pytest.approx(float(schedule(epoch)), rel=1e-4, abs=1e-7)
