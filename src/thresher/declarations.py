"""What a task, a model or an optimizer says of itself in plain Python, so that a study is
checked without importing TensorFlow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Value = bool | int | float | str


@dataclass(frozen=True)
class Option:
    """One option that a study file may set.

    Attributes
    ----------
    type : type
        `bool`, `int`, `float` (an integer is taken, too) or `str`.
    default : bool, int, float, str or None
        The value where the study file is silent; None where it has to be given.
    unit : str
        The unit for the manual, such as ``"timesteps"``; empty for a pure number or a word.
    minimum, maximum : float or None
        Inclusive bounds of a number.
    above, below : float or None
        Exclusive bounds of a number.
    choices : tuple of str
        All words allowed; empty for any.
    bare : bool
        Whether an arm's name shows its level alone: ``bilstm sum``, not ``bilstm merge_mode=sum``.
        Such an option is a factor even where it has one level.
    help : str
        One sentence for ``config/README.md``.
    """

    type: type
    default: Value | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    bare: bool = False
    help: str = ""


@dataclass(frozen=True)
class Head:
    """What a task asks of a model's last layer.

    Attributes
    ----------
    units : int
        Numbers at each position.
    activation : str
        As Keras names it.
    per_timestep : bool
        Whether there is an output at each timestep, or one for the whole sequence.
    """

    units: int
    activation: str
    per_timestep: bool


@dataclass(frozen=True)
class Words:
    """What a task's inputs are, where they are words: numbers from 1 on, 0 after a text's end.

    A run knows the most frequent words of its own training part. Models get a vector in place of
    each word, zero and masked after the end.

    Attributes
    ----------
    different : int
        Words in all examples.
    known : int
        Most words that a run knows.
    width : int
        Numbers in a word's vector.
    """

    different: int
    known: int
    width: int

    @property
    def rows(self) -> int:
        """Count the vectors: those of padding and of unknown words among them."""
        return self.known + 2


@dataclass(frozen=True)
class TaskDeclaration:
    """What a task file says of itself, as its constant ``TASK``.

    Attributes
    ----------
    options : mapping of str to Option
    loss : str
        The Keras loss that belongs to the task, such as ``"binary_crossentropy"``.
    inputs : callable
        options → shape of one input, without the batch, such as ``(timesteps, 1)``.
    outputs : callable
        options → shape of one label, without the batch: ``(timesteps, k)`` for one at each
        timestep, ``(k,)`` for one a sequence. k is the number of classes for one-hot labels, and 1
        for class numbers, for 0 or 1, and for a number.
    draw : callable
        ``(generator, options, n) → (x, y)``, float32 arrays of shape ``(n, *inputs)`` and
        ``(n, *outputs)``: n fresh independent examples.
    held_out : callable
        ``(generator, options, n) → (x, y)``: the fixed evaluation set, by a quasi-random draw
        where the task has one.
    baseline : callable or None
        options → the position baseline in nats; None where the task has none.
    classes : callable or None
        options → the names of the classes, by number; None for labels that have no names.
    head : callable or None
        options → `Head`. Where this and the following are None, `thresher.decoding` derives them
        from the loss.
    decode : callable or None
        ``(options, outputs) → labels``, from ``(n, *shape of the head)`` to ``(n, positions)``:
        class number, 0 or 1, or number; NaN where an output isn't finite.
    expected : callable or None
        ``(options, y) → labels``, from ``(n, *outputs)`` to the same space as `decode`.
    score : callable or None
        ``(options, decoded, expected) → wrong``, boolean, shape ``(n, positions)``; or None, where
        numbers are neither right nor wrong.
    tolerance : float or None
        How far a number may be off before it is wrong; None where none is wrong.
    data : callable or None
        options → ``(x, y)``, or ``((x, y), (x, y))`` with the held-out examples: a data set that
        runs pass over, which has `DATA_OPTIONS`, too. `draw` and `held_out` then draw from it. None
        where every batch is of fresh examples.
    files : tuple of str
        The options that name files, relative to the study file's folder.
    loss_of : callable or None
        options → the loss, for a task whose options decide on it; `loss` is that of the defaults.
    words : callable or None
        options → `Words`, for a data set whose inputs are numbers of words, shape
        ``(timesteps,)``; a model's are then ``(timesteps, width)``.
    """

    options: Mapping[str, Option]
    loss: str
    inputs: Callable[[Mapping[str, Any]], tuple[int, ...]]
    outputs: Callable[[Mapping[str, Any]], tuple[int, ...]]
    draw: Callable[..., Any]
    held_out: Callable[..., Any]
    baseline: Callable[[Mapping[str, Any]], float] | None = None
    classes: Callable[[Mapping[str, Any]], Sequence[str]] | None = None
    head: Callable[[Mapping[str, Any]], Head] | None = None
    decode: Callable[..., Any] | None = None
    expected: Callable[..., Any] | None = None
    score: Callable[..., Any] | None = None
    tolerance: float | None = None
    data: Callable[[Mapping[str, Any]], Any] | None = None
    files: tuple[str, ...] = ()
    loss_of: Callable[[Mapping[str, Any]], str] | None = None
    words: Callable[[Mapping[str, Any]], Words] | None = None


DATA_OPTIONS: Mapping[str, Option] = {
    "split": Option(
        str,
        "per_seed",
        choices=("per_seed", "shared"),
        help="Whether each seed has held-out examples of its own, or all have the same.",
    ),
    "held_out": Option(
        float,
        0.2,
        above=0,
        below=1,
        help="Share of the examples that is held out, alike of each class.",
    ),
    "last_batch": Option(
        str,
        "keep",
        choices=("keep", "drop"),
        help="Whether a pass ends with a batch that is not full, or leaves these examples out.",
    ),
}
"""The options of every task that is a data set, besides its own."""


@dataclass(frozen=True)
class ModelDeclaration:
    """What a model file says of itself, as its constant ``MODEL``.

    Attributes
    ----------
    options : mapping of str to Option
        An integer one can be chosen by ``match_parameters``.
    build : callable
        ``(options, inputs, head) → keras.Model``, uncompiled and built, for the task's shape of
        one input and its `Head`. Imports Keras inside.
    parameters : callable or None
        ``(options, inputs, head) → int``, the number of trainable parameters, in plain
        Python; equals ``build(...).count_params()`` less the non-trainable ones. None where it is
        known by building only.
    at_once : bool
        Whether it takes all timesteps as one input, not each with the same weights.
    """

    options: Mapping[str, Option]
    build: Callable[..., Any]
    parameters: Callable[..., int] | None = None
    at_once: bool = False


@dataclass(frozen=True)
class OptimizerDeclaration:
    """What thresher knows of a Keras optimizer without importing Keras.

    Attributes
    ----------
    keras_class : str
        Its class name in ``keras.optimizers``.
    learning_rate : float
        Keras' default.
    options : mapping of str to Option
        Further arguments, with Keras' names and defaults; none has to be given, and None is off.
    """

    keras_class: str
    learning_rate: float
    options: Mapping[str, Option] = field(default_factory=dict)


@dataclass(frozen=True)
class ScheduleDeclaration:
    """What thresher knows of a Keras learning-rate schedule without importing Keras.

    Attributes
    ----------
    required, optional : mapping of str to Option
        Its arguments, with Keras' names and defaults. A step is a training epoch.
    lists : tuple of str
        The arguments that are lists of such values.
    """

    required: Mapping[str, Option]
    optional: Mapping[str, Option] = field(default_factory=dict)
    lists: tuple[str, ...] = ()


def names(folder: Path) -> tuple[str, ...]:
    """Name what can be discovered in a folder: every Python file but the private ones."""
    return tuple(sorted(path.stem for path in folder.glob("[!_]*.py")))
