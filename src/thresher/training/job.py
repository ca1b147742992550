"""One training job of the workflow: a specification and its seeds in, files out."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import pyarrow as pa
import tensorflow as tf

from thresher import decoding, losses, models, tasks
from thresher.declarations import ModelDeclaration, TaskDeclaration
from thresher.decoding import Reading
from thresher.files import write_text
from thresher.keras_metrics import recorded
from thresher.progress import reporter
from thresher.trace import RUN, SEED, write_predictions, write_trace
from thresher.trace_columns import Data, half_of
from thresher.training.block import Block, train_block
from thresher.training.data_set import DataSet
from thresher.training.errors import TrainingError
from thresher.training.facts import machine_facts, versions
from thresher.training.feeds import DataSource
from thresher.training.matching import build_for, matched
from thresher.training.progress import Progress, Report, print_line
from thresher.training.streams import Streams
from thresher.training.weights import Build
from thresher.training_options import Training

AXIS = "epoch"


@dataclass(frozen=True)
class TaskSource:
    """A declared task with its options filled in, as `train_block` takes it."""

    task: TaskDeclaration
    options: Mapping[str, Any]

    def draw(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        return self.task.draw(generator, self.options, n)

    def held_out(self, generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        return self.task.held_out(generator, self.options, n)


def run_job(
    specification: str,
    seeds: Sequence[int],
    traces: str,
    predictions: str,
    run: str,
    plan: Mapping[str, Any] | None = None,
    folder: str = ".",
) -> None:
    """Train one block and write its traces, predictions and facts.

    Parameters
    ----------
    specification : str
        What `Study.specification` gave.
    seeds : sequence of int
    traces, predictions, run : path
        Parquet, Parquet, JSON. Each is written whole or not at all; the last keeps the digests of
        the first two.
    plan : mapping, optional
        How the runs were to be analysed when they were trained; kept with the facts.
    folder : path
        That of the study file, for models and tasks of the user's own.
    """
    begin = time.perf_counter()
    named = load_named(json.loads(specification), folder)
    job = prepared(json.loads(specification), named, folder)
    block = train(job, seeds, named, _telling(traces))
    options = job["task"]["options"]
    task = settled(named[0], options, job["training"]["loss"])
    reading = decoding.read(task, options, block.examples, block.predictions)
    packages, digests = versions(), {}
    digests["predictions"] = write_predictions(
        predictions_table(job, block.seeds, reading),
        predictions,
        specification=specification,
        packages=packages,
    )
    digests["traces"] = write_trace(
        trace_table(job, block),
        traces,
        specification=specification,
        axis=AXIS,
        quantities=measured_in(job),
        packages=packages,
    )
    # Facts about this machine stay out of the traces, which are the same wherever they repeat.
    seconds = time.perf_counter() - begin
    facts = machine_facts(len(seeds) * job["training"]["epochs"], seconds)
    model = {"parameters": block.parameters, "options": job["model"]["options"]}
    content = {"arm": job["arm"], **facts, "model": model, "digests": digests, "plan": plan}
    write_text(json.dumps(content, indent=2) + "\n", run)


def quantities(loss: str, metrics: Sequence[Mapping[str, Any]] = ()) -> dict[str, Data]:
    """Return what the engine measures for a loss, and on which data; numbers have no accuracy."""
    known = recorded(loss, tuple(metrics))
    names: dict[str, Data] = {n: "training" for n, own in known.items() if own.data == "training"}
    for name in [name for name in known if name not in names]:
        names |= {name: "held-out", half_of(name): "held-out"}
    return names


def measured_in(job: Mapping[str, Any]) -> dict[str, Data]:
    """Return what the engine measures for a specification; see `quantities`."""
    return quantities(job["training"]["loss"], job["training"].get("metrics", ()))


Named = tuple[TaskDeclaration, ModelDeclaration]
Kind = Literal["task", "model"]


def load_named(job: Mapping[str, Any], folder: str = ".") -> Named:
    """Load the task and the model that a specification names, ours or the user's own.

    Raises
    ------
    OwnError
        For a file of the user's that can't be used.
    """
    task, model = job["task"]["name"], job["model"]["name"]
    return load_one("task", task, folder), load_one("model", model, folder)


def load_one(kind: Kind, name: str, folder: str = ".") -> Any:
    """Load a task or a model by its name, ours or the user's own."""
    if ".py" in name:
        # By its name, so that what serves own files is no part of what our models depend on.
        own = import_module("thresher.own")
        return own.load_task(name, folder) if kind == "task" else own.load_model(name, folder)
    return tasks.load(name) if kind == "task" else models.load(name)


def located(job: Mapping[str, Any], task: TaskDeclaration, folder: str) -> dict[str, Any]:
    """Return a specification whose task finds its files, which are relative to the study's."""
    options = dict(job["task"]["options"])
    options |= {name: str(Path(folder, options[name])) for name in task.files}
    return {**job, "task": {**job["task"], "options": options}}


def prepared(job: Mapping[str, Any], named: Named, folder: str) -> dict[str, Any]:
    """Return a specification as it is trained: files found, and what is to be matched chosen."""
    # Building a model to count its parameters is the first operation of TensorFlow.
    _set_threads(job["training"]["threads"])
    job = located(job, named[0], folder)
    task = settled(named[0], job["task"]["options"], job["training"]["loss"])
    return matched(job, task, named[1], lambda name: load_one("model", name, folder))


def settled(
    task: TaskDeclaration, options: Mapping[str, Any], loss: str | None = None
) -> TaskDeclaration:
    """Return a task with the loss that a study gives it, or its options decide on."""
    if loss is None and task.loss_of is not None:
        loss = task.loss_of(options)
    return task if loss is None else replace(task, loss=loss)


def source_of(task: TaskDeclaration, options: Mapping[str, Any]) -> DataSource | DataSet:
    """Return a task as `train_block` takes it."""
    if task.data is None:
        return TaskSource(task, options)
    found = task.data(options)
    both = isinstance(found[0], tuple)
    (x, y), fixed = found if both else (found, None)
    one_label = y.ndim == 2 and losses.of(task.loss).kind not in (None, "number")
    labels = decoding.expected(task, options, y)[:, 0].astype(int) if one_label else None
    drop_last = options["last_batch"] == "drop"
    words = task.words(options) if task.words else None
    return DataSet(x, y, fixed, options["held_out"], labels, drop_last, words)


def task_and_model(
    job: Mapping[str, Any], named: Named | None = None
) -> tuple[DataSource | DataSet, Build]:
    """Return what a specification names, as `train_block` takes it."""
    task, model = named or load_named(job)
    options = job["task"]["options"]
    task = settled(task, options, job.get("training", {}).get("loss"))

    def build_model() -> keras.Model:
        built: keras.Model = build_for(task, options, model, job["model"]["options"])
        return built

    return source_of(task, options), build_model


def _telling(traces: str) -> Report:
    """Return a report for the log, and for whoever looks at how far the job is."""
    tell = reporter(traces)

    def report(progress: Progress) -> None:
        print_line(progress)
        tell(progress.share)

    return report


def train(
    job: Mapping[str, Any],
    seeds: Sequence[int],
    named: Named | None = None,
    report: Report = print_line,
) -> Block:
    """Train the runs of some seeds, as a specification says.

    Parameters
    ----------
    job : mapping
    seeds : sequence of int
    named : tuple, optional
        What `load_named` gave; needed where a name is the user's own.
    report : callable
        As `train_block` takes it.
    """
    options = Training(**job["training"])
    _set_threads(options.threads)
    source, build_model = task_and_model(job, named)
    streams = Streams(job["entropy"], job["pairing"], job["arm"])
    return train_block(build_model, source, seeds, options, streams, report)


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


def trace_table(job: Mapping[str, Any], block: Block) -> pa.Table:
    """Lay out the traces, a row for each run and epoch.

    A missing value (training loss at epoch 0, no evaluation due) is null; a diverged one is NaN.
    """
    runs, epochs = block.loss.shape
    times = np.union1d(np.arange(epochs + 1), block.evaluation_epochs)
    trained = np.broadcast_to((times % 1 == 0) & (times > 0), (runs, len(times)))
    evaluated = np.broadcast_to(np.isin(times, block.evaluation_epochs), trained.shape)
    columns = _keys(job, block.seeds, len(times))
    columns[AXIS] = np.tile(times, runs)
    for name, data in measured_in(job).items():
        present = trained if data == "training" else evaluated
        spread = np.zeros(trained.shape)
        spread[present] = block.quantity(name).ravel()
        columns[name] = pa.array(spread.ravel(), mask=~present.ravel())
    return pa.table(columns)


def predictions_table(job: Mapping[str, Any], seeds: np.ndarray, reading: Reading) -> pa.Table:
    """Lay out the outputs for held-out examples, a row a run, example and position."""
    shape, rows = reading.decoded.shape, reading.decoded.size
    seen, wrong = reading.input, reading.wrong
    lost = np.isnan(reading.decoded)
    columns = _keys(job, seeds, shape[1] * shape[2])
    columns["example"], columns["position"] = (of.ravel() for of in np.indices(shape)[1:])
    columns["input"] = pa.nulls(rows, pa.float64()) if seen is None else seen.ravel()
    columns["output"] = reading.output.ravel()
    columns["decoded"] = reading.decoded.ravel()
    columns["expected"] = reading.expected.ravel()
    columns["wrong"] = (
        pa.nulls(rows, pa.bool_()) if wrong is None else pa.array(wrong.ravel(), mask=lost.ravel())
    )
    return pa.table(columns)


def _keys(job: Mapping[str, Any], seeds: np.ndarray, rows: int) -> dict[str, Any]:
    """Return the columns that name each run, for so many rows a run."""
    names = {**{name: job[name] for name in RUN}, **dict(job["factors"])}
    columns: dict[str, Any] = {name: [level] * (rows * len(seeds)) for name, level in names.items()}
    return {**columns, SEED: np.repeat(seeds.astype(np.int64), rows)}
