"""The blocks of docs/import-traces.md run as they stand, with stand-ins for the trackers."""

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest
import yaml

from thresher.readers import NAMES, load, read

PAGE = Path(__file__).parents[2] / "docs" / "import-traces.md"
TEXT = PAGE.read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
(STUDY,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
VALUES = {0: 0.5, 10: 0.25}


def run(block: str) -> dict:
    names: dict = {"__name__": "example"}
    exec(compile(block, str(PAGE), "exec"), names)
    return names


def block_with(word: str) -> str:
    (block,) = [block for block in PYTHON if f"import {word}\n" in block]
    return block


def write_runs(folder):
    for optimizer in ("Adam", "SGD"):
        for seed in (1, 2):
            path = folder / f"runs/{optimizer}/seed_{seed}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("epoch,test_loss\n0,0.5\n1,0.25\n")


def test_the_call_of_the_page_reads_what_its_study_says(tmp_path, monkeypatch):
    write_runs(tmp_path)
    monkeypatch.chdir(tmp_path)
    imported = run(block_with("read"))["imported"]
    assert imported.summary["runs"].tolist() == [2, 2]
    study = yaml.safe_load(STUDY)
    again = read(
        **study["traces"],
        metric=study["metric"]["name"],
        axis=study["axis"]["name"],
        folder=tmp_path,
    )
    assert again.table.equals(imported.table)
    assert study["reference"] in set(again.table["arm"])


def test_the_page_lists_every_format():
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT, re.MULTILINE))
    assert set(NAMES) <= set(listed)
    for name in NAMES:
        first = load(name).title.split()[0].rstrip(",")
        assert first in listed[name], name


class Run(dict):
    """A stand-in for a tracker's run: its names as items and as attributes."""

    __getattr__ = dict.__getitem__


def wandb():
    def scan_history(keys):
        return [{"_step": step, "_timestamp": step, "val_loss": v} for step, v in VALUES.items()]

    runs = [
        SimpleNamespace(name=f"r{i}", config={"model": "m", "seed": i}, scan_history=scan_history)
        for i in (1, 2)
    ]
    return {"Api": lambda: SimpleNamespace(runs=lambda path: runs)}


def aim():
    values = SimpleNamespace(sparse_numpy=lambda: (list(VALUES), list(VALUES.values())))
    metrics = [
        SimpleNamespace(run=Run(hash=f"h{i}", hparams={"model": "m"}), values=values)
        for i in (1, 2)
    ]
    query = SimpleNamespace(iter_runs=lambda: [[metric] for metric in metrics])
    return {"Repo": lambda path: SimpleNamespace(query_metrics=lambda text: query)}


def clearml():
    scalars = {"loss": {"validation": {"x": list(VALUES), "y": list(VALUES.values())}}}
    tasks = [
        SimpleNamespace(id=f"t{i}", name="m", get_all_reported_scalars=lambda: scalars)
        for i in (1, 2)
    ]
    return {"Task": SimpleNamespace(get_tasks=lambda project_name: tasks)}


def neptune():
    table = pd.DataFrame({"step": list(VALUES), "value": list(VALUES.values())})
    fields = {
        "validation/loss": SimpleNamespace(fetch_values=lambda include_timestamp: table),
        "parameters/model": SimpleNamespace(fetch=lambda: "m"),
    }
    return {"init_run": lambda project, with_id, mode: fields}


def optuna():
    trials = [
        SimpleNamespace(number=i, params={"model": "m"}, intermediate_values=VALUES) for i in (1, 2)
    ]
    return {"load_study": lambda study_name, storage: SimpleNamespace(trials=trials)}


@pytest.mark.parametrize("tracker", [wandb, aim, clearml, neptune, optuna])
def test_an_export_is_a_long_table_that_can_be_read(tracker, tmp_path, monkeypatch):
    name = tracker.__name__
    module = ModuleType(name)
    vars(module).update(tracker())
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.chdir(tmp_path)
    run(block_with(name))
    metric = "val_loss" if name == "wandb" else "loss"
    imported = read(f"{name}.csv", metric=metric, axis="step")
    assert imported.summary[["arm", "runs"]].to_numpy().tolist() == [["m", 2]]
    assert imported.table["step"].tolist() == [0, 10, 0, 10]
    assert imported.table[metric].tolist() == [0.5, 0.25] * 2
    assert imported.has_seeds == (name == "wandb")


def test_every_block_of_the_page_is_run_by_a_test():
    words = {"read", "wandb", "aim", "clearml", "neptune", "optuna"}
    assert len(PYTHON) == len(words)
    assert all(any(f"import {word}\n" in block for word in words) for block in PYTHON)
