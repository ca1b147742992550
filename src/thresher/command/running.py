"""One run of a program: its environment, its process, and what its end means."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from thresher.code import PACKAGE
from thresher.command.filling import CommandError

# Seconds that a program has to end once it is told to.
PATIENCE = 10.0
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def environment_of(given: Mapping[str, str], threads: int) -> dict[str, str]:
    """Return a program's environment: this one, less what is there for thresher, and the study's.

    Parameters
    ----------
    given : mapping of str to str
        What the study sets; it wins.
    threads : int
        For libraries that ask; what the job was given.
    """
    own = dict(os.environ)
    ours = str(PACKAGE.parent)
    paths = [path for path in own.pop("PYTHONPATH", "").split(os.pathsep) if path]
    paths = [path for path in paths if os.path.abspath(path) != ours]
    if paths:
        own["PYTHONPATH"] = os.pathsep.join(paths)
    return {**own, **dict.fromkeys(_THREADS, str(threads)), **given}


def run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Run a program to its end; what it prints goes where this process' output goes.

    Parameters
    ----------
    arguments : sequence of str
    environment : mapping of str to str
    folder : Path
        The working folder.

    Raises
    ------
    CommandError
        Where it can't be started, or fails.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with _ended_by_terminate():
        try:
            process = subprocess.Popen(
                list(arguments),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CommandError(f"{_unstartable(arguments[0], folder)}") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CommandError(f"can't start {arguments[0]}: {reason}") from None
        try:
            code = process.wait()
        finally:
            _end(process)
    if code:
        raise CommandError(_ended(code))


def _unstartable(program: str, folder: Path) -> str:
    if not folder.is_dir():
        return f"the folder {folder} is not there"
    hint = "; {python} is the Python that thresher runs in" if program.startswith("python") else ""
    return f"there is no program {program}; give its path{hint}"


def _ended(code: int) -> str:
    if code > 0:
        return f"the program ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    return f"the program was ended by signal {-code} ({name})"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started, if it still runs."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(PATIENCE)
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _ended_by_terminate() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that the program is ended with this process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
