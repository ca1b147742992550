"""One job of the workflow: a specification and its seeds in, a trace of every run out."""

import json
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thresher.canonical import canonical
from thresher.command.filling import CommandError, fill, fill_text, split
from thresher.command.running import environment_of, run
from thresher.command.tracing import TraceFile, read_trace
from thresher.files import write_text
from thresher.machine import machine_facts, versions
from thresher.progress import reporter
from thresher.trace import PREDICTIONS, RUN, SEED, write_predictions, write_trace

PACKAGES = ("thresher",)
# Beside a finished run's files: what made them, written last.
_DONE = "done.json"
Job = Mapping[str, Any]


def run_command(
    specification: str,
    seeds: Sequence[int],
    traces: str,
    predictions: str,
    run_file: str,
    folder: str = ".",
    *,
    plan: Mapping[str, Any] | None = None,
    log: str = "",
    code: str = "",
    threads: int = 1,
) -> None:
    """Run a program for some seeds of one arm and write their traces as one file.

    Parameters
    ----------
    specification : str
        JSON: ``study``, ``arm``, ``variant``, ``factors`` (pairs), ``command``, ``options``,
        ``left_out`` (options of other arms), ``environment``, ``trace`` (see `TraceFile`).
    seeds : sequence of int
    traces, predictions, run_file : path
        Parquet, Parquet and JSON, each written whole or not at all; the last keeps the digests of
        the others. There are no predictions, so that table is empty.
    folder : path
        That of the study file, where the program runs.
    plan : mapping, optional
        How the runs were to be analysed when they were made; kept with the facts.
    log : path
        Named in errors; the program prints to where this process prints.
    code : str
        Digest of the files named under ``code:``; a run that was made by others is made again.
    threads : int

    Raises
    ------
    CommandError
        One line: arm, seed, what happened, command, log.

    Notes
    -----
    Every run writes to a folder of its own that is renamed once its trace was read. What an
    interrupted job has finished so, it need not run again; what was under way is deleted.
    """
    begin = time.perf_counter()
    job = json.loads(specification)
    about = TraceFile(**job["trace"])
    work = Path(f"{traces}.runs")
    tables: dict[int, pd.DataFrame] = {}
    tell = reporter(traces)
    for seed in seeds:
        identity = canonical({"specification": job, "code": code, "seed": seed})
        with _named(job, seed, log):
            found = _finished(work, seed, identity, about)
            if found is None:
                found = _run_one(job, seed, about, work, identity, Path(folder), threads)
            tables[seed] = found
        tell(len(tables) / len(seeds))
    packages, digests = versions(PACKAGES), {}
    digests["predictions"] = write_predictions(
        _no_predictions(job), predictions, specification=specification, packages=packages
    )
    digests["traces"] = write_trace(
        _table(job, tables, about),
        traces,
        specification=specification,
        axis=about.axis,
        quantities={about.metric: ""},
        packages=packages,
    )
    done = float(sum(own[about.axis].iloc[-1] for own in tables.values()))
    facts = machine_facts(done, time.perf_counter() - begin, PACKAGES)
    content = {**facts, "digests": digests, "plan": plan}
    write_text(json.dumps(content, indent=2) + "\n", run_file)
    shutil.rmtree(work, ignore_errors=True)


def _run_one(
    job: Job,
    seed: int,
    about: TraceFile,
    work: Path,
    identity: str,
    folder: Path,
    threads: int,
) -> pd.DataFrame:
    """Run the program for one seed, in a folder that is renamed at the end."""
    work.mkdir(parents=True, exist_ok=True)
    for left in work.glob(f".seed_{seed}.*"):  # an interrupted run's
        shutil.rmtree(left, ignore_errors=True)
    out = Path(tempfile.mkdtemp(prefix=f".seed_{seed}.", dir=work)).resolve()
    values = _values(job, seed, about, out)
    arguments = fill(split(job["command"]), values, job["left_out"])
    environment = {name: fill_text(text, values) for name, text in job["environment"].items()}
    print(f"{job['arm']}, seed {seed}: {shlex.join(arguments)}", flush=True)
    run(arguments, environment_of(environment, threads), folder.resolve())
    table = read_trace(about, out)
    (out / _DONE).write_text(identity, encoding="utf-8")
    final = work / f"seed_{seed}"
    if final.exists():
        shutil.rmtree(final)
    out.rename(final)
    return table


def _values(job: Job, seed: int, about: TraceFile, out: Path) -> dict[str, Any]:
    values = {
        **job["options"],
        "seed": seed,
        "trace": str(out / "trace"),
        "out": str(out),
        "python": sys.executable,
    }
    return values if about.budget is None else {**values, "budget": f"{about.budget:g}"}


def _finished(work: Path, seed: int, identity: str, about: TraceFile) -> pd.DataFrame | None:
    """Return the trace of a run that an interrupted job has finished, None where there is none."""
    final = work / f"seed_{seed}"
    try:
        same = (final / _DONE).read_text(encoding="utf-8") == identity
    except (OSError, ValueError):
        return None
    return read_trace(about, final) if same else None


@contextmanager
def _named(job: Job, seed: int, log: str) -> Iterator[None]:
    """Complete a problem's line by what it is about."""
    try:
        yield
    except CommandError as error:
        about_log = f"; its output is in {log}" if log else ""
        raise CommandError(
            f"arm {job['arm']}, seed {seed}: {error}{about_log}; the command was {job['command']}"
        ) from None


def _no_predictions(job: Job) -> pa.Table:
    """Return the table of predictions without a row."""
    words = [*RUN, *(name for name, _ in job["factors"])]
    fields = [(name, pa.string()) for name in words] + [(SEED, pa.int64())]
    fields += [(name, column.type) for name, column in PREDICTIONS.items()]
    return pa.schema(fields).empty_table()


def _table(job: Job, tables: Mapping[int, pd.DataFrame], about: TraceFile) -> pa.Table:
    """Lay out the runs as traces; a value that diverged is NaN."""
    seeds, parts = list(tables), list(tables.values())
    lengths = [len(part) for part in parts]
    names = {**{name: job[name] for name in RUN}, **dict(job["factors"])}
    columns: dict[str, Any] = {name: [level] * sum(lengths) for name, level in names.items()}
    columns[SEED] = np.repeat(np.array(seeds, np.int64), lengths)
    columns[about.axis] = np.concatenate([part[about.axis].to_numpy() for part in parts])
    values = np.concatenate([part[about.metric].to_numpy(float) for part in parts])
    columns[about.metric] = pa.array(values, from_pandas=False)
    return pa.table(columns)
