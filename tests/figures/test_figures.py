"""Figures as a reader meets them: everything named, nothing overlapping, the same bytes twice."""

import importlib
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from unittest import mock

import matplotlib as mpl
import numpy as np
import pytest
import synthetic
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from thresher import figures
from thresher.declarations import names
from thresher.drawing.style import SINGLE, STYLE
from thresher.figures import learning_curves, matrix
from thresher.figures.all import FIGURES, PAPER, draw_all, paper
from thresher.figures.all import figures as every_figure
from thresher.figures.inputs import Inputs

PANELS = ({"title": "Some arms", "arms": ["lstm_forward", "lstm_backward"]},)
COMPARING = {
    "curve_differences", "forest", "matrix", "thresholds", "luck", "single_runs",
    "forest_at_0",
}  # fmt: skip
CASES = {
    "default": {},
    "one arm": {"arms": 1, "seeds": 10},
    "two arms": {"arms": 2, "seeds": 10},
    "twenty arms": {"arms": 20, "seeds": 8},
    "all censored": {"arms": 5, "seeds": 8, "censored": 1.0},
    "none censored": {"arms": 5, "seeds": 8, "censored": 0.0},
    "diverged": {"arms": 5, "seeds": 8, "diverged": 8},
    "one seed": {"arms": 4, "seeds": 1},
    "four seeds": {"arms": 4, "seeds": 4},
    "unpaired": {"arms": 4, "seeds": 8, "paired": False},
}


def inputs(case: dict, width: float = 7.2, **settings) -> Inputs:
    arms, seeds = case.get("arms", 8), case.get("seeds", 32)
    settings = synthetic.settings(
        arms, seeds, pairing="data+weights" if case.get("paired", True) else "none", **settings
    )
    traces = {key: value for key, value in case.items() if key != "paired"}
    return Inputs(synthetic.tables(**case), settings, synthetic.traces(**traces), width)


_DRAWN: dict[str, dict[str, Figure]] = {}


def drawn(case: dict, width: float = 7.2, **settings) -> dict[str, Figure]:
    """Draw every figure of a case, of the threshold grid's the first; once for all tests."""
    key = repr((case, width, settings))
    if key not in _DRAWN:
        found = every_figure(inputs(case, width, **settings))
        _DRAWN[key] = {n: f for n, f in found if "_at_" not in n or n.endswith("_0")}
    return _DRAWN[key]


def texts(figure: Figure) -> list[Text]:
    """Return what is written in a figure, laid out, in the order in which it is drawn."""
    written: list[Text] = []

    def draw(text: Text, renderer: object, *_: object) -> None:
        if text.get_visible() and text.get_text().strip():
            written.append(text)

    FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE), mock.patch.object(Text, "draw", draw):
        figure.draw_without_rendering()
    return written


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    shown = texts(figure)
    boxes = [text.get_window_extent(figure.canvas.get_renderer()) for text in shown]
    found = []
    for (a, first), (b, second) in combinations(zip(shown, boxes, strict=True), 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        up = min(first.y1, second.y1) - max(first.y0, second.y0)
        if across > 1 and up > 2:  # ascenders and descenders of two lines may touch
            found.append((a.get_text(), b.get_text()))
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_text_stays_inside_its_figure_is_large_enough_and_does_not_overlap(case):
    settings = {"panels": PANELS, "highlight_seed": 0} if case.get("arms", 8) > 1 else {}
    for name, figure in drawn(case, **settings).items():
        assert overlaps(figure) == [], name
        width, height = figure.get_size_inches() * figure.dpi
        for text in texts(figure):
            box = text.get_window_extent(figure.canvas.get_renderer())
            inside = box.x0 >= 0 and box.y0 >= -1 and box.x1 <= width and box.y1 <= height + 1
            assert inside, (name, text.get_text(), box)
            assert text.get_fontsize() >= 8, (name, text.get_text())


@pytest.mark.parametrize("case", ["default", "twenty arms", "diverged", "one seed"])
def test_figures_for_one_column_of_a_paper_hold_their_text(case):
    given = inputs(CASES[case], SINGLE)
    for module in PAPER:
        for name, figure in module.drawings(given):
            if "_at_" in name:
                break
            assert figure.get_size_inches()[0] == SINGLE
            assert overlaps(figure) == [], name
            width = figure.get_size_inches()[0] * figure.dpi
            for text in texts(figure):
                box = text.get_window_extent(figure.canvas.get_renderer())
                assert box.x0 >= 0, (name, text.get_text())
                assert box.x1 <= width, (name, text.get_text())


def test_long_labels_are_wrapped():
    long = {"bilstm sum": "a bidirectional LSTM whose two directions are summed, 20 units each"}
    long["lstm_forward"] = "a_word_without_any_space_that_is_longer_than_the_figure_has_room_for_it"
    for name, figure in drawn(CASES["default"], labels=long).items():
        if name not in ("matrix", "luck"):
            assert overlaps(figure) == [], name
        width = figure.get_size_inches()[0] * figure.dpi
        for text in texts(figure):
            box = text.get_window_extent(figure.canvas.get_renderer())
            assert -1 <= box.x0 < box.x1 <= width + 1, (name, text.get_text())


@pytest.mark.parametrize("name", ["learning_curves", "learning_curves_log", "survival", "runs"])
def test_labels_name_runs_and_censored_runs(name):
    given = inputs(CASES["diverged"])
    words = {text.get_text() for text in texts(drawn(CASES["diverged"])[name])}
    arms = given.tables["arms"]
    if name.startswith("learning_curves"):  # an arm that diverged altogether has no mean curve
        arms = arms[arms["arm"].isin(given.tables["curves"]["arm"])]
        assert len(arms) == 4
    for row in arms.to_dict("records"):
        counts = f"n = {row['n']}, {row['censored'] or 'none'} censored"
        counts += f", {row['diverged']} diverged" if row["diverged"] else ""
        label = counts if name == "runs" else f"{row['arm']}, {counts}"
        assert label in words


def test_the_study_s_own_labels_replace_the_arms_names():
    figure = drawn(CASES["two arms"], labels={"lstm_backward": "backwards $x$"})["forest"]
    assert "backwards $x$" in {text.get_text() for text in texts(figure)}


def test_one_arm_leaves_out_every_figure_that_compares():
    found = drawn(CASES["one arm"])
    assert not COMPARING & set(found)
    assert {"learning_curves", "survival", "runs", "predictions", "errors_along"} <= set(found)


def test_eight_arms_have_every_figure():
    found = [name for name, _ in every_figure(inputs({}, panels=PANELS, highlight_seed=0))]
    grid = [f"{kind}_at_{i}" for kind in ("survival", "forest") for i in range(9)]
    alone = {"learning_curves", "learning_curves_log", "panels", "survival", "runs",
             "predictions", "errors_along"}  # fmt: skip
    assert sorted(found) == sorted({*alone, *grid, *COMPARING})


def test_without_traces_only_single_runs_are_missing():
    full = inputs(CASES["two arms"])
    without = {name for name, _ in every_figure(Inputs(full.tables, full.settings))}
    assert {name for name, _ in every_figure(full)} - without == {"single_runs"}


def test_every_file_with_drawings_is_drawn():
    folder = Path(figures.__file__).parent
    modules = [importlib.import_module(f"thresher.figures.{name}") for name in names(folder)]
    assert {m for m in modules if hasattr(m, "drawings")} == set(FIGURES)


def test_raw_runs_are_at_most_32_an_arm_and_evenly_chosen():
    given = inputs({"arms": 2, "seeds": 100})
    figure = dict(learning_curves.drawings(given))["learning_curves"]
    raw = [line.get_gid() for line in figure.axes[0].lines if "raw" in str(line.get_gid())]
    assert sorted(raw) == sorted(f"raw-{arm}-{k}" for arm in range(2) for k in range(32))


def test_few_runs_have_no_bands():
    for name in ("learning_curves", "survival", "curve_differences"):
        figure = drawn(CASES["four seeds"])[name]
        assert not [c for axes in figure.axes for c in axes.collections], name


def test_an_unbounded_interval_spans_the_axis_and_ends_in_arrows():
    axes = drawn(CASES["four seeds"])["forest"].axes[0]
    low, high = axes.get_xlim()
    spans = [line for line in axes.lines if "interval" in str(line.get_gid())]
    assert len(spans) == 3
    assert all(tuple(line.get_xdata()) == (low, high) for line in spans)
    markers = [line.get_marker() for line in axes.lines]
    assert markers.count("<") == markers.count(">") == 3


def test_the_forest_s_grey_zone_is_the_margin_of_the_reference():
    table = synthetic.tables()["contrasts"]
    axes = drawn({})["forest"].axes[0]
    zones = [patch for patch in axes.patches if "margin" in str(patch.get_gid())]
    assert len(zones) == len(table)
    expected = 2 * table["margin"] * table["mean_reference"]
    assert [zone.get_width() for zone in zones] == pytest.approx(list(expected))


def test_forests_of_the_threshold_grid_share_their_axis():
    found = dict(every_figure(inputs({"arms": 3, "seeds": 8})))
    limits = {found[f"forest_at_{i}"].axes[0].get_xlim() for i in range(9)}
    assert len(limits) == 1
    sizes = {tuple(found[f"survival_at_{i}"].axes[0].get_position().bounds) for i in range(9)}
    assert len(sizes) == 1


def test_survival_at_the_study_s_threshold_is_the_survival_curve():
    found = dict(every_figure(inputs({})))
    lines = [
        {line.get_gid(): line.get_xydata() for line in found[name].axes[0].lines}
        for name in ("survival", "survival_at_4")
    ]
    assert lines[0].keys() == lines[1].keys()
    assert all(np.allclose(lines[0][gid], lines[1][gid]) for gid in lines[0])


def test_numbers_at_risk_are_those_of_the_table():
    table = synthetic.tables()["survival"]
    figure = drawn({})["survival"]
    arm = table[(table["arm"] == "lstm_forward") & (table["epoch"] >= 600)].iloc[0]
    heading = next(text for text in texts(figure) if text.get_gid() == "at-risk")
    row = heading.get_position()[1] - 0.155
    words = [t.get_text() for t in texts(figure) if t.get_position()[1] == pytest.approx(row)]
    assert words[3] == str(arm["at_risk"])


def test_the_matrix_has_a_cell_for_every_pair_signed_row_minus_column():
    pairs = synthetic.tables()["pairs"]
    axes = drawn({})["matrix"].axes[0]
    cells = [patch.get_gid() for patch in axes.patches]
    assert sorted(cells) == sorted(f"pair-{i}-{j}" for i in range(8) for j in range(i))
    first = pairs[(pairs["arm"] == "lstm_backward") & (pairs["reference"] == "lstm_forward")]
    sign = "+" if first["mean_difference"].iloc[0] > 0 else "−"
    assert axes.texts[cells.index("pair-1-0")].get_text().startswith(sign)


def test_a_matrix_is_the_same_whichever_way_a_pair_is_stored():
    given = inputs({"arms": 4, "seeds": 16})
    pairs = given.tables["pairs"]
    turned = pairs.rename(columns={"arm": "reference", "reference": "arm"})
    turned["mean_difference"] *= -1
    turned["verdict"] = turned["verdict"].replace({"faster": "slower", "slower": "faster"})
    both = [Inputs({**given.tables, "pairs": table}, given.settings) for table in (pairs, turned)]
    words = [
        sorted(text.get_text() for text in dict(matrix.drawings(each))["matrix"].axes[0].texts)
        for each in both
    ]
    assert words[0] == words[1]


def test_single_run_plots_show_a_wrong_winner_where_there_is_one():
    from thresher.figures.single_runs import drawn_seeds, overall_winner, seed_winner

    for case in ({}, {"arms": 2, "seeds": 20}):
        given = inputs(case)
        events, arms = given.tables["events"], list(given.actors.values())
        best = overall_winner(arms)
        wrong = {s for s in events["seed"] if seed_winner(events, s) not in (best, None)}
        seeds = drawn_seeds(events, arms, 7)
        assert len(set(seeds)) == 3
        assert seeds == drawn_seeds(events, arms, 7)
        assert not wrong or wrong & set(seeds)


def test_a_diverging_mean_does_not_set_the_axis():
    given = inputs({"arms": 2, "seeds": 8})
    curves = given.tables["curves"].copy()
    curves.loc[(curves["arm"] == "lstm_backward") & (curves["epoch"] > 500), "mean"] = 1e9
    figure = dict(every_figure(Inputs({**given.tables, "curves": curves}, given.settings)))
    assert figure["learning_curves"].axes[0].get_ylim()[1] < 2


def test_drawing_leaves_the_caller_s_settings_alone_and_ignores_them():
    plain = drawn({"arms": 2, "seeds": 8})["survival"]
    with mpl.rc_context({"font.size": 30, "text.color": "red", "axes.grid": True}):
        odd = drawn({"arms": 2, "seeds": 8})["survival"]
        assert mpl.rcParams["font.size"] == 30
    assert [t.get_fontsize() for t in texts(plain)] == [t.get_fontsize() for t in texts(odd)]


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import synthetic
from thresher.figures.all import draw_all, paper
case = dict(arms=3, seeds=6, budget=200)
given = synthetic.tables(**case), synthetic.settings(**case), sys.argv[2], synthetic.traces(**case)
draw_all(*given)
paper(*given)
"""


def test_two_processes_write_the_same_bytes(tmp_path):
    running = []
    for k in (1, 2):
        folder = str(tmp_path / str(k))
        environment = {**os.environ, "PYTHONHASHSEED": str(k), "SOURCE_DATE_EPOCH": str(k)}
        command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parents[1]), folder]
        running.append(subprocess.Popen(command, env=environment))
    assert [process.wait() for process in running] == [0, 0]
    first = {path.name: path.read_bytes() for path in (tmp_path / "1").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "2").iterdir()}
    assert len([name for name in first if name.endswith(".svg")]) > 25
    assert len([name for name in first if name.endswith(".pdf")]) == 14
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()


def test_an_svg_has_real_text_unique_ids_and_one_text_colour(tmp_path):
    case = {"arms": 3, "seeds": 6, "budget": 200}
    given = synthetic.tables(**case), synthetic.settings(**case), tmp_path, synthetic.traces(**case)
    written = draw_all(*given)
    for name in written:
        svg = (tmp_path / f"{name}.svg").read_text()
        ids = re.findall(r' id="([^"]*)"', svg)
        assert len(ids) == len(set(ids)), name
        assert "dc:date" not in svg
        assert "DejaVu" not in svg
        inks = set(re.findall(r"<text[^>]*fill: (#\w+)", svg))
        assert inks <= {"#1a1a1a", "#000000", "#ffffff"}, name
        assert "lstm_forward" in svg or name.startswith("panels")
    curves = (tmp_path / "learning_curves.svg").read_text()
    for gid in ("arm-0-line", "arm-2-band", "arm-1-label", "raw-0-0", "threshold"):
        assert f'id="{gid}"' in curves
    assert ">lstm_forward, n = 6, " in curves


def test_ids_of_clips_and_markers_differ_between_figures_of_one_page(tmp_path):
    case = {"arms": 3, "seeds": 6, "budget": 200}
    draw_all(synthetic.tables(**case), synthetic.settings(**case), tmp_path)
    hashed = [
        set(re.findall(r' id="([mp][0-9a-f]{10})"', (tmp_path / f"{name}.svg").read_text()))
        for name in ("survival", "survival_at_4", "runs", "forest")
    ]
    assert all(hashed)
    assert all(not a & b for a, b in combinations(hashed, 2))


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must be \.svg, \.pdf or \.png, but was \.gif"):
        figures.save(Figure(), tmp_path / "x.gif")


def test_paper_names_its_files(tmp_path):
    case = {"arms": 1, "seeds": 6, "budget": 200}
    names = paper(synthetic.tables(**case), synthetic.settings(**case), tmp_path)
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    assert "survival_single.pdf" in names
    assert not [name for name in names if "forest" in name]
