"""Products of one row with a matrix, for all lanes.

TensorFlow replaces its kernel of batched products by oneDNN's, which takes up to twice as long
where the left matrices are single rows, as in batches of one. `BatchMatMulV3` is not replaced; all
that is missing is how to vectorise it, which is registered here.
"""

from functools import cache
from typing import Any

import tensorflow as tf
from tensorflow.python.ops.parallel_for import pfor


def product(left: tf.Tensor, right: tf.Tensor, transpose: bool = False) -> tf.Tensor:
    """Multiply matrices, along the last two axes, by others or by their transposes."""
    if left.shape[-2] == 1 and _on_processor():
        return tf.raw_ops.BatchMatMulV3(x=left, y=right, Tout=left.dtype, adj_y=transpose)
    return tf.matmul(left, right, transpose_b=transpose)


@cache
def _on_processor() -> bool:
    return not tf.config.list_physical_devices("GPU")


@pfor.RegisterPFor("BatchMatMulV3")
def _vectorized(operation: Any) -> Any:
    operation.expanddim_inputs_for_broadcast()
    output = tf.raw_ops.BatchMatMulV3(
        x=operation.input(0)[0],
        y=operation.input(1)[0],
        Tout=operation.get_attr("Tout"),
        adj_x=operation.get_attr("adj_x"),
        adj_y=operation.get_attr("adj_y"),
    )
    return pfor.wrap(output, True)
