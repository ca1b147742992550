"""The collector is spared while libraries are imported and tables read, and cycles still go."""

import gc
import subprocess
import sys

import pytest

from thresher.garbage_collection import gc_paused

PROGRAM = """
import gc, weakref
from thresher.garbage_collection import collect_rarely

class Node:
    pass

collections = []
gc.callbacks.append(lambda phase, _: collections.append(phase))
if {rarely}:
    collect_rarely()
kept = [[] for _ in range(40_000)]
print(len(collections) > 0)
lost = Node()
lost.itself, seen = lost, weakref.ref(lost)
del lost
kept += [[] for _ in range(60_000)]
print(seen() is None)
"""


@pytest.mark.parametrize(("rarely", "collected"), [(False, "True"), (True, "False")])
def test_cycles_are_looked_for_seldom_and_go_all_the_same(rarely, collected):
    program = PROGRAM.format(rarely=rarely)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.split() == [collected, "True"], ended.stderr


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
