"""Figures as files: all there, the same bytes twice, and read again or refused by name."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import drawn
from thresher import figures
from thresher.drawing.saving import save
from thresher.gallery import GalleryError, draw_all, draw_for_paper, read_gallery

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("figures")
    draw_all(drawn.results_of("two arms"), path)
    return path


def test_what_was_drawn_is_read_in_the_report_s_order_with_title_and_caption(folder):
    shown = read_gallery(folder)
    names = list(dict.fromkeys(picture.name for picture in shown))
    assert names == [name for name in figures.every() if name in names]
    assert {path.name for path in folder.glob("*.svg")} == {
        f"{picture.name}.{picture.variant}.svg".replace("..", ".") for picture in shown
    }
    for picture in shown:
        assert picture.title
        assert picture.caption.endswith(".")
        assert picture.svg.rstrip().endswith("</svg>")
    first = [picture for picture in shown if not picture.variant]
    assert [picture.name for picture in first] == names


def test_levels_say_which_they_are(folder):
    titles = {p.variant: p.title for p in read_gallery(folder) if p.name == "survival"}
    assert titles["level-0"] == "Not yet at 0.215 nats"
    assert len(set(titles.values())) == len(titles)


def copy_of(folder: Path, target: Path) -> Path:
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_a_missing_picture_is_named_with_what_to_do(folder, tmp_path):
    (copy_of(folder, tmp_path) / "forest.svg").unlink()
    with pytest.raises(GalleryError, match=r"forest\.svg: is missing; delete that folder and run"):
        read_gallery(tmp_path)


def test_half_a_picture_is_named_with_what_to_do(folder, tmp_path):
    path = copy_of(folder, tmp_path) / "forest.svg"
    path.write_text(path.read_text()[:1000])
    with pytest.raises(GalleryError, match=r"forest\.svg: is not a whole picture; delete"):
        read_gallery(tmp_path)


@pytest.mark.parametrize("content", [None, "{", "[1]", '[{"name": "forest"}]', "{}{}"])
def test_a_missing_or_damaged_list_is_named_with_what_to_do(folder, tmp_path, content):
    path = copy_of(folder, tmp_path) / "figures.json"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(GalleryError, match=r"figures\.json: .*; delete that folder and run again"):
        read_gallery(tmp_path)


def test_an_svg_has_real_text_unique_ids_and_one_text_colour(folder):
    for picture in read_gallery(folder):
        ids = re.findall(r' id="([^"]*)"', picture.svg)
        assert len(ids) == len(set(ids)), picture.name
        assert "dc:date" not in picture.svg
        assert "DejaVu" not in picture.svg
        inks = set(re.findall(r"<text[^>]*fill: (#\w+)", picture.svg))
        assert inks <= {"#1a1a1a", "#000000", "#ffffff"}, picture.name
        assert "lstm_forward" in picture.svg
    curves = (folder / "learning_curves.svg").read_text()
    for gid in ("arm-0-line", "arm-1-band", "arm-1-label", "raw-0-0", "threshold", "frame"):
        assert f'id="{gid}"' in curves
    assert ">n = 10, " in curves


def test_ids_of_clips_and_markers_differ_between_figures_of_one_page(folder):
    hashed = [
        set(re.findall(r' id="([mp][0-9a-f]{10})"', (folder / f"{name}.svg").read_text()))
        for name in ("survival", "survival.level-0", "runs", "forest")
    ]
    assert all(hashed)
    assert all(not a & b for a, b in combinations(hashed, 2))


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import made_up
from thresher.gallery import draw_all, draw_for_paper
results = made_up.results(arms=3, seeds=6, budget=200)
draw_all(results, sys.argv[2])
draw_for_paper(results, Path(sys.argv[2]) / "paper")
"""


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_two_processes_write_the_same_bytes(tmp_path):
    running = []
    for k in (1, 2):
        environment = {**os.environ, "PYTHONHASHSEED": str(k), "SOURCE_DATE_EPOCH": str(k)}
        target = str(tmp_path / str(k))
        command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), target]
        running.append(subprocess.Popen(command, env=environment))
    assert [process.wait() for process in running] == [0, 0]
    first, second = (
        {
            str(path.relative_to(tmp_path / k)): path.read_bytes()
            for path in (tmp_path / k).rglob("*.*")
        }
        for k in ("1", "2")
    )
    kinds = {Path(name).suffix for name in first}
    assert kinds == {".svg", ".json", ".pdf"}
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must be \.svg, \.pdf or \.png, but was \.gif"):
        save(Figure(), tmp_path / "x.gif")


def test_a_paper_has_the_main_figures_one_and_two_columns_wide(tmp_path, capsys):
    names = draw_for_paper(drawn.results_of("one arm"), tmp_path)
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    main = {name for name, figure in figures.every().items() if figure.paper}
    assert {name.rpartition("_")[0] for name in names} <= main
    assert {"survival_single.pdf", "survival_double.pdf"} <= set(names)
    assert not [name for name in names if "forest" in name]
    assert capsys.readouterr().out == ""


def test_letters_that_no_font_has_are_named(tmp_path, capsys):
    results = drawn.results_of("one arm")
    odd = replace(results.study.report, labels={"lstm_forward": "no font has \U000e0fff"})
    draw_for_paper(replace(results, study=replace(results.study, report=odd)), tmp_path)
    said = capsys.readouterr().out
    assert "no font of this machine has \U000e0fff; boxes stand for them" in said
    assert said.count("\n") == 1


def test_the_list_keeps_what_a_label_is(tmp_path):
    draw_all(drawn.results_of("hostile labels"), tmp_path)
    listed = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert all(set(entry) >= {"name", "variant", "file", "title", "caption"} for entry in listed)
    assert "&lt;b&gt;{study}&lt;/b&gt;" in (tmp_path / "runs.svg").read_text()
