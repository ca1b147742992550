"""The interaction picture: a panel for each pair of factors, a line for each level of one."""

from dataclasses import replace

import pytest

import made_up
from thresher.drawing.style import DOUBLE, SINGLE
from thresher.figures import interaction
from thresher.reduction import collect
from thresher.results import Results
from thresher.stages import analyse_all


@pytest.fixture(scope="module")
def crossed() -> Results:
    """A study of two factors, three levels by two, in one variant."""
    made = made_up.study(arms=6, seeds=8)
    factors = [{"merge_mode": m, "units": u} for m in ("sum", "mul") for u in (5, 10, 20)]
    arms = tuple(
        replace(arm, variant="both", label=made_up.label("both", own), factors=own)
        for arm, own in zip(made.arms, factors, strict=True)
    )
    analysis = replace(made.analysis, flips=999, contrasts="all_pairs")
    made = replace(made, arms=arms, reference=None, analysis=analysis)
    return analyse_all(made, collect(made_up.traces(made), made))


@pytest.mark.parametrize("width", [DOUBLE, SINGLE])
def test_every_arm_stands_at_its_restricted_mean(crossed, width):
    (drawing,) = interaction.draw(crossed, width)
    (axes,) = drawing.figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["sum", "mul"]
    means = crossed.table("arms").set_index("arm")["restricted_mean"]
    lines = {line.get_gid(): line for line in axes.lines}
    for k, units in enumerate((5, 10, 20)):
        expected = [means[f"both {mode} units={units}"] for mode in ("sum", "mul")]
        assert lines[f"line-{k}"].get_ydata().tolist() == expected
    assert drawing.title == "merge_mode and units of both"
    assert interaction.caption(crossed).endswith(".")


def test_a_study_without_two_factors_has_none():
    made = made_up.study(arms=5, seeds=6)
    found = analyse_all(made, collect(made_up.traces(made), made))
    assert list(interaction.draw(found, DOUBLE)) == []
    assert not interaction.panels(found)


def test_tables_and_notes_name_the_factors(crossed):
    from thresher.analyses.factor_effects import notes

    main, both = crossed.table("factor_effects"), crossed.table("factor_interactions")
    assert main[["factor", "level", "base"]].to_numpy().tolist() == [
        ["merge_mode", "mul", "sum"],
        ["units", "10", "5"],
        ["units", "20", "5"],
    ]
    assert both["by_level"].tolist() == ["10", "20"]
    ((section, text),) = notes(crossed)
    assert section == "contrasts"
    assert "all 5 are adjusted together by Holm's method" in text
