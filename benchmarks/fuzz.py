"""Damage study files, logs of every format, and traces: a result or the clean error, nothing else.

    python benchmarks/fuzz.py --inputs 100000

Whatever is read gets up to four edits at random places (Hypothesis makes them, and shortens what
fails). Each input has 10 seconds and 4 GB; an exception other than the reader's own, and going
beyond, end the program with exit code 1 and the edits that did it. Every core has a target of its
own.
"""

import argparse
import importlib.util
import json
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thresher.readers import NAMES, ReadError, read
from thresher.study import StudyError, load
from thresher.trace import TraceError, read_predictions, read_traces, write_predictions, write_trace

ROOT = Path(__file__).parents[1]
STUDIES = ("smoke", "tutorial", "merge_modes")
SECONDS, BYTES = 10, 4 * 1024**3
TOKENS = [
    *(b"", b"\0", b"\n", b"\r\n", b'"', b"'", b",", b";", b"\t", b"{", b"}", b"[", b"]", b":"),
    *(b"-", b"nan", b"inf", b"-1", b"1e999", b"9" * 400, b"0x1", b"null", b"true", b"[[[[[[[["),
    *(b"&a", b"*a", b"<<: *a", b"!!python/object/apply:os.system [exit]", b"? ", b"%YAML 9.9\n"),
    *(b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"\xe2\x80\xae", b"\xff\xfe", b"=1+1", b"PK\x03\x04"),
    *(b"\x1f\x8b", b"\x80\x04"),
]
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([0, 0, 1, 2, 4, 8, 50, 10_000]),
        st.sampled_from(TOKENS) | st.binary(max_size=8),
    ),
    min_size=1,
    max_size=4,
)
Edits = list[tuple[float, int, bytes]]


class TooSlowError(BaseException):
    """An input that took longer than it may."""


@dataclass(frozen=True)
class Target:
    """Something that reads files.

    Attributes
    ----------
    name : str
    files : mapping of path to bytes
        Undamaged.
    call : callable
        Reads them.
    clean : type of exception
        What it may raise.
    """

    name: str
    files: Mapping[Path, bytes]
    call: Callable[[], object]
    clean: type[Exception]

    def attempt(self, which: int, edits: Edits) -> str:
        """Damage one file, read all, and say what became of it: a result, or an error."""
        path = list(self.files)[which % len(self.files)]
        path.write_bytes(edited(self.files[path], edits))
        try:
            with bounded(SECONDS):
                self.call()
        except self.clean as error:
            if not str(error).strip():
                raise RuntimeError("an error without a message") from error
            return "error"
        finally:
            path.write_bytes(self.files[path])
        return "result"


def edited(content: bytes, edits: Edits) -> bytes:
    """Replace so many bytes at each place by others."""
    for place, cut, put in edits:
        at = int(place * len(content))
        content = content[:at] + put + content[at + cut :]
    return content


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise `TooSlowError` in what takes longer."""

    def ring(*_: object) -> None:
        raise TooSlowError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def targets(folder: Path) -> Iterator[Target]:
    """Set up everything that reads: the study's parser, each reader, the loader of traces."""
    for name in STUDIES:
        path = folder / f"{name}.yaml"
        content = (ROOT / "config" / "studies" / path.name).read_bytes()
        path.write_bytes(content)
        yield Target(f"study {name}", {path: content}, lambda path=path: load(path), StudyError)
    for name in NAMES:
        yield _reader(name, folder / name)
    yield _traces(folder / "traces")


def _reader(name: str, folder: Path) -> Target:
    folder.mkdir()
    about = ROOT / "tests" / "readers" / f"test_{name}.py"
    spec = importlib.util.spec_from_file_location(f"sample_{name}", about)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    arguments = module.sample(folder)
    files = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return Target(f"reader {name}", files, lambda: read(**arguments, folder=folder), ReadError)


def _traces(folder: Path) -> Target:
    folder.mkdir()
    names = {"study": ["s"] * 4, "arm": ["a"] * 4, "variant": ["a"] * 4, "seed": [0, 0, 1, 1]}
    rows = pa.table({**names, "epoch": [0, 1, 0, 1], "eval_loss": [0.7, 0.5, 0.6, None]})
    seen = {"example": [0] * 4, "position": [0, 1, 0, 1], "input": [0.5] * 4, "output": [0.5] * 4}
    seen |= {"decoded": [1.0] * 4, "expected": [1.0] * 4, "wrong": [False] * 4}
    trace, other, run = (folder / name for name in ("a.parquet", "b.parquet", "a.run.json"))
    kind = {"axis": "epoch", "quantities": {"eval_loss": "held-out"}}
    digests = {"traces": write_trace(rows, trace, specification="{}", **kind)}
    predictions = pa.table({**names, **seen})
    digests["predictions"] = write_predictions(predictions, other, specification="{}")
    run.write_text(json.dumps({"digests": digests}))

    def call() -> None:
        read_traces([trace], runs=[run])
        read_predictions([other], [run])

    def unchecked() -> None:
        # Without digests, as for files of anybody's: the pages' checksums alone.
        read_traces([trace])
        read_predictions([other])

    files = {path: path.read_bytes() for path in (trace, other, run)}
    turn = iter(range(10**9))
    return Target("traces", files, lambda: (call, unchecked)[next(turn) % 2](), TraceError)


def fuzz(target: Target, inputs: int, seed: int | None = None) -> dict[str, int]:
    """Try so many inputs; return how many gave a result, and how many the clean error.

    Parameters
    ----------
    target : Target
    inputs : int
    seed : int or None
        None for the same inputs in each call.
    """
    counts = {"result": 0, "error": 0}

    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        derandomize=seed is None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 7), EDITS)
    def attempt(which: int, edits: Edits) -> None:
        counts[target.attempt(which, edits)] += 1

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        attempt()
    return counts


def rows_of(place: int, inputs: int) -> tuple[bool, list[str]]:
    """Try the target at a place of the list; return whether all went well, and what to print."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    with tempfile.TemporaryDirectory() as folder:
        target, begun = list(targets(Path(folder)))[place], time.monotonic()
        try:
            counts = fuzz(target, inputs, seed=0)
        except (Exception, TooSlowError) as error:
            said = f"{target.name:28} FAILED: {type(error).__name__}: {error}"
            return False, [said, *getattr(error, "__notes__", ())]
    took = time.monotonic() - begun
    return True, [f"{target.name:28} {counts['result']:8} {counts['error']:8} {took:8.1f}"]


def main() -> int:
    """Try all inputs, the same number for each target, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    given = parser.parse_args()
    count, well = len(STUDIES) + len(NAMES) + 1, True
    each = -(-given.inputs // count)
    print(f"{'target':28} {'results':>8} {'errors':>8} {'seconds':>8}", flush=True)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for fine, rows in pool.map(partial(rows_of, inputs=each), range(count)):
            well &= fine
            print(*rows, sep="\n", flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
