"""Spares the garbage collector's work where many objects are made that stay."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Leave reference cycles alone until the block ends.

    To import TensorFlow and to trace a program makes hundreds of thousands of objects. Python's
    collector reads them again and again and finds nothing, for a fifth of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def collect_rarely() -> None:
    """Have this process look for reference cycles after 50,000 new objects, not after 700.

    Libraries, tables and figures are many objects that stay, too; but what is read a piece at a
    time must go again, so that collecting is not paused. Nor are they looked through once more
    when the process ends.
    """
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)


def collect_never() -> None:
    """Leave reference cycles alone in this process, which ends when what it is for is done."""
    gc.disable()
    atexit.register(gc.freeze)
