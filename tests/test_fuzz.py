"""Damaged inputs of every kind, some of them here; the rest by ``benchmarks/fuzz.py``."""

import importlib.util
import sys
import time
from pathlib import Path

import pytest

PATH = Path(__file__).parents[1] / "benchmarks" / "fuzz.py"
EACH = 15


@pytest.fixture(scope="module")
def fuzzing():
    spec = importlib.util.spec_from_file_location("fuzz", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_every_damaged_input_is_a_result_or_the_clean_error(fuzzing, tmp_path):
    refusing, targets = 0, list(fuzzing.targets(tmp_path))
    for target in targets:
        counts = fuzzing.fuzz(target, EACH)
        # Hypothesis ends sooner where there is nothing new to try.
        assert 0 < sum(counts.values()) <= EACH, target.name
        refusing += counts["error"] > 0
    # A format that takes any line as it is may have nothing to refuse in so few.
    assert refusing > len(targets) / 2


def test_what_is_no_clean_error_is_noticed(fuzzing, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")

    def call():
        raise KeyError if b"9" not in path.read_bytes() else ValueError("said")

    target = fuzzing.Target("broken", {path: b"0123456789"}, call, ValueError)
    with pytest.raises(KeyError):
        fuzzing.fuzz(target, 200)
    assert path.read_bytes() == b"0123456789"


def test_what_takes_too_long_is_noticed(fuzzing):
    with pytest.raises(fuzzing.TooSlowError), fuzzing.bounded(0.05):
        time.sleep(5)
