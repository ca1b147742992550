"""Own models and tasks as declarations, the same as ours."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from thresher.canonical import canonical
from thresher.declarations import (
    DATA_OPTIONS,
    Head,
    ModelDeclaration,
    Option,
    TaskDeclaration,
)
from thresher.own.loading import OwnModule
from thresher.own.outline import Outline, outline_model, outline_task
from thresher.own.reference import Reference, near

Shape = tuple[int, ...]
Options = Mapping[str, Any]
Examples = tuple[np.ndarray, np.ndarray]
# Class numbers and counts are exact in float32 up to here.
EXACT = 2**24


def load_model(reference: Reference) -> ModelDeclaration:
    """Load an own model.

    Returns
    -------
    ModelDeclaration
        `parameters` is None: they are counted by building.

    Raises
    ------
    OwnError
    """
    outline = outline_model(reference)
    module = OwnModule(reference)
    function = _found(module)
    if isinstance(function, ModelDeclaration):
        return function
    takes_head = "head" in inspect.signature(function).parameters

    def build(options: Options, inputs: Shape, head: Head) -> Any:
        asked = head if takes_head else output_shape(inputs, head)
        with module.theirs(outline.line):
            return function(inputs, asked, **_known(reference, outline, options))

    return ModelDeclaration(outline.options, build, parameters=None)


def load_task(reference: Reference) -> TaskDeclaration:
    """Load an own task.

    Raises
    ------
    OwnError
    """
    outline = outline_task(reference)
    module = OwnModule(reference)
    made = _found(module) if reference.name else None
    if isinstance(made, TaskDeclaration):
        return made
    task = _Task(module, outline, made)
    return TaskDeclaration(
        options=outline.options,
        loss=outline.loss,
        inputs=lambda options: task.shapes(options)[0],
        outputs=lambda options: task.shapes(options)[1],
        draw=task.draw,
        held_out=task.held_out,
        baseline=task.optional("baseline"),
        classes=task.optional("classes"),
        head=task.optional("head"),
        decode=task.optional("decode"),
        expected=task.optional("expected"),
        score=task.optional("score"),
        tolerance=task.tolerance(),
        data=task.data if outline.data else None,
    )


def output_shape(inputs: Shape, head: Head) -> Shape:
    """Return the shape of a model's output for one example.

    Examples
    --------
    >>> output_shape((12, 1), Head(3, "softmax", per_timestep=True))
    (12, 3)
    """
    return (inputs[0], head.units) if head.per_timestep else (head.units,)


def _found(module: OwnModule) -> Any:
    reference = module.reference
    try:
        return getattr(module.module, reference.name)
    except AttributeError:
        hint = near(reference.name, vars(module.module))
        raise reference.error(
            None, f"has no {reference.name} once it was run; {hint or 'define it at top level'}"
        ) from None


def _known(reference: Reference, outline: Outline, options: Options) -> dict[str, Any]:
    """Refuse options that the user's code would not take."""
    for name in options:
        if name not in outline.options:
            hint = near(name, outline.options) or (
                f"there are {', '.join(outline.options)}" if outline.options else "it has none"
            )
            raise reference.error(outline.line, f"{reference.name} has no option {name}; {hint}")
    for name, option in outline.options.items():
        if option.default is None and name not in options:
            raise reference.error(outline.line, f"{reference.name} needs the option {name}; add it")
    return dict(options)


class _Task:
    """A user's task: one object for each set of options."""

    def __init__(self, module: OwnModule, outline: Outline, made: Any) -> None:
        self._module, self._outline, self._class = module, outline, made
        self._objects: dict[str, Any] = {}
        self._shapes: dict[str, tuple[Shape, Shape]] = {}
        self._data: dict[str, tuple[Any, Any]] = {}

    def object(self, options: Options) -> Any:
        """Return the object that serves these options."""
        key = canonical(dict(options))
        if key not in self._objects:
            reference, outline = self._module.reference, self._outline
            given = _known(reference, outline, options)
            if outline.data:
                given = {name: v for name, v in given.items() if name not in DATA_OPTIONS}
            with self._module.theirs(outline.line):
                self._objects[key] = (
                    self._class(**given)
                    if self._class
                    else _with_options(self._module.module, outline.options, given)
                )
        return self._objects[key]

    def draw(self, generator: np.random.Generator, options: Options, n: int) -> Examples:
        if self._outline.data:
            return _sampled(generator, self.data(options), n)
        return self._examples("draw", generator, options, n)

    def data(self, options: Options) -> tuple[Any, Any]:
        """Return the data set: x and y, or both parts."""
        key = canonical(dict(options))
        if key not in self._data:
            method = self.object(options).data
            line = self._module.line_of(method)
            with self._module.theirs(line):
                found = method()
            self._data[key] = as_data(found, partial(self._module.reference.error, line))
        return self._data[key]

    def held_out(self, generator: np.random.Generator, options: Options, n: int) -> Examples:
        if self._outline.data:
            return self.draw(generator, options, n)
        own = hasattr(self.object(options), "held_out")
        return self._examples("held_out" if own else "draw", generator, options, n)

    def _examples(
        self, name: str, generator: np.random.Generator, options: Options, n: int
    ) -> Examples:
        method = getattr(self.object(options), name)
        line = self._module.line_of(method)
        with self._module.theirs(line):
            found = method(generator, n)
        error = partial(self._module.reference.error, line)
        if not isinstance(found, tuple) or len(found) != 2:
            raise error(f"{name} must return (x, y), but returned {_kind(found)}; return both")
        x, y = (
            as_float32(values, f"{which} of {name}", error)
            for which, values in zip("xy", found, strict=True)
        )
        for which, values in (("x", x), ("y", y)):
            if len(values) != n:
                raise error(
                    f"{name} was asked for {n} examples, but {which} has shape {values.shape}; "
                    "return n along the first axis"
                )
        return x, y

    def shapes(self, options: Options) -> tuple[Shape, Shape]:
        """Return the shapes of an input and a label: what one draw gives."""
        key = canonical(dict(options))
        if key not in self._shapes:
            x, y = self.draw(np.random.default_rng(0), options, 1)
            self._shapes[key] = x.shape[1:], y.shape[1:]
        return self._shapes[key]

    def optional(self, name: str) -> Callable[..., Any] | None:
        """Return ``(options, *arguments) → result`` of what the task may define, else None."""
        if getattr(self._class or self._module.module, name, None) is None:
            return None

        def call(options: Options, *arguments: Any) -> Any:
            member = getattr(self.object(options), name)
            with self._module.theirs(self._module.line_of(member)):
                return member(*arguments) if callable(member) else member

        return call

    def tolerance(self) -> float | None:
        found = getattr(self._class or self._module.module, "tolerance", None)
        return None if found is None else float(found)


def _with_options(module: Any, options: Mapping[str, Option], given: Options) -> SimpleNamespace:
    """Fill options into a file's functions: each gets those that it names."""
    members = {}
    for name, member in vars(module).items():
        if inspect.isfunction(member):
            taken = inspect.signature(member).parameters
            filled = {option: given[option] for option in given if option in taken}
            members[name] = partial(member, **filled)
        else:
            members[name] = member
    return SimpleNamespace(**members)


def as_data(found: Any, error: Callable[[str], Exception]) -> tuple[Any, Any]:
    """Return what ``data()`` gave as arrays of float32: ``(x, y)``, or two such pairs."""
    if not isinstance(found, tuple) or len(found) != 2:
        raise error(
            f"data must return (x, y), or that twice, for training and held-out examples, but "
            f"returned {_kind(found)}; return one of both"
        )
    if all(isinstance(part, tuple) for part in found):
        train, held = (as_data(part, error) for part in found)
        if train[0].shape[1:] != held[0].shape[1:] or train[1].shape[1:] != held[1].shape[1:]:
            raise error("data has training and held-out examples of different shapes; make one")
        return train, held
    x, y = as_float32(found[0], "x of data", error), as_float32(found[1], "y of data", error)
    if len(x) != len(y) or len(x) < 2:
        raise error(f"data has {len(x)} inputs and {len(y)} labels; return one label an input")
    for which, values in (("x", x), ("y", y)):
        wrong = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
        if len(wrong):
            raise error(f"{which} of data is not finite in example {wrong[0]}; leave it out")
    return x, y


def _sampled(generator: np.random.Generator, data: tuple[Any, Any], n: int) -> Examples:
    """Draw examples of a data set, with replacement."""
    x, y = data[0] if isinstance(data[0], tuple) else data
    rows = generator.integers(len(x), size=n)
    return x[rows], y[rows]


def as_float32(values: Any, what: str, error: Callable[[str], Exception]) -> np.ndarray:
    """Return an array of numbers as float32; one number an example gets an axis of its own."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise error(f"{what} has dtype {array.dtype}, not numbers; return arrays of float32")
    if array.dtype.kind in "iu" and array.size and np.abs(array.astype(float)).max() > EXACT:
        raise error(f"{what} has whole numbers beyond {EXACT}, which float32 does not tell apart")
    if array.ndim == 0:
        raise error(f"{what} is a single number; return one row an example")
    return np.ascontiguousarray(array[:, None] if array.ndim == 1 else array, dtype=np.float32)


def _kind(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"{len(value)} values"
    return "None" if value is None else type(value).__name__
