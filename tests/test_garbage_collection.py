"""The collector is spared while libraries are imported and tables read, and cycles still go."""

import gc
import subprocess
import sys

import pytest

from thresher.garbage_collection import gc_paused

PROGRAM = """
import atexit, gc, weakref
from thresher import garbage_collection

atexit.register(lambda: print(gc.get_freeze_count() > 0))  # called last

class Node:
    pass

collections = []
gc.callbacks.append(lambda phase, _: collections.append(phase))
garbage_collection.{chosen}()
kept = [[] for _ in range(40_000)]
print(len(collections) > 0)
lost = Node()
lost.itself, seen = lost, weakref.ref(lost)
del lost
kept += [[] for _ in range(60_000)]
print(seen() is None)
"""


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("gc_paused", ["True", "True", "False"]),  # called, but not entered: nothing happens
        ("collect_rarely", ["False", "True", "True"]),
        ("collect_never", ["False", "False", "True"]),
    ],
)
def test_cycles_are_looked_for_seldom_or_never_and_not_once_more_at_the_end(chosen, found):
    program = PROGRAM.format(chosen=chosen)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == found


def test_a_pause_ends_with_its_block_though_it_fails():
    def failing():
        with gc_paused():
            assert not gc.isenabled()
            raise KeyError

    assert gc.isenabled()
    with pytest.raises(KeyError):
        failing()
    assert gc.isenabled()
    gc.disable()
    try:
        with gc_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
