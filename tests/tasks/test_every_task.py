"""What every task promises, whoever wrote it."""

import numpy as np
import pytest

import trial
from thresher import decoding, tasks
from thresher.declarations import Head, Option, TaskDeclaration


@pytest.fixture(params=tasks.NAMES)
def task(request) -> TaskDeclaration:
    return tasks.load(request.param)


def options_of(task: TaskDeclaration) -> list[dict]:
    """The defaults, and the defaults with one option at its smallest value."""
    defaults = trial.options_of(task)
    smallest = [
        {**defaults, name: option.type(option.minimum)}
        for name, option in task.options.items()
        if option.minimum is not None
    ]
    return [defaults, *smallest]


def test_a_task_declares_plain_options(task):
    for name, option in task.options.items():
        assert isinstance(option, Option)
        assert option.help.endswith(".")
        assert name.isidentifier()
        assert name != "name"


@pytest.mark.parametrize("drawing", ["draw", "held_out"])
@pytest.mark.parametrize("n", [1, 5, 64])
def test_examples_have_the_declared_shapes_and_are_finite(task, drawing, n):
    for options in options_of(task):
        x, y = getattr(task, drawing)(np.random.default_rng(0), options, n)
        assert x.shape == (n, *task.inputs(options))
        assert y.shape == (n, *task.outputs(options))
        assert x.dtype == y.dtype == np.float32
        assert np.isfinite(x).all()
        assert np.isfinite(y).all()


@pytest.mark.parametrize("drawing", ["draw", "held_out"])
def test_examples_follow_from_the_generator_alone(task, drawing):
    options = options_of(task)[0]
    np.random.seed(0)  # noqa: NPY002 – global state must not matter
    first = getattr(task, drawing)(np.random.default_rng(7), options, 20)
    np.random.seed(1)  # noqa: NPY002
    again = getattr(task, drawing)(np.random.default_rng(7), options, 20)
    other = getattr(task, drawing)(np.random.default_rng(8), options, 20)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0], other[0])


def test_examples_drawn_in_one_call_differ(task):
    if task.data is not None:
        return  # drawn from what there is, with replacement
    x, _ = task.draw(np.random.default_rng(7), options_of(task)[0], 50)
    assert len(np.unique(x.reshape(50, -1), axis=0)) == 50


def test_a_baseline_is_a_loss(task):
    if task.baseline is not None:
        for options in options_of(task):
            assert 0 <= task.baseline(options) < np.inf


def test_a_loss_or_the_task_itself_says_what_a_model_must_give(task):
    for options in options_of(task):
        head = decoding.head(task, options)
        assert isinstance(head, Head)
        assert head.units > 0
        if task.head is None:
            assert head.per_timestep == (len(task.outputs(options)) > 1)


def right_outputs(task: TaskDeclaration, y: np.ndarray, head: Head) -> np.ndarray:
    """Outputs of a model that is sure and right, for a task that is read as its loss says."""
    return np.eye(head.units)[y[..., 0].astype(int)] if decoding.kind(task) == "class" else y


def test_labels_are_read_as_numbers_and_right_outputs_are_read_as_the_labels(task):
    for options in options_of(task):
        _, y = task.draw(np.random.default_rng(1), options, 20)
        wanted = decoding.expected(task, options, y)
        assert wanted.shape[0] == 20
        assert wanted.ndim == 2
        assert np.isfinite(wanted).all()
        if task.decode is None:
            outputs = right_outputs(task, y, decoding.head(task, options))
            decoded = decoding.decode(task, options, outputs)
            np.testing.assert_array_equal(decoded, wanted)
            wrong = decoding.score(task, options, decoded, wanted)
            assert wrong is None or not wrong.any()


def test_classes_have_names_and_labels_are_among_them(task):
    if task.classes is not None:
        for options in options_of(task):
            names = task.classes(options)
            assert len(set(names)) == len(names)
            assert all(isinstance(name, str) and name for name in names)
            _, y = task.draw(np.random.default_rng(1), options, 50)
            wanted = decoding.expected(task, options, y)
            assert set(wanted.ravel()) <= set(range(len(names)))


def test_an_unknown_task_is_an_error_with_the_list():
    with pytest.raises(KeyError, match=f"no task 'nothing'; there are {', '.join(tasks.NAMES)}"):
        tasks.load("nothing")
