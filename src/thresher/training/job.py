"""One training job of the workflow: a specification and its seeds in, files out."""

import datetime
import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

from thresher import models, tasks
from thresher.canonical import canonical
from thresher.declarations import TaskDeclaration
from thresher.files import atomic, write_text
from thresher.training.block import Block, DataSource, train_block
from thresher.training.errors import TrainingError
from thresher.training.progress import print_line
from thresher.training.streams import Streams
from thresher.training.weights import Build
from thresher.training_options import Training

PACKAGES = ("thresher", "tensorflow", "keras", "numpy")


@dataclass(frozen=True)
class _Source:
    """A declared task with its options filled in."""

    task: TaskDeclaration
    options: Mapping[str, Any]

    def draw(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        return self.task.draw(generator, self.options, n)

    def held_out(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        return self.task.held_out(generator, self.options, n)


def run_job(
    specification: str, seeds: Sequence[int], traces: str, predictions: str, run: str
) -> None:
    """Train one block and write its traces, predictions and machine facts.

    Parameters
    ----------
    specification : str
        What `Study.specification` gave.
    seeds : sequence of int
    traces, predictions, run : path
        Parquet, Parquet, JSON. Each is written whole or not at all.
    """
    begin = time.perf_counter()
    job = json.loads(specification)
    block = _train(job, seeds)
    # Facts about this machine stay out of the traces, which are the same wherever they repeat.
    facts = _facts(len(seeds) * job["training"]["epochs"], time.perf_counter() - begin)
    write_text(json.dumps(facts, indent=2) + "\n", run)
    _write(predictions_table(job, block), specification, predictions)
    _write(trace_table(job, block), specification, traces)


def run_canary(traces: str, output: str) -> None:
    """Train the block of a trace file again and compare every number.

    Parameters
    ----------
    traces : path
        Carries its specification.
    output : path
        JSON: arm, seeds, whether bit-identical, largest absolute deviation (nats or fraction).
    """
    old = pq.read_table(traces)
    specification = old.schema.metadata[b"specification"].decode()
    job = json.loads(specification)
    seeds = sorted(set(old["seed"].to_pylist()))
    new = trace_table(job, _train(job, seeds))
    names = ("loss", "accuracy", "eval_loss", "eval_accuracy")
    pairs = [(old[name].to_numpy(), new[name].to_numpy()) for name in names]
    identical = all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)
    largest = max(float(np.nanmax(np.abs(a - b), initial=0.0)) for a, b in pairs)
    found = {
        "arm": job["arm"],
        "seeds": seeds,
        "epochs": job["training"]["epochs"],
        "identical": identical,
        "largest_deviation": largest,
    }
    write_text(json.dumps(found, indent=2) + "\n", output)


def task_and_model(job: Mapping[str, Any]) -> tuple[DataSource, Build]:
    """Return what a specification names, as `train_block` takes it."""
    task = tasks.load(job["task"]["name"])
    model = models.load(job["model"]["name"])
    shapes = task.inputs(job["task"]["options"]), task.outputs(job["task"]["options"])

    def build_model() -> keras.Model:
        return model.build(job["model"]["options"], *shapes)

    return _Source(task, job["task"]["options"]), build_model


def _train(job: Mapping[str, Any], seeds: Sequence[int]) -> Block:
    options = Training(**job["training"])
    _set_threads(options.threads)
    source, build_model = task_and_model(job)
    streams = Streams(job["entropy"], job["pairing"], job["arm"])
    return train_block(build_model, source, seeds, options, streams, print_line)


def _set_threads(threads: int) -> None:
    """Fix the thread pools: other numbers of threads give other bits, and jobs would fight."""
    wanted = (threads, threads)
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        present = (
            tf.config.threading.get_intra_op_parallelism_threads(),
            tf.config.threading.get_inter_op_parallelism_threads(),
        )
        if present != wanted:
            raise TrainingError(
                f"training.threads is {threads}, but TensorFlow already runs with {present[0]}; "
                "train before any other TensorFlow operation"
            ) from None


def _facts(run_epochs: int, seconds: float) -> dict[str, Any]:
    return {
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "run_epochs": run_epochs,
        "run_epochs_per_second": round(run_epochs / seconds, 1),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "accelerators": [device.name for device in tf.config.list_physical_devices("GPU")],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": _versions(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def _keys(job: Mapping[str, Any], runs: int) -> dict[str, Any]:
    """Return the columns that name an arm, factors not included."""
    return {name: [job[name]] * runs for name in ("study", "arm", "variant", "merge_mode")}


def trace_table(job: Mapping[str, Any], block: Block) -> pa.Table:
    """Lay out the traces, a row for each run and epoch.

    A missing value (training loss at epoch 0, no evaluation due) is null; a diverged one is NaN.
    """
    runs, epochs = block.loss.shape
    rows = runs * (epochs + 1)
    evaluated = np.zeros((runs, epochs + 1), bool)
    evaluated[:, block.evaluation_epochs] = True
    trained = np.ones((runs, epochs + 1), bool)
    trained[:, 0] = False
    columns: dict[str, Any] = _keys(job, rows)
    columns["seed"] = np.repeat(block.seeds.astype(np.int64), epochs + 1)
    columns["epoch"] = np.tile(np.arange(epochs + 1, dtype=np.int64), runs)
    for name, values, present in (
        ("loss", block.loss, trained),
        ("accuracy", block.accuracy, trained),
        ("eval_loss", block.eval_loss, evaluated),
        ("eval_accuracy", block.eval_accuracy, evaluated),
    ):
        spread = np.zeros((runs, epochs + 1))
        spread[present] = values.ravel()
        columns[name] = pa.array(spread.ravel(), mask=~present.ravel())
    columns.update({name: [level] * rows for name, level in job["factors"]})
    return pa.table(columns)


def predictions_table(job: Mapping[str, Any], block: Block) -> pa.Table:
    """Lay out the final outputs on the first held-out example, a row a run and timestep.

    For inputs or labels of several features, the first is written.
    """
    x, y = (values.reshape(len(values), -1)[:, 0] for values in block.example)
    steps, runs = len(y), len(block.seeds)
    outputs = block.predictions.reshape(runs, steps, -1)[:, :, 0].astype(float).ravel()
    columns = _keys(job, runs * steps)
    columns["seed"] = np.repeat(block.seeds.astype(np.int64), steps)
    columns["timestep"] = np.tile(np.arange(steps, dtype=np.int64), runs)
    columns["input"] = np.tile(np.resize(x, steps).astype(float), runs)
    columns["expected"] = np.tile(y.astype(float), runs)
    columns["probability"] = outputs
    columns["predicted"] = np.where(np.isnan(outputs), np.nan, (outputs > 0.5).astype(float))
    columns.update({name: [level] * (runs * steps) for name, level in job["factors"]})
    return pa.table(columns)


def _write(table: pa.Table, specification: str, path: str) -> None:
    metadata = {"specification": specification, "packages": canonical(_versions())}
    with atomic(path) as temporary:
        pq.write_table(table.replace_schema_metadata(metadata), temporary, compression="zstd")
