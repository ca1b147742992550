"""Pauses the garbage collector where many objects are made that stay."""

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
