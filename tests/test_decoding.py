"""Outputs of every kind of task, read by hand."""

import numpy as np
import pytest

from thresher import decoding
from thresher.declarations import Head, TaskDeclaration
from thresher.decoding import DecodingError
from thresher.losses import of


def task(loss: str, inputs: tuple, outputs: tuple, **given) -> TaskDeclaration:
    def undrawn(*arguments):
        raise AssertionError("nothing is drawn to read outputs")

    shapes = {"inputs": lambda options: inputs, "outputs": lambda options: outputs}
    return TaskDeclaration({}, loss, **shapes, draw=undrawn, held_out=undrawn, **given)


def three(options):
    return ("low", "middle", "high")


NAN = float("nan")
BINARY = task("binary_crossentropy", (3, 2), (3, 1))
WHOLE = task("binary_crossentropy", (3, 2), (1,))
ONE_HOT = task("categorical_crossentropy", (2, 1), (2, 3))
SPARSE = task("sparse_categorical_crossentropy", (3, 1), (1,), classes=three)
NUMBER = task("mean_squared_error", (3, 2), (1,))
NUMBERS = task("mean_absolute_error", (2, 1), (2, 1), tolerance=0.25)


def f32(values) -> np.ndarray:
    return np.array(values, np.float32)


def read_one(declared, options, example, outputs):
    """Read the outputs of some runs for one example that they share, its axis left out."""
    x, y = (np.broadcast_to(values, (len(outputs), 1, *values.shape)) for values in example)
    read = decoding.read(declared, options, (x, y), outputs[:, None])
    values = (read.input, read.output, read.decoded, read.expected, read.wrong)
    seen, output, decoded, expected, wrong = (v if v is None else v[:, 0] for v in values)
    assert (expected == expected[0]).all()
    return decoding.Reading(None if seen is None else seen[0], output, decoded, expected[0], wrong)


@pytest.mark.parametrize(
    ("declared", "head"),
    [
        (BINARY, Head(1, "sigmoid", True)),
        (WHOLE, Head(1, "sigmoid", False)),
        (ONE_HOT, Head(3, "softmax", True)),
        (SPARSE, Head(3, "softmax", False)),
        (task("categorical_crossentropy", (4,), (5,)), Head(5, "softmax", False)),
        (
            task("sparse_categorical_crossentropy", (2, 1), (2, 1), classes=three),
            Head(3, "softmax", True),
        ),
        (NUMBER, Head(1, "linear", False)),
        (NUMBERS, Head(1, "linear", True)),
    ],
)
def test_the_head_follows_from_the_loss_and_the_label(declared, head):
    assert decoding.head(declared, {}) == head


def test_binary_labels_at_each_timestep():
    example = f32([[0.1, 9], [0.2, 9], [0.3, 9]]), f32([[0], [1], [1]])
    outputs = f32([[[0.25], [0.75], [0.5]], [[NAN], [0.625], [1]]])
    read = read_one(BINARY, {}, example, outputs)
    np.testing.assert_array_equal(read.input, f32([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(read.output, [[0.25, 0.75, 0.5], [NAN, 0.625, 1]])
    np.testing.assert_array_equal(read.decoded, [[0, 1, 0], [NAN, 1, 1]])
    np.testing.assert_array_equal(read.expected, [0, 1, 1])
    assert read.wrong[0].tolist() == [False, False, True]
    assert read.wrong[1, 1:].tolist() == [False, False]


def test_one_binary_label_a_sequence():
    read = read_one(WHOLE, {}, (np.zeros((3, 2)), f32([1])), f32([[0.25], [0.75]]))
    assert read.input is None
    assert read.output.tolist() == [[0.25], [0.75]]
    assert read.decoded.tolist() == [[0], [1]]
    assert read.expected.tolist() == [1]
    assert read.wrong.tolist() == [[True], [False]]


def test_one_of_three_classes_at_each_timestep_one_hot():
    example = f32([[5], [6]]), f32([[0, 0, 1], [1, 0, 0]])
    outputs = f32([[[0.25, 0.125, 0.625], [0.25, 0.5, 0.25]], [[0.5, 0.25, 0.25], [NAN] * 3]])
    read = read_one(ONE_HOT, {}, example, outputs)
    assert read.input.tolist() == [5, 6]
    np.testing.assert_array_equal(read.output, [[0.625, 0.5], [0.5, NAN]])
    np.testing.assert_array_equal(read.decoded, [[2, 1], [0, NAN]])
    assert read.expected.tolist() == [2, 0]
    assert read.wrong[0].tolist() == [False, True]
    assert read.wrong[1, 0]


def test_one_of_three_classes_a_sequence_by_number():
    example = np.zeros((3, 1)), f32([1])
    outputs = f32([[0.25, 0.5, 0.25], [0.125, 0.25, 0.625], [0.5, 0.5, 0]])
    read = read_one(SPARSE, {}, example, outputs)
    assert read.input is None
    assert read.output.tolist() == [[0.5], [0.625], [0.5]]
    assert read.decoded.tolist() == [[1], [2], [0]]
    assert read.expected.tolist() == [1]
    assert read.wrong.tolist() == [[False], [True], [True]]


def test_a_number_is_neither_right_nor_wrong():
    read = read_one(NUMBER, {}, (np.zeros((3, 2)), f32([-0.5])), f32([[1.5], [np.inf]]))
    assert read.output.tolist() == [[1.5], [np.inf]]
    np.testing.assert_array_equal(read.decoded, [[1.5], [NAN]])
    assert read.expected.tolist() == [-0.5]
    assert read.wrong is None


def test_a_number_is_wrong_beyond_the_tolerance_that_the_task_declares():
    example = f32([[3], [4]]), f32([[1], [2]])
    read = read_one(NUMBERS, {}, example, f32([[[1.25], [1.5]]]))
    assert read.input.tolist() == [3, 4]
    assert read.decoded.tolist() == [[1.25, 1.5]]
    assert read.wrong.tolist() == [[False, True]]


def test_of_several_labels_or_features_at_a_position_the_first_is_read():
    declared = task("binary_crossentropy", (2, 2), (2, 3))
    example = f32([[1, 2], [3, 4]]), f32([[1, 0, 0], [0, 1, 1]])
    outputs = f32([[[0.75, 0, 0], [0.625, 0, 0]]])
    read = read_one(declared, {}, example, outputs)
    assert decoding.head(declared, {}).units == 3
    assert read.input.tolist() == [1, 3]
    assert read.output.tolist() == [[0.75, 0.625]]
    assert read.wrong.tolist() == [[False, True]]


def test_runs_may_have_examples_of_their_own():
    x, y = np.zeros((2, 3, 4, 1)), f32([[[0], [2], [1]], [[2], [2], [0]]])
    outputs = np.eye(3, dtype=np.float32)[[[0, 1, 1], [2, 2, 2]]]
    read = decoding.read(SPARSE, {}, (x, y), outputs)
    assert read.expected.tolist() == y.tolist()
    assert read.decoded.tolist() == [[[0], [1], [1]], [[2], [2], [2]]]
    assert read.wrong.tolist() == [[[False], [True], [False]], [[False], [False], [True]]]
    assert read.input is None


def test_a_task_may_say_everything_itself():
    def sign(options, values):
        return np.sign(values[:, None, 0] - options["zero"])

    declared = task(
        "hinge",
        (4,),
        (1,),
        head=lambda options: Head(1, "tanh", per_timestep=False),
        decode=sign,
        expected=lambda options, y: y,
        score=lambda options, decoded, expected: decoded * expected <= 0,
    )
    options = {"zero": 0.5}
    assert decoding.head(declared, options).activation == "tanh"
    read = read_one(declared, options, (np.zeros(4), f32([-1])), f32([[0.75], [0.25]]))
    assert read.decoded.tolist() == [[1], [-1]]
    assert read.wrong.tolist() == [[True], [False]]


def test_classes_by_number_need_to_be_counted():
    with pytest.raises(DecodingError, match="must declare its classes"):
        decoding.head(task("sparse_categorical_crossentropy", (3, 1), (1,)), {})


def test_a_loss_that_leaves_the_reading_open_is_an_error_with_the_remedy():
    declared = task("circle", (4,), (1,))
    for call in (
        lambda: decoding.head(declared, {}),
        lambda: decoding.decode(declared, {}, f32([[1]])),
        lambda: decoding.expected(declared, {}, f32([[1]])),
    ):
        with pytest.raises(DecodingError, match="declare the task's head, decode, expected"):
            call()


def test_only_labels_have_an_accuracy():
    losses = ("binary_crossentropy", "sparse_categorical_crossentropy", "mean_squared_error", "x")
    assert [of(loss).has_accuracy for loss in losses] == [True, True, False, False]


def test_a_hinge_loss_reads_the_sign_of_outputs_and_of_labels():
    declared = task("hinge", (4,), (1,))
    assert decoding.head(declared, {}) == Head(1, "tanh", per_timestep=False)
    decoded = decoding.decode(declared, {}, f32([[0.2], [-0.3], [np.nan]]))
    np.testing.assert_array_equal(decoded, [[1], [0], [np.nan]])
    for labels in ([[1], [0]], [[1], [-1]]):
        np.testing.assert_array_equal(decoding.expected(declared, {}, f32(labels)), [[1], [0]])
