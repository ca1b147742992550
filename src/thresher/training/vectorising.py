"""One computation for all lanes, out of that for one.

TensorFlow is told how to vectorise what it would loop over lanes for: Keras' `argmax`, part of the
accuracy of classes, looks at the bits of its inputs.
"""

import re
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.ops.parallel_for import pfor

from thresher.training.errors import TrainingError


@pfor.RegisterPFor("Bitcast")
def _bitcast(operation: Any) -> Any:
    return pfor.wrap(tf.bitcast(operation.stacked_input(0), operation.get_attr("type")), True)


def vectorized(function: Callable[..., Any], elements: Any, model: str) -> Any:
    """Apply a function to each of the elements' first axes, all at once.

    Raises
    ------
    TrainingError
        Where a layer of the model does not allow that.
    """
    try:
        return tf.vectorized_map(function, elements, warn=False)
    except Exception as error:  # whatever a layer or TensorFlow's vectorisation may raise
        reason = _without_decoration(str(error)) or type(error).__name__
        raise TrainingError(f"model {model} can't be trained by lanes: {reason}") from error


def _without_decoration(text: str) -> str:
    """Return an error of Keras as one line, its colours and the layer's arguments left out."""
    plain = re.sub(r"\x1b\[\d+m", "", text).split("Arguments received by")[0]
    return " ".join(plain.split())
