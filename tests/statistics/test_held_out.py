"""The luck of held-out sets: the formula on hand-made events, and on sets of known luck."""

import math

import numpy as np
import pandas as pd
import pytest

from thresher.analyses.held_out import HELD_OUT
from thresher.statistics.held_out import held_out_luck
from thresher.tables import check

PAIRS = [("b", "a")]


def table(**times: list[float]) -> pd.DataFrame:
    """Events of arms whose runs all get there."""
    parts = [
        pd.DataFrame(
            {
                "study": "s",
                "arm": arm,
                "seed": range(len(values)),
                "threshold": 0.2,
                "time": np.asarray(values, float),
            }
        )
        for arm, values in times.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_share_is_the_variance_of_half_less_whole_over_that_of_the_whole():
    whole = table(a=[10, 20, 30], b=[14, 28, 42])  # D = 4, 8, 12: variance 16
    half = table(a=[10, 20, 30], b=[13, 28, 43])  # half − whole = −1, 0, 1: variance 1
    found = check(held_out_luck(whole, half, PAIRS), HELD_OUT, "held_out").iloc[0]
    assert found["share"] == pytest.approx(1 / (math.sqrt(2) * 16))
    assert (found["n"], found["difference"], found["difference_half"]) == (3, 8.0, 8.0)
    assert found["deviation"] == pytest.approx(4)


def test_unpaired_the_variances_of_both_arms_are_added():
    whole = table(a=[10, 20, 30], b=[14, 28, 42])
    half = table(a=[11, 20, 29], b=[13, 28, 43])
    found = held_out_luck(whole, half, PAIRS, paired=False).iloc[0]
    assert found["share"] == pytest.approx((1 + 1) / (math.sqrt(2) * (100 + 196)))


@pytest.mark.parametrize("values", [[10.0], [10.0, 10.0]])
def test_one_seed_or_no_spread_has_no_share(values):
    whole = table(a=values, b=values)
    found = check(held_out_luck(whole, whole, PAIRS), HELD_OUT, "held_out").iloc[0]
    assert math.isnan(found["share"])


def test_no_pairs_give_an_empty_table():
    whole = table(a=[10, 20])
    assert held_out_luck(whole, whole, []).empty


def test_rough_curves_show_the_share_that_their_sets_really_have():
    """A crossing of a rough curve moves by jumps: the squared move goes with |δ|."""
    rng = np.random.default_rng(7)
    seeds, steps = 1500, 400
    drift = np.linspace(1.0, -1.0, steps)
    rough = drift + np.cumsum(rng.normal(size=(seeds, steps)), axis=1) * 0.02
    error = rng.normal(size=(2, seeds)) * math.sqrt(2) * 0.02
    shift = {"half": error[0], "whole": error.mean(axis=0)}
    other = rng.normal(size=seeds) * 0.02

    def crossing(offset: np.ndarray) -> np.ndarray:
        return (rough + offset[:, None] <= 0).argmax(axis=1).astype(float)

    zero = [0.0] * seeds
    whole, half = (table(a=zero, b=list(crossing(shift[k]))) for k in ("whole", "half"))
    found = held_out_luck(whole, half, PAIRS).iloc[0]["share"]
    again = crossing(other)
    direct = np.var(again - crossing(shift["whole"])) / 2 / np.var(crossing(shift["whole"]))
    assert found == pytest.approx(direct, rel=0.25)
