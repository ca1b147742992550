"""The contract that a user can call on an own model or task is the one that ours keep."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import trial
from thresher import models, tasks
from thresher.declarations import Head
from thresher.testing import OwnError, check_model, check_task

TASK = tasks.load("cumulative_sum")
MODEL = models.load("lstm")


@pytest.mark.parametrize("name", tasks.NAMES)
def test_our_tasks_keep_the_contract(name):
    check_task(name, **trial.options_of(tasks.load(name)))


@pytest.mark.parametrize("name", models.NAMES)
def test_our_models_keep_the_contract(name):
    check_model(name, task_options={"timesteps": 5})


def test_a_file_of_one_s_own_is_checked_by_path(tmp_path: Path):
    (tmp_path / "t.py").write_text(
        "loss = 'huber'\n\n\ndef draw(generator, n, k: int = 2):\n"
        "    x = generator.random((n, k))\n    return x, x.sum(axis=1)\n"
    )
    (tmp_path / "m.py").write_text(
        "import keras\n\n\ndef net(inputs, outputs, units=3):\n    x = keras.Input(inputs)\n"
        "    return keras.Model(x, keras.layers.Dense(outputs[-1])(keras.layers.Dense(units)(x)))\n"
    )
    check_task("t.py", folder=tmp_path, k=3)
    check_model("m.py:net", "t.py", folder=tmp_path, task_options={"k": 3}, units=2)
    with pytest.raises(OwnError, match=r"^m\.py:net: has no option unit; did you mean units\?$"):
        check_model("m.py:net", "t.py", folder=tmp_path, unit=2)


def flipped(generator, options, n):
    x, y = TASK.draw(generator, options, n)
    return x, np.where(np.random.random(y.shape) < 0.5, y, 1 - y).astype("float32")  # noqa: NPY002


CHANGED = {
    "labels of chance": ({"draw": flipped}, "draw gives other examples from the same generator"),
    "float64": (
        {"held_out": lambda g, o, n: tuple(v.astype(float) for v in TASK.draw(g, o, n))},
        "x of held_out is float64; return float32",
    ),
    "another shape": ({"outputs": lambda o: (1,)}, "y of draw has shape"),
    "a head for the wrong labels": (
        {"head": lambda o: Head(1, "sigmoid", per_timestep=False)},
        "head.per_timestep does not fit the shape of the labels",
    ),
    "decoding of another shape": (
        {"decode": lambda o, outputs: outputs},
        r"decode gives shape \(5, 10, 1\) and expected \(5, 10\)",
    ),
    "a baseline that is no number": ({"baseline": lambda o: float("nan")}, "baseline must be a"),
    "a loss that tells nothing": ({"loss": "circle"}, "the loss circle does not tell how"),
}


@pytest.mark.parametrize(("change", "line"), CHANGED.values(), ids=CHANGED)
def test_a_task_that_breaks_a_promise_is_refused(change, line):
    with pytest.raises(OwnError, match=f"^task: {line}"):
        check_task(dataclasses.replace(TASK, **change))


def test_a_model_that_miscounts_its_parameters_is_refused():
    wrong = dataclasses.replace(MODEL, parameters=lambda options, inputs, head: 7)
    with pytest.raises(OwnError, match="declares 7 trainable parameters, but Keras counts"):
        check_model(wrong)
