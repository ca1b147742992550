"""What `benchmarks/real_work.py` measures and compares; itself it takes too long."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def real_work():
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module("real_work")
    sys.path.remove(str(FOLDER))


def test_a_larger_image_repeats_the_pixels_of_the_small_one(real_work, tmp_path):
    for name, shape in (("small", (8, 8)), ("large", (28, 28, 1))):
        real_work.write_images(shape, tmp_path / f"{name}.npz")
    with np.load(tmp_path / "small.npz") as small, np.load(tmp_path / "large.npz") as large:
        assert large["x"].shape == (1797, 28, 28, 1)
        repeats = [4, 3, 4, 3, 4, 3, 4, 3]
        wide = small["x"].repeat(repeats, axis=1).repeat(repeats, axis=2)
        np.testing.assert_array_equal(large["x"][..., 0], wide)
        np.testing.assert_array_equal(large["y"], small["y"])


def test_more_seeds_are_compared_at_each_ways_best_group(real_work):
    times = {("fit", 1): 60, ("thresher", 8): 10, ("thresher", 32): 20}
    times |= {("jax", 8): 40, ("jax", 32): 5}
    found = {
        real_work.Measurement("mlp", *key, "mlp.npz"): {"cpu_ms": ms, "ms": 2 * ms}
        for key, ms in times.items()
    }
    few, many = real_work.ratios(found)
    assert real_work.ratios(found, "ms") == [few, many]
    assert few == {"work": "mlp", "seeds": 8, "fit": 6.0, "jax": 4.0}
    assert many == {"work": "mlp", "seeds": 32, "fit": 6.0, "jax": 0.5}


@pytest.mark.slow
def test_thresher_and_fit_learn_the_same_work(real_work, tmp_path):
    file = tmp_path / "mlp.npz"
    real_work.write_images(real_work.WORKS["mlp"].shape, file)
    ours = real_work.measure(real_work.Measurement("mlp", "thresher", 2, str(file)), "")
    theirs = real_work.measure(real_work.Measurement("mlp", "fit", 1, str(file)), "")
    # Other weights and another order: 2.0 nats after one pass, where guessing has 2.3.
    assert ours["loss"] == pytest.approx(theirs["loss"], abs=0.15)
    assert min(ours["cpu_ms"], theirs["cpu_ms"]) > 0
