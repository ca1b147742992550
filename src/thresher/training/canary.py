"""The canary: a block trained again says whether traces repeat bit by bit on this machine."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thresher.files import write_text
from thresher.trace import SEED, format_of, read_traces, specification_of, values
from thresher.training.job import AXIS, load_named, prepared, trace_table, train
from thresher.training_options import repeated


def run_canary(traces: str, output: str, run: str | None = None, folder: str = ".") -> None:
    """Train the first epochs of a trace file's block again and compare every quantity.

    Parameters
    ----------
    traces : path
        Carries its specification.
    output : path
        JSON: arm, seeds, epochs, whether bit-identical, largest absolute deviation (in the
        quantity's unit).
    run : path, optional
        The block's ``*.run.json``, whose digest the file must have.
    folder : path
        That of the study file, for models and tasks of the user's own.

    Raises
    ------
    TraceError
        If the file is damaged.
    """
    old = read_traces([traces], runs=None if run is None else [run])
    job = json.loads(specification_of(traces))
    seeds = list(dict.fromkeys(old[SEED].to_pylist()))
    epochs = job["training"]["epochs"] = _epochs(old, job["training"]["epochs"])
    old = old.filter(pc.less_equal(old[AXIS], epochs))
    named = load_named(job, folder)
    new = trace_table(job, train(prepared(job, named, folder), seeds, named))
    pairs = [(values(old, name), values(new, name)) for name in format_of(old).quantities]
    identical = all(
        np.array_equal(there, here, equal_nan=True)
        for pair in pairs
        for there, here in zip(*pair, strict=True)
    )
    found = {
        "arm": job["arm"],
        "seeds": seeds,
        "epochs": epochs,
        "identical": identical,
        "largest_deviation": max(_deviation(a, b) for (a, _), (b, _) in pairs),
    }
    write_text(json.dumps(found, indent=2) + "\n", output)


def _epochs(traces: pa.Table, budget: int) -> int:
    """Return how many epochs are trained again; an evaluation ends them, as any training."""
    ends = traces[AXIS].filter(traces["eval_loss"].is_valid()).to_numpy()
    return int(ends[(ends >= repeated(budget)) & (ends == np.floor(ends))].min())


def _deviation(there: np.ndarray, here: np.ndarray) -> float:
    return float(np.nanmax(np.abs(there - here), initial=0.0))
