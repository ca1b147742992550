"""What TensorFlow would loop over lanes for is one operation, and the same."""

import keras
import numpy as np
import tensorflow as tf

from thresher.training import vectorising  # noqa: F401, registers how to vectorise


def test_argmax_of_all_lanes_takes_no_loop_and_is_that_of_each():
    x = np.random.default_rng(1).integers(-1, 2, (4, 6, 3)).astype("float32")
    x[x == 0] *= -1  # Keras' argmax tells zeros of both signs apart
    x[:, 0] = [-0.0, 0.0, -0.0]
    function = tf.function(
        lambda x: tf.vectorized_map(lambda lane: keras.ops.argmax(lane, axis=-1), x),
        autograph=False,
    )
    program = function.get_concrete_function(tf.TensorSpec(x.shape))
    assert not [o.name for o in program.graph.get_operations() if "While" in o.type]
    expected = [keras.ops.argmax(lane, axis=-1) for lane in x]
    np.testing.assert_array_equal(program(tf.constant(x)), expected)
