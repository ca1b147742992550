"""Epochs done, run-epochs a second, time left: lines in a log, a bar for people."""

import re
import sys
import types

import pytest
from training_cases import Examples, dense, options, sequential

from thresher.training import train_block
from thresher.training.progress import print_line

MODEL, TASK = sequential(dense(), inputs=(3,)), Examples((3,), (1,))
LINE = r"(\d+) of 250 epochs, ([\d,]+) run-epochs/s, (\d+) s left"


def train(report=None):
    # Two groups of lanes, each in pieces of 100, 100 and 50 epochs.
    given = options(epochs=250, evaluate_every=50, lane_width=3)
    train_block(MODEL, TASK, range(5), given, report=report)


def test_a_log_has_a_line_for_every_piece(capfd):
    train(print_line)
    lines = capfd.readouterr().out.splitlines()
    found = [re.fullmatch(rf"group (\d) of 2, {LINE}", line) for line in lines]
    assert all(found), lines
    done = [(m[1], m[2]) for m in found if m]
    assert done == [(group, epochs) for group in "12" for epochs in ("100", "200", "250")]
    assert all(int(m[3].replace(",", "")) > 0 for m in found if m)
    assert found[-1]
    assert found[-1][4] == "0"


@pytest.mark.parametrize("where", ["terminal", "notebook"])
def test_people_see_a_bar_that_fills(where, capfd, monkeypatch):
    if where == "terminal":
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    else:
        monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    train()
    bars = re.findall(rf"\r(█*)(·*) group \d of 2, {LINE}", capfd.readouterr().err)
    filled = [len(bar[0]) for bar in bars]
    assert filled == [6, 12, 15, 21, 27, 30]
    assert {len(bar[0]) + len(bar[1]) for bar in bars} == {30}


def test_nobody_sees_anything_where_output_is_redirected(capfd):
    train()
    assert capfd.readouterr().out == ""
