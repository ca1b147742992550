"""How to vectorise what TensorFlow would loop over lanes for.

Keras' `argmax` looks at the bits of its inputs, which is part of the accuracy of classes.
"""

from typing import Any

import tensorflow as tf
from tensorflow.python.ops.parallel_for import pfor


@pfor.RegisterPFor("Bitcast")
def _bitcast(operation: Any) -> Any:
    return pfor.wrap(tf.bitcast(operation.stacked_input(0), operation.get_attr("type")), True)
