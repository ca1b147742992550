"""What single figures show, as a reader meets it."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import drawn
import made_up
from thresher import figures
from thresher.drawing.arms import MOST
from thresher.drawing.contrasts import PANELS, ROWS
from thresher.drawing.curves import fill
from thresher.drawing.style import SINGLE
from thresher.figures import runs
from thresher.figures.runs import SEEDS
from thresher.figures.single_runs import drawn_seeds, overall_winner, seed_winners

pytestmark = pytest.mark.slow

COMPARING = {"curve_differences", "forest", "matrix", "thresholds", "luck", "single_runs"}


def lines(figure, part):
    """Return the lines of an axes' figure by id, of those whose id has that part."""
    return {
        line.get_gid(): line
        for axes in figure.axes
        for line in axes.lines
        if part in str(line.get_gid())
    }


def with_tables(results, **tables):
    return replace(results, tables={**results.tables, **tables})


@pytest.mark.parametrize("name", ["learning_curves", "survival", "runs"])
def test_labels_name_runs_and_censored_runs(name):
    arms = drawn.results_of("all censored").tables["arms"]
    words = drawn.facts("all censored")[name].words
    for arm in arms["arm"]:
        assert name == "runs" or f"{arm}\nn = 8, 8 censored" in words
    assert name != "runs" or words.count("n = 8, 8 censored") == len(arms)


def test_the_study_s_own_labels_replace_the_arms_names_as_they_are():
    words = drawn.facts("hostile labels")["forest"].words
    assert "lstm_matched" in words
    assert any(r"$\mathbf{h}_t$" in text.replace("\n", " ") for text in words)
    assert not any("bilstm" in text for text in words)


def test_text_from_right_to_left_is_kept_apart_from_the_words_around_it():
    facts = drawn.facts("hostile labels")["single_runs"]
    joined = "".join(facts.words) + facts.caption
    assert joined.count("\u2068") == joined.count("\u2069") > 0
    plain = drawn.facts("usual")
    assert not any("\u2068" in text for picture in plain.values() for text in picture.words)


def test_one_arm_leaves_out_every_figure_that_compares():
    found = set(drawn.facts("one arm"))
    assert not {name.partition(".")[0] for name in found} & COMPARING
    assert {"learning_curves", "survival", "runs", "predictions", "errors_along"} <= found


def test_eight_arms_have_every_figure_whose_tables_there_are():
    results = drawn.results_of("panels")
    there = {name for name, figure in figures.every().items() if results.has(*figure.needs)}
    assert {name.partition(".")[0] for name in drawn.facts("panels")} == there


def test_a_missing_table_leaves_its_figure_out():
    results = drawn.results_of("two arms")
    without = with_tables(results, curves=results.tables["curves"][:0])
    from thresher import gallery

    assert "learning_curves" not in dict(gallery.drawable(without))
    assert "learning_curves" in dict(gallery.drawable(results))


def test_raw_runs_are_at_most_32_an_arm_and_256_in_all():
    few, many = made_up.results(arms=1, seeds=40), drawn.results_of("forty arms")
    assert len(lines(drawn.picture(few, "learning_curves"), "raw-")) == 32
    assert len(lines(drawn.picture(many, "learning_curves"), "raw-")) == MOST * 6


def test_few_runs_have_no_bands():
    for name in ("learning_curves", "survival", "curve_differences"):
        figure = drawn.picture("four seeds", name)
        assert not [c for axes in figure.axes for c in axes.collections], name


def test_a_mean_of_survivors_is_thin_dotted_and_says_whose_mean_it_is():
    figure = drawn.picture("some diverged", "learning_curves")
    found = lines(figure, "-line")
    assert found["arm-2-line"].get_linewidth() < found["arm-0-line"].get_linewidth()
    assert found["arm-2-line"].get_linestyle() != found["arm-0-line"].get_linestyle()
    label = next(text for text in drawn.facts("some diverged")["learning_curves"].words
                 if text.startswith("lstm_backward_aligned"))  # fmt: skip
    said = label.replace("\n", " ")
    assert "mean of 4 of 8 runs, none censored; 4 diverged, from epoch 255, left out" in said
    titles = drawn.facts("some diverged")["curve_differences"].words
    assert "lstm_backward_aligned\n4 of 8 pairs, others diverged" in titles


def test_an_arm_without_a_curve_is_named_and_so_is_the_reason():
    facts = drawn.facts("all diverged")["learning_curves"]
    label = next(text for text in facts.words if text.startswith("lstm_backward_aligned"))
    assert label.replace("\n", " ").endswith("no mean: all 8 runs diverged, from epoch 255")
    assert "No mean curve, since no run stayed finite: lstm_backward_aligned." in facts.caption
    assert "lstm_backward_aligned" in drawn.facts("all diverged")["curve_differences"].caption


def test_of_many_arms_twelve_stand_out_the_reference_and_the_extremes_among_them():
    arms = drawn.results_of("forty arms").tables["arms"].set_index("arm")["restricted_mean"]
    words = drawn.facts("forty arms")["learning_curves"].words
    named = {text.split("\n")[0] for text in words} & set(arms.index)
    assert len(named) == MOST
    assert {"lstm_forward", arms.idxmin(), arms.idxmax()} <= named
    assert "28 more arms\nin grey; see the table" in words


def test_of_many_contrasts_some_have_a_panel_and_the_caption_says_so():
    for case, total in (("forty arms", 39), ("all pairs", 28)):
        for name in ("curve_differences", "thresholds"):
            assert len(drawn.picture(case, name).axes) == PANELS
            assert f"{PANELS} of {total} contrasts are shown" in drawn.facts(case)[name].caption


def test_of_very_many_seeds_some_are_dots_and_the_caption_says_so():
    results = made_up.results(arms=2, seeds=SEEDS + 44, censored=0)
    [drawing] = runs.draw(results, SINGLE)
    for line in lines(drawing.figure, "-reached").values():
        assert len(line.get_xdata()) == SEEDS
    assert f"{SEEDS} of {SEEDS + 44} seeds are shown" in runs.caption(results)


def test_captions_of_many_arms_are_short():
    longest = max(len(facts.caption) for facts in drawn.facts("forty arms").values())
    assert longest < 1.2 * max(len(facts.caption) for facts in drawn.facts("usual").values())
    assert ROWS >= 40


def test_a_rising_metric_is_drawn_within_its_bounds_and_says_which_side_is_ahead():
    low, high = drawn.picture("a rising metric", "learning_curves").axes[0].get_ylim()
    assert 0 <= low < 0.7
    assert 0.98 < high < 1.02
    facts = drawn.facts("a rising metric")
    assert any("above 0 the arm is ahead" in text for text in facts["curve_differences"].words)
    assert "Above 0 the arm is ahead." in facts["curve_differences"].caption
    assert any(
        "below 0 the arm is ahead" in t for t in drawn.facts("usual")["curve_differences"].words
    )
    assert "learning_curves.log" not in facts
    assert "learning_curves.log" in drawn.facts("usual")
    assert "Runs not yet at 0.881 held-out accuracy" in facts["survival"].words


def test_a_negative_metric_is_drawn_where_it_is():
    low, high = drawn.picture("a negative metric", "learning_curves").axes[0].get_ylim()
    assert -80 < low < -69
    assert -2 < high < 5
    assert "threshold, −20" in drawn.facts("a negative metric")["learning_curves"].words


def test_another_axis_has_its_own_word():
    facts = drawn.facts("steps")
    assert "Steps" in facts["learning_curves"].words
    for picture in facts.values():
        assert not any("epoch" in text.lower() for text in [*picture.words, picture.caption])


def test_the_loss_is_drawn_from_zero_and_a_diverging_mean_does_not_set_the_axis():
    results = drawn.results_of("two arms")
    curves = results.tables["curves"].copy()
    curves.loc[(curves["arm"] == "lstm_backward") & (curves["time"] > 500), "mean"] = 1e9
    figure = drawn.picture(with_tables(results, curves=curves), "learning_curves")
    low, high = figure.axes[0].get_ylim()
    assert low == 0
    assert 0.69 < high < 2


def test_no_curve_crosses_the_name_of_a_level():
    for case in ("usual", "a rising metric", "a negative metric", "met from the start"):
        figure = drawn.picture(case, "learning_curves")
        top = figure.axes[0].get_window_extent().y1
        names = [t for t in drawn.texts(figure) if str(t.get_gid()).endswith("-name")]
        assert names
        assert all(t.get_window_extent(figure.canvas.get_renderer()).y0 > top for t in names)


def test_curves_have_more_than_three_fifths_of_the_width():
    for name in ("learning_curves", "survival"):
        assert drawn.picture("usual", name).axes[0].get_position().width > 0.6


def test_an_unbounded_interval_spans_the_axis_and_ends_in_arrows():
    axes = drawn.picture("four seeds", "forest").axes[0]
    low, high = axes.get_xlim()
    spans = [line for line in axes.lines if "interval" in str(line.get_gid())]
    assert len(spans) == 3
    assert all(tuple(line.get_xdata()) == (low, high) for line in spans)
    arrows = [(line.get_marker(), line.get_markersize()) for line in axes.lines]
    assert arrows.count(("<", 6)) == arrows.count((">", 6)) == 3


def test_a_difference_that_is_only_bounded_has_one_arrow():
    results = drawn.results_of("four seeds")
    table = results.tables["contrasts"].assign(bound=["at least", "at most", "none"])
    axes = drawn.picture(with_tables(results, contrasts=table), "forest").axes[0]
    arrows = [(line.get_marker(), line.get_markersize()) for line in axes.lines]
    assert arrows.count(("<", 6)) == arrows.count((">", 6)) == 2
    first = next(line for line in axes.lines if line.get_gid() == "arm-1-interval-0")
    assert first.get_xdata()[0] == table["mean_difference"].iloc[0]


def test_limits_of_the_family_are_thin_beside_each_contrast_s_own():
    results = drawn.results_of("two arms")
    table = results.tables["contrasts"]
    wider = table.assign(
        lower_family=table["lower"] - 10, upper_family=table["upper"] + 10, size="open"
    )
    changed = with_tables(results, contrasts=wider)
    figure = drawn.picture(changed, "forest")
    own, family = (lines(figure, part) for part in ("interval", "family"))
    (thick,), (thin,) = own.values(), family.values()
    assert thin.get_linewidth() < thick.get_linewidth()
    assert np.ptp(thin.get_xdata()) == pytest.approx(np.ptp(thick.get_xdata()) + 20)
    assert {"open", "size"} <= set(drawn.facts_of(figure).words)
    caption = figures.every()["forest"].caption(changed)
    assert "for all contrasts together" in caption
    assert "or leaves that open" in caption


def test_the_forest_s_grey_zone_is_the_margin_of_the_reference():
    results = drawn.results_of("usual")
    table = results.tables["contrasts"]
    axes = drawn.picture(results, "forest").axes[0]
    zones = [patch for patch in axes.patches if "margin" in str(patch.get_gid())]
    assert len(zones) == len(table)
    expected = 2 * table["margin"] * table["mean_reference"]
    assert [zone.get_width() for zone in zones] == pytest.approx(list(expected))


def test_pictures_of_the_threshold_grid_share_their_axes():
    results = drawn.results_of("two arms")
    levels = range(len(results.levels))
    assert len(levels) > 1
    forests = [drawn.picture(results, "forest", f"level-{i}") for i in levels]
    assert len({figure.axes[0].get_xlim() for figure in forests}) == 1
    curves = [drawn.picture(results, "survival", f"level-{i}") for i in levels]
    assert len({tuple(figure.axes[0].get_position().bounds) for figure in curves}) == 1


def test_survival_at_the_study_s_threshold_is_the_survival_curve():
    results = drawn.results_of("two arms")
    own = results.levels.index(results.study.endpoint.threshold)
    found = [
        {
            gid: line.get_xydata()
            for gid, line in lines(drawn.picture(results, "survival", v), "line").items()
        }
        for v in ("", f"level-{own}")
    ]
    assert found[0].keys() == found[1].keys() != set()
    assert all(np.allclose(found[0][gid], found[1][gid]) for gid in found[0])


def test_survival_goes_on_to_the_longest_run_with_the_budget_marked():
    results = drawn.results_of("unequal lengths")
    assert results.evaluations["time"].max() == 600
    for variant in ("", "level-0", "level-1"):
        axes = drawn.picture(results, "survival", variant).axes[0]
        assert axes.get_xlim() == (0, results.longest)
        assert 600 < results.longest <= 1000
        marks = [line for line in axes.get_lines() if line.get_gid() == "budget"]
        assert [list(line.get_xdata()) for line in marks] == [[600, 600]]
    facts = drawn.facts("unequal lengths")["survival"]
    assert "budget, 600 steps" in facts.words
    assert facts.caption.endswith(
        "Runs followed to their own end; restricted means up to the common budget, the line."
    )
    curves = lines(drawn.picture(results, "survival"), "line")
    table = results.table("survival")
    assert max(line.get_xdata().max() for line in curves.values()) == table["time"].max() > 600
    events, arms = results.table("events"), results.table("arms")
    assert (events["own_event"].sum(), arms["reached"].sum()) == (
        table["events"].sum(),
        events["event"].sum(),
    )
    assert events["own_event"].sum() > events["event"].sum()


@pytest.mark.parametrize("case", ["usual", "steps"])
def test_survival_of_runs_of_one_length_marks_no_budget(case):
    axes = drawn.picture(case, "survival").axes[0]
    assert axes.get_xlim() == (0, 1000)
    assert "budget" not in [line.get_gid() for line in axes.get_lines()]
    assert "followed" not in drawn.facts(case)["survival"].caption


def test_numbers_at_risk_are_those_of_the_table():
    table = drawn.results_of("usual").tables["survival"]
    figure = drawn.picture("usual", "survival")
    ticks = [t for t in figure.axes[0].get_xticks() if 0 <= t <= 1000]
    arm = table[(table["arm"] == "lstm_forward") & (table["time"] >= ticks[3])].iloc[0]
    heading = next(t for t in drawn.texts(figure) if t.get_gid() == "at-risk")
    row = heading.get_position()[1] - 0.155
    words = [t for t in drawn.texts(figure) if t.get_position()[1] == pytest.approx(row)]
    assert words[3].get_text() == str(arm["at_risk"])


def test_the_matrix_has_a_cell_for_every_pair_signed_row_minus_column():
    pairs = drawn.results_of("usual").tables["pairs"]
    axes = drawn.picture("usual", "matrix").axes[0]
    cells = [patch.get_gid() for patch in axes.patches]
    assert sorted(cells) == sorted(f"pair-{i}-{j}" for i in range(8) for j in range(i))
    first = pairs[(pairs["arm"] == "lstm_backward") & (pairs["reference"] == "lstm_forward")]
    sign = "+" if first["mean_difference"].iloc[0] > 0 else "−"
    assert axes.texts[cells.index("pair-1-0")].get_text().startswith(sign)


def test_a_matrix_is_the_same_whichever_way_a_pair_is_stored():
    results = drawn.results_of("four seeds")
    pairs = results.tables["pairs"]
    turned = pairs.rename(columns={"arm": "reference", "reference": "arm"})
    turned["mean_difference"] *= -1
    turned["verdict"] = turned["verdict"].replace({"faster": "slower", "slower": "faster"})
    found = [
        sorted(t.get_text() for t in drawn.picture(each, "matrix").axes[0].texts)
        for each in (results, with_tables(results, pairs=turned))
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("case", ["usual", "two arms"])
def test_single_run_plots_show_a_wrong_winner_where_there_is_one(case):
    from thresher.drawing.arms import arms_of

    results = drawn.results_of(case)
    events, best = results.tables["events"], overall_winner(list(arms_of(results).values()))
    wrong = {seed for seed, winner in seed_winners(events).items() if winner != best}
    seeds = drawn_seeds(results)
    assert len(set(seeds)) == 3
    assert seeds == drawn_seeds(results)
    assert not wrong or wrong & set(seeds)


def test_a_seed_s_winner_is_the_only_arm_that_is_first():
    rows = [("a", 1, 5, True), ("b", 1, 9, True), ("a", 2, 7, True), ("b", 2, 7, True)]
    rows += [("a", 3, 10, False), ("b", 3, 10, True), ("a", 4, 10, False), ("b", 4, 10, False)]
    events = pd.DataFrame(rows, columns=["arm", "seed", "time", "event"])
    assert seed_winners(events) == {1: "a", 3: "b"}


def test_an_area_has_no_more_places_than_can_be_seen():
    axes = mpl.figure.Figure().add_subplot()
    time = np.arange(50_000.0)
    fill(axes, time, time, time + 1)
    fill(axes, time[:50], time[:50], time[:50] + 1)
    many, few = (area.get_paths()[0].vertices for area in axes.collections)
    assert len(many) < 2100
    assert (many[:, 0].min(), many[:, 0].max()) == (0, 49_999)
    assert set(few[:, 0]) == set(range(50))


def test_drawing_ignores_the_caller_s_settings_and_leaves_them_alone():
    plain = drawn.picture("two arms", "survival")
    with mpl.rc_context({"font.size": 30, "text.color": "red", "axes.grid": True}):
        odd = drawn.picture("two arms", "survival")
        assert mpl.rcParams["font.size"] == 30
    assert odd is not plain
    said = [
        [(t.get_text(), t.get_fontsize(), t.get_color()) for t in drawn.texts(figure)]
        for figure in (plain, odd)
    ]
    assert said[0] == said[1] != []
    assert odd.axes[0].lines[0].get_linewidth() == plain.axes[0].lines[0].get_linewidth()


def test_a_narrow_figure_is_as_wide_as_a_column():
    assert drawn.picture("usual", "forest", width=SINGLE).get_size_inches()[0] == SINGLE


def test_luck_says_whether_seeds_are_drawn_in_pairs():
    assert "seeds, the same for every arm, out of" in drawn.facts("usual")["luck"].caption
    assert "drawn for each arm independently" in drawn.facts("unpaired")["luck"].caption


def test_a_caption_names_no_more_than_a_handful_of_arms():
    results = drawn.results_of("forty arms")
    arms = results.tables["arms"].assign(diverged=1)
    caption = figures.every()["matrix"].caption(with_tables(results, arms=arms))
    assert "; diverged: 1 of lstm_forward, 1 of lstm_backward," in caption
    assert caption.endswith(" and 35 arms.")
    without = with_tables(results, curves=results.tables["curves"][:0])
    assert len(figures.every()["curve_differences"].caption(without)) < 700
