"""Main effects and interactions are those of hand-made times, and of statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from thresher.statistics.factors import Cell, effects, levels_of
from thresher.statistics.multiplicity import holm
from thresher.statistics.signflip import signflip_test

SEEDS = 12
SETTINGS = {"confidence": 0.95, "flips": 999, "entropy": 1}


def made(units=(2, 4), modes=("sum", "mul"), without=(), noise=5.0):
    """Times: 100, 10 more a unit above 2, 30 less for mul, and 20 more where both."""
    generator = np.random.default_rng(3)
    luck = generator.normal(0, 20, SEEDS)
    cells, rows = [], []
    for u in units:
        for mode in modes:
            if (u, mode) in without:
                continue
            arm = f"both {mode} units={u}"
            cells.append(Cell(arm, "both", {"merge_mode": mode, "units": str(u)}))
            mean = 100 + 10 * (u - 2) - 30 * (mode == "mul") + 20 * (mode == "mul") * (u > 2)
            times = mean + luck + generator.normal(0, noise, SEEDS)
            rows += [
                {"study": "s", "arm": arm, "seed": s, "time": t, "threshold": 0.2}
                for s, t in enumerate(times)
            ]
    return pd.DataFrame(rows), cells


def test_without_noise_effects_are_those_that_were_put_in():
    events, cells = made(noise=0.0)
    found = effects(events, cells, **SETTINGS).set_index(["factor", "by"])["difference"]
    assert found["merge_mode", ""] == pytest.approx(-30 + 20 / 2)
    assert found["units", ""] == pytest.approx(20 + 20 / 2)
    assert found["merge_mode", "units"] == pytest.approx(20)


def test_estimates_are_those_of_a_linear_model_with_seeds_as_blocks():
    events, cells = made(units=(2, 4, 8))
    found = effects(events, cells, **SETTINGS)
    levels = pd.DataFrame([{"arm": c.arm, **c.levels} for c in cells])
    frame = events.merge(levels, on="arm")
    base = "Treatment('2')", "Treatment('sum')"
    plain = smf.ols(f"time ~ C(units, {base[0]}) + C(merge_mode, {base[1]}) + C(seed)", frame).fit()
    crossed = smf.ols(
        f"time ~ C(units, {base[0]}) * C(merge_mode, {base[1]}) + C(seed)", frame
    ).fit()
    for row in found.itertuples():
        if not row.by:
            known = plain.params[f"C({row.factor}, {base[row.factor != 'units']})[T.{row.level}]"]
        else:
            names = {row.factor: row.level, row.by: row.by_level}
            known = crossed.params[
                f"C(units, {base[0]})[T.{names['units']}]:"
                f"C(merge_mode, {base[1]})[T.{names['merge_mode']}]"
            ]
        assert row.difference == pytest.approx(known)


def test_limits_and_p_values_are_those_of_a_paired_contrast_and_holm_s():
    events, cells = made(units=(2,))
    (row,) = effects(events, cells, **SETTINGS).itertuples()
    wide = events.pivot_table(index="seed", columns="arm", values="time")
    known = signflip_test((wide["both mul units=2"] - wide["both sum units=2"]).to_numpy())
    assert (row.lower, row.upper, row.p) == pytest.approx(
        (known.lower[0], known.upper[0], known.p[0])
    )
    table = effects(*made(units=(2, 4, 8)), **SETTINGS)
    np.testing.assert_allclose(table["p_adjusted"], holm(table["p"].to_numpy()))
    assert (table["p_adjusted"] >= table["p"]).all()


def test_an_excluded_cell_leaves_its_group_out_and_its_interaction():
    events, cells = made(units=(2, 4, 8), without=[(4, "mul")], noise=0.0)
    found = effects(events, cells, **SETTINGS)
    main = found[found["by"] == ""].set_index(["factor", "level"])
    assert main.loc[("units", "4"), "cells"] == 1
    assert main.loc[("units", "4"), "difference"] == pytest.approx(20)
    assert main.loc[("merge_mode", "mul"), "cells"] == 2
    assert found.loc[found["by"] != "", "by_level"].tolist() == ["8"]


def test_a_factor_with_one_level_in_each_variant_is_none_and_then_there_is_nothing():
    cells = [Cell("a sum", "a", {"merge_mode": "sum"}), Cell("b mul", "b", {"merge_mode": "mul"})]
    assert levels_of(cells) == {}
    events, _ = made()
    assert effects(events, cells, **SETTINGS).empty
