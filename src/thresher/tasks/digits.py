"""Handwritten digits, read row by row: 1,797 images of 8 × 8 that scikit-learn ships.

A subset of the optical recognition of handwritten digits (Alpaydin & Kaynak 1998, UCI Machine
Learning Repository, doi 10.24432/C50P49).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from thresher.declarations import DATA_OPTIONS, TaskDeclaration
from thresher.logs import UserError

Examples = tuple[np.ndarray, np.ndarray]
Options = Mapping[str, Any]


@cache
def _read() -> Examples:
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UserError(
            "task digits: its images are scikit-learn's, which is not installed; run "
            "pip install scikit-learn"
        ) from None
    found = load_digits()
    x = (found.images / 16).astype(np.float32)
    return x, found.target.astype(np.float32)[:, None]


def data(options: Options) -> Examples:
    """Return all images, shape (1797, 8, 8), ink from 0 to 1, and the digit of each."""
    return _read()


def draw(generator: np.random.Generator, options: Options, n: int) -> Examples:
    """Draw n of the images, with replacement."""
    x, y = data(options)
    rows = generator.integers(len(x), size=n)
    return x[rows], y[rows]


def classes(options: Options) -> tuple[str, ...]:
    """Name the classes."""
    return tuple("0123456789")


TASK = TaskDeclaration(
    options=DATA_OPTIONS,
    loss="sparse_categorical_crossentropy",
    inputs=lambda options: (8, 8),
    outputs=lambda options: (1,),
    draw=draw,
    held_out=draw,
    classes=classes,
    data=data,
)
