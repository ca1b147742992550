"""The optimizers that a study may name, with Keras' own defaults, and why some can't be served.

thresher applies one optimizer to the variables of all lanes at once, stacked along a first axis.
That is right for an optimizer that treats every element alone. Clipping by a norm is done inside
each lane instead; an optimizer that looks at the shape or the norm of a variable can't be served.
"""

from collections.abc import Mapping
from typing import Any

from thresher.declarations import OptimizerDeclaration, Option, ScheduleDeclaration

CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")
_COMMON = {
    "weight_decay": Option(float, minimum=0, help="Decoupled weight decay."),
    "clipnorm": Option(float, above=0, help="Clips the norm of each variable's gradient."),
    "clipvalue": Option(float, above=0, help="Clips every element of the gradient."),
    "global_clipnorm": Option(float, above=0, help="Clips the norm of all gradients together."),
}


def _fraction(default: float, text: str) -> Option:
    return Option(float, default, minimum=0, below=1, help=text)


_FIRST = "Decay of the first moment."
_SECOND = "Decay of the second moment."
_EPSILON = Option(float, 1e-7, above=0, help="Keeps the division finite.")
_MOMENTUM = _fraction(0.0, "Momentum.")
_MOMENTS = {"beta_1": _fraction(0.9, _FIRST), "beta_2": _fraction(0.999, _SECOND)}
_AMSGRAD = Option(bool, False, help="The AMSGrad variant.")

OPTIMIZERS: Mapping[str, OptimizerDeclaration] = {
    name: OptimizerDeclaration(keras_class, rate, {**_COMMON, **options})
    for name, keras_class, rate, options in (
        (
            "sgd",
            "SGD",
            0.01,
            {"momentum": _MOMENTUM, "nesterov": Option(bool, False, help="Nesterov momentum.")},
        ),
        (
            "rmsprop",
            "RMSprop",
            0.001,
            {
                "rho": _fraction(0.9, _SECOND),
                "momentum": _MOMENTUM,
                "epsilon": _EPSILON,
                "centered": Option(bool, False, help="Divides by the centred moment."),
            },
        ),
        ("adam", "Adam", 0.001, {**_MOMENTS, "epsilon": _EPSILON, "amsgrad": _AMSGRAD}),
        (
            "adamw",
            "AdamW",
            0.001,
            {
                **_MOMENTS,
                "epsilon": _EPSILON,
                "amsgrad": _AMSGRAD,
                "weight_decay": Option(float, 0.004, minimum=0, help="Decoupled weight decay."),
            },
        ),
        ("nadam", "Nadam", 0.001, {**_MOMENTS, "epsilon": _EPSILON}),
        ("adamax", "Adamax", 0.001, {**_MOMENTS, "epsilon": _EPSILON}),
        (
            "adagrad",
            "Adagrad",
            0.001,
            {
                "initial_accumulator_value": Option(float, 0.1, minimum=0, help="First value."),
                "epsilon": _EPSILON,
            },
        ),
        ("adadelta", "Adadelta", 0.001, {"rho": _fraction(0.95, _SECOND), "epsilon": _EPSILON}),
        (
            "lion",
            "Lion",
            0.001,
            {"beta_1": _fraction(0.9, _FIRST), "beta_2": _fraction(0.99, _SECOND)},
        ),
    )
}

REFUSED: Mapping[str, str] = {
    "adafactor": "it factors each variable by its shape, which stacking changes",
    "lamb": "it scales by each variable's norm, which would mix the lanes",
    "muon": "it orthogonalises each variable as a matrix, which would mix the lanes",
    "lossscaleoptimizer": "it skips a step for all lanes when one overflows",
    "ftrl": "its thresholding has not been tested on stacked variables",
    "schedulefreeadamw": "it evaluates other weights than it trains",
    "multioptimizer": "it wraps other optimizers, which a study file can't name",
}

_RATE = Option(float, above=0, help="Learning rate of the first step.")
_STEPS = Option(int, unit="steps", minimum=1, help="Length of the decay.")
_DECAY = Option(float, above=0, help="Factor over `decay_steps`, or its strength.")
_STAIRCASE = Option(bool, False, help="Decays once every `decay_steps` only.")
_ALPHA = Option(float, 0.0, minimum=0, help="Smallest learning rate, a fraction of the first.")
_DECAYING = {"initial_learning_rate": _RATE, "decay_steps": _STEPS}

SCHEDULES: Mapping[str, ScheduleDeclaration] = {
    "ExponentialDecay": ScheduleDeclaration(
        {**_DECAYING, "decay_rate": _DECAY}, {"staircase": _STAIRCASE}
    ),
    "InverseTimeDecay": ScheduleDeclaration(
        {**_DECAYING, "decay_rate": _DECAY}, {"staircase": _STAIRCASE}
    ),
    "PolynomialDecay": ScheduleDeclaration(
        _DECAYING,
        {
            "end_learning_rate": Option(float, 0.0001, minimum=0, help="Last learning rate."),
            "power": Option(float, 1.0, above=0, help="1 decays linearly."),
            "cycle": Option(bool, False, help="Starts again beyond `decay_steps`."),
        },
    ),
    "CosineDecay": ScheduleDeclaration(
        {
            "initial_learning_rate": Option(float, minimum=0, help="Where the warm-up starts."),
            "decay_steps": _STEPS,
        },
        {
            "alpha": _ALPHA,
            "warmup_target": Option(float, above=0, help="Where the warm-up ends."),
            "warmup_steps": Option(int, 0, "steps", minimum=0, help="Length of the warm-up."),
        },
    ),
    "CosineDecayRestarts": ScheduleDeclaration(
        {"initial_learning_rate": _RATE, "first_decay_steps": _STEPS},
        {
            "t_mul": Option(float, 2.0, minimum=1, help="How much longer each period gets."),
            "m_mul": Option(float, 1.0, above=0, help="Factor on the rate at each restart."),
            "alpha": _ALPHA,
        },
    ),
    "PiecewiseConstantDecay": ScheduleDeclaration(
        {
            "boundaries": Option(int, unit="steps", minimum=1, help="Rising steps."),
            "values": Option(float, above=0, help="Learning rates, one more than `boundaries`."),
        },
        lists=("boundaries", "values"),
    ),
}


def build(name: str, learning_rate: Any = None, options: Mapping[str, Any] | None = None) -> Any:
    """Return a Keras optimizer.

    Parameters
    ----------
    name : str
        A key of `OPTIMIZERS`.
    learning_rate : float, mapping or None
        Keras' default where None; a mapping names one of Keras' schedules and its arguments, such
        as ``{"schedule": "ExponentialDecay", "initial_learning_rate": 0.1, ...}``.
    options : mapping of str to value
        Further arguments, Keras' names.
    """
    import keras

    declaration = OPTIMIZERS[name]
    rate = declaration.learning_rate if learning_rate is None else learning_rate
    if isinstance(rate, Mapping):
        arguments = {key: value for key, value in rate.items() if key != "schedule"}
        rate = getattr(keras.optimizers.schedules, rate["schedule"])(**arguments)
    return getattr(keras.optimizers, declaration.keras_class)(rate, **(options or {}))
