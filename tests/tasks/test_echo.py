"""The symbol of some timesteps ago, as a class number."""

import math

import numpy as np
import pytest

from thresher.tasks import echo


def options(timesteps: int, delay: int, symbols: int) -> dict:
    return {"timesteps": timesteps, "delay": delay, "symbols": symbols}


@pytest.mark.parametrize(
    "chosen", [options(10, 2, 4), options(5, 0, 2), options(3, 3, 3), options(2, 9, 2)]
)
def test_a_label_is_the_number_of_the_symbol_before_or_0(chosen):
    x, y = echo.draw(np.random.default_rng(3), chosen, 100)
    places = [k / (chosen["symbols"] - 1) for k in range(chosen["symbols"])]
    for sequence, labels in zip(x[..., 0], y[..., 0], strict=True):
        for t, label in enumerate(labels):
            before = t - chosen["delay"]
            if before < 0:
                assert label == 0
            else:
                assert sequence[before] == pytest.approx(places[int(label) - 1])


def test_every_symbol_is_as_likely():
    x, _ = echo.draw(np.random.default_rng(5), options(10, 2, 4), 1000)
    counts = [np.isclose(x, place).sum() for place in (0, 1 / 3, 2 / 3, 1)]
    assert sum(counts) == 10_000
    assert max(abs(count - 2500) for count in counts) < 4.5 * math.sqrt(10_000 * 0.25 * 0.75)


def test_classes_are_the_symbols_and_none():
    assert echo.classes(options(10, 2, 2)) == ("none yet", "symbol 1", "symbol 2")


def test_the_baseline_is_the_entropy_of_a_symbol_wherever_there_is_one():
    assert echo.baseline(options(10, 2, 4)) == pytest.approx(0.8 * math.log(4))
    assert echo.baseline(options(3, 5, 4)) == 0
