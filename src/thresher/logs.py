"""Everything that a job prints, TensorFlow's own lines included, goes to the job's log file."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from thresher.files import DISK_PROBLEMS


class UserError(ValueError):
    """What the user can mend, said in whole lines: a traceback would only hide them."""


@contextmanager
def logged(path: str | os.PathLike[str]) -> Iterator[None]:
    """Send this process' output to a file until the block ends, an error's traceback included.

    A `UserError` is there by its lines alone, and ends the program with exit code 1.

    Parameters
    ----------
    path : path
        The log file; it is begun anew.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with redirected(path):
        try:
            yield
        except UserError as error:
            print(error, file=sys.stderr)
            raise SystemExit(1) from None
        except OSError as error:
            if error.errno not in DISK_PROBLEMS or error.filename is None:
                traceback.print_exc()
                raise
            print(f"{error.filename}: {error.strerror}; mend that and run again", file=sys.stderr)
            raise SystemExit(1) from None
        except BaseException:
            traceback.print_exc()
            raise


@contextmanager
def redirected(path: str | os.PathLike[str]) -> Iterator[None]:
    """Send all output to a file, begun anew, until the block ends.

    Notes
    -----
    File descriptors are redirected, not `sys.stdout`, because C++ libraries print, too.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for descriptor in (log, *saved):
            os.close(descriptor)
