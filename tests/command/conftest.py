"""A program of numpy that trains nothing, and studies' specifications for it."""

from pathlib import Path

import pytest

from thresher.canonical import canonical

PROGRAM = '''"""A loss that falls exponentially, with noise of the seed."""
import argparse
import sys

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--hidden", type=int)
parser.add_argument("--seed", type=int)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--out")
given = parser.parse_args()
print("learning rate", given.lr)
noise = np.random.default_rng(given.seed).normal(0, 0.01, given.epochs + 1)
loss = np.exp(-given.lr * given.hidden / 16 * np.arange(given.epochs + 1)) + noise
with open(given.out, "w") as file:
    print("epoch,val_loss", file=file)
    for epoch, value in enumerate(loss):
        print(f"{epoch},{float(value)!r}", file=file)
'''
COMMAND = "{python} train.py --lr {lr} --hidden {hidden} --seed {seed} --out {trace}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "my study"
    place.mkdir()
    (place / "train.py").write_text(PROGRAM)
    return place


@pytest.fixture
def specification():
    def make(command=COMMAND, options=None, left_out=(), environment=None, **trace):
        return canonical(
            {
                "study": "mine",
                "arm": "wide hidden=64",
                "variant": "wide",
                "factors": [["hidden", 64]],
                "command": command,
                "options": {"hidden": 64, "lr": 0.05} if options is None else options,
                "left_out": list(left_out),
                "environment": environment or {},
                "trace": {"axis": "epoch", "metric": "val_loss", **trace},
            }
        )

    return make
