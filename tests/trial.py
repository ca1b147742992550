"""Options that a task can be tried with: its defaults, and a made-up file where it needs one."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from thresher.declarations import TaskDeclaration


@cache
def texts() -> str:
    """Write 60 texts of two classes, whose first word decides."""
    path = Path(tempfile.mkdtemp(prefix="thresher_trial_")) / "made_up.csv"
    words = np.random.default_rng(0).choice(list("abcdefgh"), (60, 5))
    rows = [f"{'yes' if i % 2 else 'no'} {' '.join(row)},{i % 2}" for i, row in enumerate(words)]
    path.write_text("\n".join(["text,label", *rows]))
    return str(path)


@cache
def file() -> str:
    """Write 60 sequences of three classes, 4 timesteps of 2 features."""
    path = Path(tempfile.mkdtemp(prefix="thresher_trial_")) / "made_up.npz"
    labels = np.repeat(["a", "b", "c"], 20)
    noise = np.random.default_rng(0).standard_normal((60, 4, 2))
    np.savez(path, x=noise + np.repeat([0, 1, 2], 20)[:, None, None], y=labels)
    return str(path)


def options_of(task: TaskDeclaration) -> dict:
    """Return the defaults, with a made-up file."""
    defaults = {name: option.default for name, option in task.options.items()}
    made_up = texts if task.words else file
    return {**defaults, **{name: made_up() for name in task.files}}
