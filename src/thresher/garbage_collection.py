"""Spares the garbage collector's work where many objects are made that stay."""

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
    """Have reference cycles looked for seldom, for the rest of a process that soon ends.

    Libraries, tables and figures are many objects that stay, too, but what is read a piece at a
    time must go again: from 50,000 new objects on, Python looks.
    """
    gc.set_threshold(50_000, 20, 100)
