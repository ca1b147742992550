"""A program of PyTorch is run as any other; where PyTorch is not installed, nothing is tried."""

import pytest

from thresher.command.job import run_command
from thresher.trace import read_traces, values

pytest.importorskip("torch")

PROGRAM = """import json
import sys

import torch

out, seed, hidden = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(seed)
torch.set_num_threads(1)
x = torch.randn(64, 3)
y = x.sum(1, keepdim=True)
model = torch.nn.Sequential(torch.nn.Linear(3, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1))
optimizer = torch.optim.Adam(model.parameters(), 0.02)
with open(out, "w") as file:
    for epoch in range(21):
        loss = torch.nn.functional.mse_loss(model(x), y)
        print(json.dumps({"epoch": epoch, "val_loss": loss.item()}), file=file)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""


def test_runs_of_pytorch_are_traces(folder, specification, tmp_path):
    (folder / "train.py").write_text(PROGRAM)
    given = specification("{python} train.py {trace} {seed} {hidden}", {"hidden": 16}, budget=20)
    out = [tmp_path / name for name in ("traces.parquet", "none", "run.json")]
    run_command(given, [0, 1], *out, str(folder))
    loss, _ = values(read_traces([out[0]], runs=[out[2]]), "val_loss")
    runs = loss.reshape(2, 21)
    assert (runs[:, -1] < runs[:, 0]).all()
    assert runs[0, 0] != runs[1, 0]
