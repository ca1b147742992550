"""Inputs and labels of the user's own: .npz, .npy or Parquet; classes, 0 and 1, or numbers.

Classes are numbered, or one-hot, for losses that need them so.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from thresher.declarations import DATA_OPTIONS, Option, TaskDeclaration
from thresher.logs import UserError

Examples = tuple[np.ndarray, np.ndarray]
Options = Mapping[str, Any]
LOSSES = {
    "classes": "sparse_categorical_crossentropy",
    "one-hot": "categorical_crossentropy",
    "binary": "binary_crossentropy",
    "numbers": "mean_squared_error",
}


def data(options: Options) -> Examples:
    """Return all inputs and labels, float32; class labels are numbered in their sorted order."""
    path = Path(options["file"])
    if not path.is_file():
        raise UserError(f"{path}: no such file of arrays; correct task.file")
    state = path.stat()
    given = (str(path), options["x"], options["y"], options["labels"])
    return _read(*given, state.st_mtime_ns, state.st_size)[:2]


def classes(options: Options) -> tuple[str, ...]:
    """Return the names of the classes; none for other labels."""
    path = Path(options["file"])
    state = path.stat()
    given = (str(path), options["x"], options["y"], options["labels"])
    return _read(*given, state.st_mtime_ns, state.st_size)[2]


@lru_cache(maxsize=2)
def _read(
    path: str, x: str, y: str, labels: str, mtime: int, size: int
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Read and check a file; `mtime` and `size` tell a changed one apart."""
    name = Path(path).name
    try:
        inputs, targets = _arrays(Path(path), x, y)
    except (ValueError, OSError, EOFError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{name}: {_unread(error)}") from None
    if len(inputs) != len(targets) or len(inputs) < 2:
        raise UserError(f"{name}: has {len(inputs)} inputs and {len(targets)} labels; give as many")
    names: tuple[str, ...] = ()
    if labels == "one-hot" and targets.ndim == 2 and targets.shape[1] > 1:
        if not (np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all()):
            raise UserError(f"{name}: labels: one-hot needs one 1 and else 0 in each row of {y}")
        names = tuple(map(str, range(targets.shape[1])))
    elif labels in ("classes", "one-hot"):
        if targets.ndim == 2 and targets.shape[1] == 1:
            targets = targets[:, 0]
        if targets.ndim != 1:
            raise UserError(
                f"{name}: labels: {labels} needs one class an example, but {y} has shape "
                f"{targets.shape}; number the classes, or say labels: numbers"
            )
        levels, numbered = np.unique(targets, return_inverse=True)
        names, targets = tuple(map(str, levels)), numbered
        if len(names) < 2:
            raise UserError(f"{name}: {y} has the one class {names[0]}; give at least two")
        if labels == "one-hot":
            targets = np.eye(len(names))[numbered]
    found = [_numbers(name, *pair) for pair in ((x, inputs), (y, targets))]
    if labels == "binary" and not np.isin(found[1], (0, 1)).all():
        wrong = found[1][~np.isin(found[1], (0, 1))][0]
        raise UserError(f"{name}: labels: binary needs 0 and 1, but {y} has {wrong:g}")
    return found[0], found[1], names


def _unread(error: Exception) -> str:
    if "allow_pickle" in str(error):
        return "holds objects, whose reading needs pickle, which can run code; save numbers"
    return f"can't be read ({type(error).__name__}); is it damaged?"


def _arrays(path: Path, x: str, y: str) -> Examples:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as found:
            return _named(path, found, x), _named(path, found, y)
    if path.suffix == ".npy":
        labels = path.with_name(y if y.endswith(".npy") else f"{y}.npy")
        if not labels.is_file():
            raise UserError(f"{path.name}: its labels {labels.name} are not there; correct task.y")
        return np.load(path, allow_pickle=False), np.load(labels, allow_pickle=False)
    if path.suffix == ".parquet":
        return _columns(path, y)
    raise UserError(f"{path.name}: is no .npz, .npy or .parquet file; convert it")


def _named(path: Path, found: Any, name: str) -> np.ndarray:
    if name not in found.files:
        there = ", ".join(found.files)
        raise UserError(f"{path.name}: has no array {name}; there are {there}; set task.x, task.y")
    array: np.ndarray = found[name]
    return array


def _columns(path: Path, y: str) -> Examples:
    """Take one column of a table as the labels and all others as inputs, in their order."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    if y not in table.column_names:
        there = ", ".join(table.column_names)
        raise UserError(f"{path.name}: has no column {y}; there are {there}; set task.y")
    inputs = [table[name].to_numpy() for name in table.column_names if name != y]
    return np.stack(inputs, axis=1), table[y].to_numpy()


def _numbers(file: str, name: str, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "biuf":
        raise UserError(f"{file}: {name} holds {values.dtype}, not numbers; convert it")
    rows = values.reshape(len(values), -1)
    wrong = np.flatnonzero(~np.isfinite(rows.astype(float)).all(axis=1))
    if len(wrong):
        raise UserError(f"{file}: {name} is not finite in example {wrong[0]}; leave it out")
    numbers = np.ascontiguousarray(values, dtype=np.float32)
    return numbers[:, None] if numbers.ndim == 1 else numbers


def _inputs(options: Options) -> tuple[int, ...]:
    return data(options)[0].shape[1:]


def _outputs(options: Options) -> tuple[int, ...]:
    return data(options)[1].shape[1:]


def draw(generator: np.random.Generator, options: Options, n: int) -> Examples:
    """Draw n of the examples, with replacement."""
    x, y = data(options)
    rows = generator.integers(len(x), size=n)
    return x[rows], y[rows]


def loss_of(options: Options) -> str:
    """Return the loss that belongs to the labels."""
    return LOSSES[options["labels"]]


TASK = TaskDeclaration(
    options={
        "file": Option(str, help="A .npz, .npy or .parquet file beside the study file."),
        "x": Option(str, "x", help="The array of inputs in a .npz file."),
        "y": Option(
            str, "y", help="The array of labels; for .npy its file, for .parquet its column."
        ),
        "labels": Option(
            str,
            "classes",
            choices=("classes", "one-hot", "binary", "numbers"),
            help="What the labels are, and so the loss.",
        ),
        **DATA_OPTIONS,
    },
    loss=LOSSES["classes"],
    inputs=_inputs,
    outputs=_outputs,
    draw=draw,
    held_out=draw,
    classes=classes,
    data=data,
    files=("file",),
    loss_of=loss_of,
)
