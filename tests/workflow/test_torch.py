"""A study of a program of PyTorch; where PyTorch is not installed, nothing is tried."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

pytestmark = pytest.mark.workflow

PROGRAM = """import sys

import torch

out, seed, hidden = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(seed)
torch.set_num_threads(1)
x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = (x[:, :1] != x[:, 1:]).float()
model = torch.nn.Sequential(torch.nn.Linear(2, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1))
optimizer = torch.optim.Adam(model.parameters(), 0.05)
with open(out, "w") as file:
    print("epoch,loss", file=file)
    for epoch in range(201):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x), y)
        print(f"{epoch},{loss.item()!r}", file=file)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
STUDY = {
    "command": "{python} xor.py {trace} {seed} {hidden}",
    "metric": {"name": "loss", "better": "lower", "unit": "nats"},
    "endpoint": {"threshold": 0.3, "budget": 200},
    "variants": {"small": {"hidden": 4}, "wide": {"hidden": 32}},
    "reference": "small",
    "seeds": 4,
    "seeds_per_job": 4,
    "code": "xor.py",
    # Where this interpreter has its PyTorch from, which need not be its own folder.
    "environment": {"PYTHONPATH": str(Path(torch.__file__).parents[1])},
}


def test_networks_of_pytorch_learn_exclusive_or_and_wide_ones_sooner(project, tmp_path):
    studies = project.root / "config" / "studies"
    (studies / "xor.py").write_text(PROGRAM)
    (studies / "xor.yaml").write_text(yaml.safe_dump(STUDY))
    made = project.make("xor", "tables/contrasts.csv", "evaluations.parquet")
    assert made.returncode == 0, made.stdout + made.stderr
    (contrast,) = pd.read_csv(project.results("xor") / "tables" / "contrasts.csv").to_dict(
        "records"
    )
    # Of the small ones, not every one: four units may be stuck.
    assert contrast["reached_arm"] == 4
    assert contrast["mean_arm"] < contrast["mean_reference"]
    rows = pd.read_parquet(project.results("xor") / "evaluations.parquet")
    own = rows[(rows["arm"] == "wide") & (rows["seed"] == 3)].sort_values("time")
    alone = tmp_path / "alone.csv"
    given = [sys.executable, studies / "xor.py", alone, "3", "32"]
    subprocess.run(given, check=True, env=STUDY["environment"])
    np.testing.assert_array_equal(own["loss"], pd.read_csv(alone)["loss"])
